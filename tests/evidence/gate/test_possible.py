from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.gate.compare import meets
from luodi.evidence.gate.model import Op, Requirement
from luodi.evidence.gate.possible import satisfiable, written
from luodi.evidence.model import Number

ENDS = st.one_of(st.integers(-3, 3), st.sampled_from([Decimal("-0.5"), Decimal("1.5")]))
CANDIDATES = [Decimal(quarter) / 4 for quarter in range(-20, 21)]
"""Between any two ends lies one of these, and beyond the outermost ends as well."""


def asked(op: str, value: Number, high: Number | None = None) -> Requirement:
    return Requirement(figure="rows", op=Op(op), value=value, high=high, unit="row")


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    op = draw(st.sampled_from(list(Op)))
    return asked(op, draw(ENDS), draw(ENDS) if op is Op.BETWEEN else None)


def test_it_works() -> None:
    assert satisfiable([asked(">=", 90), asked("<=", 100)])
    assert not satisfiable([asked(">=", 100), asked("<=", 90)])


@given(st.lists(requirements(), max_size=5))
def test_it_agrees_with_trying_every_number(items: list[Requirement]) -> None:
    tried = any(all(meets(number, item) for item in items) for number in CANDIDATES)
    assert satisfiable(items) is tried


@pytest.mark.parametrize(
    ("items", "possible"),
    [
        ([], True),
        ([asked("==", 0), asked("==", 0)], True),
        ([asked("==", 0), asked("==", 1)], False),
        ([asked("==", 0), asked("!=", 0)], False),
        ([asked("<", 5), asked(">", 5)], False),
        ([asked("<=", 5), asked(">=", 5)], True),
        ([asked("<=", 5), asked(">", 5)], False),
        ([asked("<", 5), asked(">=", 5)], False),
        ([asked("<=", 5), asked(">=", 5), asked("!=", 5)], False),
        ([asked("<=", 5), asked("<", 5), asked(">=", 5)], False),
        ([asked(">=", 5), asked(">", 5), asked("<=", 5)], False),
        ([asked("between", 9, 3)], False),
        ([asked("between", 3, 3)], True),
        ([asked("between", 1, 3), asked("between", 4, 6)], False),
        ([asked("between", 1, 3), asked("between", 3, 6)], True),
        ([asked(">", 0), asked("<", 1)], True),
        ([asked("==", Decimal("0.1")), asked(">=", Decimal("0.10"))], True),
    ],
    ids=lambda value: ", ".join(map(written, value)) if isinstance(value, list) else str(value),
)
def test_it_knows_what_no_number_meets(items: list[Requirement], possible: bool) -> None:
    assert satisfiable(items) is possible


def test_a_comparison_is_written_as_it_is_read() -> None:
    assert written(asked(">=", 95)) == ">= 95 row"
    assert written(asked("between", 1, Decimal("2.5"))) == "between [1, 2.5] row"
    assert written(Requirement(figure="x", op=Op.EQ, value=0)) == "== 0"
