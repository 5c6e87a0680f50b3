"""sides: which table, which id, which fields."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.linkage.model import FieldKind
from luodi.migration.linkage.sides import side_of
from luodi.migration.model import ORDINAL, Catalogue, Column, Kind, Table
from luodi.migration.workspace import Workspace


def table(name, *columns, key=(), view=False):
    made = tuple(Column(name=column, type="VARCHAR", kind=Kind.TEXT) for column in columns)
    return Table(name=name, columns=made, primary_key=key, view=view)


PATIENT = table("patient", "no", "patient_id", "xm", "csrq", key=("no",))


def side(*tables, name=None, id=None, given=None):
    catalogue = Catalogue(system="his", product="text", tables=tables)
    with Workspace.in_memory() as workspace:
        return side_of(workspace, catalogue, name, id, given or {})


def refused(*tables, **options):
    with pytest.raises(WrongUse) as refusal:
        side(*tables, **options)
    return refusal.value.code


def test_it_works():
    found = side(PATIENT)
    assert (found.table, found.id) == ("patient", "patient_id")
    assert [field.field for field in found.fields] == ["name", "birth"]


@pytest.mark.parametrize(
    ("columns", "key", "id", "expected"),
    [
        (("no", "patient_id", "xm"), ("no",), "NO", "no"),
        (("no", "xm"), ("no",), None, "no"),
        (("no", "xm"), ("no", "xm"), None, ORDINAL),
        (("xm", "csrq"), (), None, ORDINAL),
        (("patient_id", "xm"), (), ORDINAL, ORDINAL),
    ],
)
def test_the_column_that_names_a_row(columns, key, id, expected):
    assert side(table("t", *columns, key=key), id=id).id == expected


def test_the_id_is_no_field():
    assert [f.column for f in side(table("t", "phone", "xm"), id="phone").fields] == ["xm"]


def test_views_are_looked_at_only_by_name():
    view = table("v", "xm", view=True)
    assert side(PATIENT, view).table == "patient"
    assert side(PATIENT, view, name="v").table == "v"


def test_which_table():
    other = table("other", "xm")
    assert refused(PATIENT, other) == "migration.dedupe_which_table"
    assert refused(PATIENT, other, name="patients") == "migration.no_table"


def test_a_column_that_is_absent():
    assert refused(PATIENT, id="pid") == "migration.dedupe_column_absent"
    assert refused(PATIENT, given={FieldKind.SEX: ("xb",)}) == "migration.dedupe_column_absent"
