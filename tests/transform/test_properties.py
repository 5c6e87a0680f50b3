"""Whatever a column holds, DuckDB, PostgreSQL and plain Python say the same, and nothing raises."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from luodi.transform.program import Program, Rule
from transform.generated import RULES, V, check, columns, either


@settings(either, max_examples=8)
@given(column=columns(6))
@example(column=["", "\u3000", "𠮷", "e\u0301", "'", "\\", "%", "1" * 60, "-0", "00", "."])
def test_engines_agree(duck, postgres, column):
    check([duck, postgres], column)


@pytest.mark.slow
@settings(either, max_examples=40)
@given(column=columns(20))
def test_engines_agree_on_more(duck, postgres, column):
    check([duck, postgres], column)


@settings(either, max_examples=15)
@given(column=st.lists(st.text(st.characters(exclude_categories=("Cs",))), max_size=40))
@example(column=["\0", "2021-01-03\0", "12\0", "\0" * 18, "1" * 100_000, "." * 1000, "\U0010ffff"])
def test_duckdb_takes_any_text(duck, column):
    """PostgreSQL has no U+0000; here it is a fault, unless something takes it out."""
    rules = tuple(
        Rule(to=name, target=target, from_=("v",), steps=tuple(steps))
        for name, (steps, target) in RULES.items()
    )
    duck.keep("generated", [V], [(text,) for text in column])
    found = duck.run(Program(relation="generated", columns=(V,), rules=rules))
    for text, (*values, faults) in zip(column, found, strict=True):
        assert all(
            "\0" not in value for value in values if isinstance(value, str) and faults is None
        )
        assert ("upper:nul" in (faults or ())) == ("\0" in text)
