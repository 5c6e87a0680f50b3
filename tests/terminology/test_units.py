from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import WrongUse
from luodi.terminology.units import base, convert, unit


def test_it_works():
    assert convert(Decimal("0.25"), "g", "mg") == 250


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("µg", "μg"), ("UG", "μg"), ("mcg", "μg"), ("毫克", "mg"), ("国际单位", "u"), ("IU", "u")],
)
def test_a_unit_has_many_spellings(spelling, name):
    assert unit(spelling).name == name


@pytest.mark.parametrize("word", ["", "mgg", "T"])
def test_an_unknown_word_is_no_unit(word):
    assert unit(word) is None


@pytest.mark.parametrize(
    ("from_", "to", "code"),
    [
        ("mg", "ml", "terminology.units_differ"),
        ("片", "盒", "terminology.units_differ"),
        ("mg", "stone", "terminology.unit_unknown"),
    ],
)
def test_what_does_not_convert_says_so(from_, to, code):
    with pytest.raises(WrongUse) as wrong:
        convert(Decimal(1), from_, to)
    assert wrong.value.code == code


def test_base_units_are_named():
    assert (base("mass"), base("volume"), base("activity")) == ("mg", "ml", "u")


@given(st.decimals("0.001", "99999", places=3), st.sampled_from(["kg", "g", "μg", "ng"]))
def test_there_and_back_is_the_same(value, other):
    assert convert(convert(value, "mg", other), other, "mg") == value
