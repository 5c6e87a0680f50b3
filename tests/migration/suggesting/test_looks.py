"""What values of a column look like, and which of them have a form of their own."""

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.model import Column, Kind, Table
from luodi.migration.suggest import suggest
from luodi.migration.suggesting.lexicon import lexicon
from luodi.migration.suggesting.looks import _forms, form_of, looks
from luodi.migration.workspace import Workspace
from migration.test_suggest import seen


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        yield opened


def look(workspace, *values):
    found = seen(workspace, "old", "t", c=list(values))
    return looks(workspace, "old", list(found.catalogue.tables))["t", "c"]


def test_it_works(workspace):
    found = look(workspace, "1980-01-02", " 1990-03-04", "", None, "1980-01-02")
    assert (found.rows, found.filled, found.distinct) == (5, 3, 2)
    assert found.values == {"1980-01-02", "1990-03-04"}
    assert (found.day, found.number, found.shape) == (True, False, "9-9-9")


def test_numbers(workspace):
    found = look(workspace, "1", "2.50", "-3")
    assert (found.number, found.day) == (True, False)


def test_nothing_in_it(workspace):
    found = look(workspace, None, "", " ")
    assert (found.filled, found.values, found.number, found.day, found.form) == (
        0,
        frozenset(),
        False,
        False,
        "",
    )


def test_a_table_that_was_not_extracted(workspace):
    table = Table(name="t", columns=(Column(name="c", type="text", kind=Kind.TEXT),))
    assert looks(workspace, "old", [table]) == {}


@pytest.mark.parametrize(
    ("values", "concept"),
    [
        (["110101198001020015", "11010119900304003X"], "id_card"),
        (["13900001111", "+86 15900002222"], "phone"),
        (["J18.901", "I10.x00", "A00"], "diagnosis_code"),
        (["国药准字H20000001"], "approval_no"),
        (["汉族", "回族"], "ethnicity"),
        (["男", "女", "未知"], "sex"),
        (["1", "2"], ""),
        (["张三", "李四"], ""),
        (["13900001111", "不详", "无"], ""),
        ([], ""),
    ],
)
def test_forms(values, concept):
    assert form_of(values) == concept


def test_forms_are_of_concepts_there_are():
    assert {concept for concept, _ in _forms()} <= lexicon().concepts.keys()


def test_a_form_speaks_where_a_name_does_not(workspace):
    old = seen(workspace, "old", "t", F2=["110101198001020015"], F3=["13900001111"])
    new = seen(workspace, "new", "p", mobile=["13700000000"], id_card=["110101197001010019"])
    (match,) = suggest(old, new, progress=Silent())
    best = {c.source_column: c.target_column for c in reversed(match.columns)}
    assert best == {"F2": "id_card", "F3": "mobile"}
