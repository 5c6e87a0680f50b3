"""Which columns of a table make a list of terms, and what the list holds."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.mapping.model import Terms
from luodi.migration.model import Column, Kind, Table
from luodi.migration.suggesting.lists import read_terms, sort_of, terms_of
from luodi.migration.suggesting.looks import looks
from luodi.migration.suggesting.sort import Sort
from luodi.migration.workspace import Workspace
from migration.test_suggest import seen


def table(name, *columns):
    return Table(
        name=name,
        columns=tuple(Column(name=column, type="text", kind=Kind.TEXT) for column in columns),
    )


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        yield opened


@pytest.mark.parametrize(
    ("made", "parts"),
    [
        (table("yp", "YPDM", "YPMC", "YPGG", "SCCJ", "DW"),
         ("YPDM", "YPMC", "YPGG", "SCCJ", "DW")),
        (table("diagnosis", "icd_code", "name"), ("icd_code", "name", "", "", "")),
        (table("科室", "科室编码", "科室名称"), ("科室编码", "科室名称", "", "", "")),
        (table("staff", "employee_no", "name"), ("employee_no", "name", "", "", "")),
    ],
)  # fmt: skip
def test_it_works(made, parts):
    found = terms_of(made, {})
    names = (found.value, found.label, found.specification, found.manufacturer, found.unit)
    assert names == parts


def test_a_code_that_repeats_is_none(workspace):
    old = seen(workspace, "old", "drug", code=["86", "86", "86"], id=["1", "2", "3"],
               name=["a", "b", "c"])  # fmt: skip
    found = terms_of(old.catalogue.tables[0], looks(workspace, "old", list(old.catalogue.tables)))
    assert found.value == "id"


def test_no_list():
    with pytest.raises(WrongUse) as refused:
        terms_of(table("t", "qq"), {})
    assert refused.value.code == "migration.suggest_no_list"


@pytest.mark.parametrize(
    ("made", "sort"),
    [
        (table("yp", "YPDM", "YPMC"), Sort.DRUGS),
        (table("t", "code", "name", "spec", "manufacturer"), Sort.DRUGS),
        (table("dms_dise", "icd", "name"), Sort.DIAGNOSES),
        (table("t", "icd10", "name"), Sort.DIAGNOSES),
        (table("dept", "code", "name"), Sort.NAMES),
        (table("", "x"), Sort.NAMES),
    ],
)
def test_what_a_list_holds(made, sort):
    assert sort_of(made) is sort


def test_each_value_once_in_the_order_of_its_rows(workspace):
    seen(workspace, "old", "t", c=["2", "1", "2", "", None], n=["b", "a", "other", "x", "y"])
    found = read_terms(workspace, "old", Terms(table="t", value="c", label="n"))
    assert [(term.value, term.label, term.ordinal) for term in found] == [
        ("2", "b", 1),
        ("1", "a", 2),
    ]


def test_a_column_that_is_not_there(workspace):
    seen(workspace, "old", "t", c=["1"])
    with pytest.raises(WrongUse) as refused:
        read_terms(workspace, "old", Terms(table="t", value="c", label="gone"))
    assert refused.value.code == "migration.suggest_no_column"
