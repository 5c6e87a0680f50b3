from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.gate.compare import meets
from luodi.evidence.gate.model import Op, Requirement
from luodi.evidence.model import Number

NUMBERS = st.one_of(
    st.integers(-(2**62), 2**62),
    st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=3),
)
PLAIN = {Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge}


def asked(op: str, value: Number, high: Number | None = None) -> Requirement:
    return Requirement(figure="rows", op=Op(op), value=value, high=high)


def test_it_works() -> None:
    assert meets(0, asked("==", 0))
    assert not meets(1, asked("==", 0))


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        ("==", False, True, False),
        ("!=", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
@pytest.mark.parametrize("kind", [int, Decimal])
def test_the_boundary_belongs_where_the_sign_says(
    op: str, below: bool, at: bool, above: bool, kind: type
) -> None:
    values = [meets(kind(found), asked(op, kind(90))) for found in (89, 90, 91)]
    assert values == [below, at, above]


def test_between_holds_both_ends() -> None:
    item = asked("between", 10, Decimal("12.5"))
    found = [9, 10, 12, Decimal("12.5"), Decimal("12.51")]
    assert [meets(number, item) for number in found] == [False, True, True, True, False]
    assert not meets(11, asked("between", 10)), "a between without its upper end holds nothing"


def test_a_cent_is_a_cent() -> None:
    assert meets(Decimal("0.1") + Decimal("0.2"), asked("==", Decimal("0.30")))
    assert not meets(Decimal("99.89"), asked(">=", Decimal("99.9")))
    assert meets(5, asked("==", Decimal("5.00")))


@given(NUMBERS, NUMBERS, st.sampled_from(sorted(PLAIN)))
def test_it_compares_exactly(found: Number, value: Number, op: Op) -> None:
    assert meets(found, asked(op, value)) is PLAIN[op](Fraction(found), Fraction(value))
