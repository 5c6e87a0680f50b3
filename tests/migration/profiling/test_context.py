"""What a column means beside others: keys, references, columns of people."""

from decimal import Decimal

import pytest

from luodi.migration.model import Kind, Table
from luodi.migration.profiling.context import in_context, of_people, referred_meaning
from luodi.migration.profiling.model import (
    ColumnProfile,
    Guess,
    Inclusion,
    KeyCandidate,
    TableProfile,
)


def column(name, *meanings, kind=Kind.INTEGER, confidence="0.85"):
    guesses = tuple(Guess(meaning=one, confidence=Decimal(confidence)) for one in meanings)
    return ColumnProfile(
        name=name, type="bigint", kind=kind, rows=9, nulls=0, distinct=9, guesses=guesses
    )


def reference(key="id", confidence="0.9"):
    return Inclusion(
        table="t",
        column="c",
        references="other",
        key=key,
        distinct=9,
        missing=0,
        orphans=0,
        confidence=Decimal(confidence),
    )


def told(one, *, key=False, to=None, referred=None):
    table = Table(name="t", columns=(), primary_key=(one.name,) if key else ())
    keys = (KeyCandidate(columns=(one.name,), declared=True),) if key else ()
    return [guess.meaning for guess in in_context(one, table, keys, to, referred)]


def test_it_works():
    assert told(column("BRID", "patient_id"), key=True) == ["patient_id", "row_key"]


def test_a_key_whose_name_says_nothing_is_a_key():
    assert told(column("id", "drug_code"), key=True)[0] == "row_key"
    assert told(column("XH", "sequence"), key=True)[0] == "row_key"


def test_a_weak_word_goes_behind_what_refers():
    assert told(column("HYXH", "sequence", confidence="0.75"), to=reference()) == [
        "foreign_key",
        "sequence",
    ]


def test_who_refers_to_a_column_means_what_it_means():
    staff = Guess(meaning="staff_code", confidence=Decimal("0.85"))
    assert told(column("CZY"), to=reference(), referred=staff) == ["staff_code", "foreign_key"]
    name = Guess(meaning="drug_name", confidence=Decimal("0.85"))
    assert told(column("x"), to=reference(), referred=name) == ["foreign_key"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("model_id", ["foreign_key"]), ("pid", ["foreign_key"]), ("id", []), ("paid", [])],
)
def test_a_number_named_after_a_table_refers(name, expected):
    assert told(column(name)) == expected


def people(*columns):
    table = of_people(TableProfile(name="t", rows=9, columns=columns))
    return [one.meaning for one in table.columns]


def test_a_name_beside_sex_and_age_is_a_persons():
    name = column("name", "name", kind=Kind.TEXT, confidence="0.45")
    assert people(name, column("sex", "sex"), column("age", "age"))[0] == "person_name"
    assert people(name, column("age", "age"))[0] == "name"
    other = column("rule_name", "name", kind=Kind.TEXT, confidence="0.45")
    assert people(other, column("sex", "sex"), column("age", "age"))[0] == "name"


def test_what_is_not_there_means_nothing():
    assert referred_meaning(None, {}) is None
    assert referred_meaning(reference(), {}) is None
