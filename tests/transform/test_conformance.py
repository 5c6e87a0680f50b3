"""Every operation means the same in every engine; ``cases.toml`` says what."""

import pytest

from luodi.transform.model import OPERATIONS
from luodi.transform.work import name_of
from transform.cases import CASES, name, outcomes, steps_of


def test_every_operation_has_cases():
    used = {type(step) for case in CASES for step in steps_of(case)}
    assert {name_of(one) for one in set(OPERATIONS) - used} == set()


@pytest.mark.parametrize("case", CASES, ids=name)
def test_duckdb(duck, case):
    assert outcomes(duck, case) == dict(case["cases"])


@pytest.mark.parametrize("case", CASES, ids=name)
def test_postgresql(postgres, case):
    """A text with U+0000 cannot even be in a table of PostgreSQL."""
    expected = {value: out for value, out in case["cases"] if "\0" not in value}
    found = outcomes(postgres, case)
    assert {value: found[value] for value in expected} == expected
