"""Signs that speak for and against two columns being the same."""

import pytest

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.suggesting.columns import (
    SUREST,
    confidence,
    described,
    likely,
    reasons,
    score,
    signs,
)
from luodi.migration.suggesting.lexicon import lexicon
from luodi.migration.suggesting.looks import Look


def one(name, kind=Kind.TEXT, *, table="t", comment="", look=None, key=False):
    column = Column(name=name, type=kind.value, kind=kind, comment=comment)
    made = Table(name=table, columns=(column,), primary_key=(name,) if key else ())
    looks = {} if look is None else {(table, name): look}
    return described(made, lexicon(), looks)[0]


def look(*values, number=False, day=False):
    return Look(frozenset(values), 9, 9, len(values), "a", 1.0, number=number, day=day)


def codes(found):
    return {reason.code.removeprefix("migration.suggest_") for reason in reasons(found, lexicon())}


def compared(mine, theirs):
    return signs(mine, theirs, lexicon())


def test_it_works():
    same = compared(one("BRXM"), one("patient_name"))
    other = compared(one("BRXM"), one("address"))
    assert same.meaning > 0.9
    assert score(same) > score(other)
    assert codes(same) == {"meaning"}


def test_a_table_of_people_says_whose_name_it_is():
    table = Table(
        name="t",
        columns=tuple(Column(name=n, type="text", kind=Kind.TEXT) for n in ("name", "sex")),
    )
    name = described(table, lexicon(), {})[0]
    assert any(spot.get("person_name", 0) > 0.8 for spot in name.name.spots)
    (alone,) = one("name").name.spots
    assert "person_name" not in alone


def test_values_in_common():
    nations = tuple(f"{name}族" for name in "汉满蒙回藏壮苗彝")
    found = compared(one("F1", look=look(*nations)), one("Q7", look=look(*nations[:6])))
    assert found.overlap > 0.5
    assert "overlap" in codes(found)


def test_few_numbers_in_common_say_little():
    found = compared(one("F1", look=look("1", "2", number=True)), one("Q7", look=look("1", "2")))
    assert found.overlap < 0.5


def test_keys():
    assert "keys" in codes(compared(one("a", key=True), one("b", key=True)))
    assert "keys" not in codes(compared(one("a", key=True), one("b")))


def test_linked_columns_are_known():
    key = ForeignKey(columns=("a",), table="u", references=("id",))
    table = Table(
        name="t", columns=(Column(name="a", type="text", kind=Kind.TEXT),), foreign_keys=(key,)
    )
    assert described(table, lexicon(), {})[0].linked


@pytest.mark.parametrize(
    ("mine", "theirs", "clash"),
    [
        (("CSRQ", Kind.DATE, None), ("JE", Kind.DECIMAL, None), True),
        (("CSRQ", Kind.TEXT, look("不详")), ("birth_date", Kind.DATE, None), True),
        (("CSRQ", Kind.TEXT, look("19800101", number=True, day=True)),
         ("birth_date", Kind.DATE, None), False),
        (("CSRQ", Kind.TEXT, None), ("birth_date", Kind.DATE, None), False),
        (("CSRQ", Kind.TEXT, look("不详")), ("birth_date", Kind.TEXT, look("1990-01-01", day=True)),
         True),
        (("JE", Kind.TEXT, look("免费")), ("amount", Kind.TEXT, look("1.5", number=True)), True),
        (("JE", Kind.TEXT, look("2", number=True)), ("amount", Kind.DECIMAL, None), False),
        (("KSDM", Kind.TEXT, look("01", number=True)), ("dept_code", Kind.TEXT, look("A")), False),
        (("XB", Kind.INTEGER, None), ("sex", Kind.TEXT, None), False),
    ],
)  # fmt: skip
def test_kinds_that_do_not_go_into_one_another(mine, theirs, clash):
    (a, kind_a, look_a), (b, kind_b, look_b) = mine, theirs
    found = compared(one(a, kind_a, look=look_a), one(b, kind_b, look=look_b))
    assert ("kinds" in codes(found)) is clash


def test_confidence_needs_a_lead():
    """Two columns that are equally good matches of one are half as sure each."""
    assert confidence(3.0, 0.0) > confidence(3.0, likely(3.0))
    assert float(confidence(30.0, 0.0)) == SUREST


@pytest.mark.parametrize("score", [-1e9, 0.0, 1e9])
def test_odds_stay_between_none_and_all(score):
    assert 0 <= likely(score) <= 1
