"""Values as they reach a dictionary, counted against it, and filled into it."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.check import check
from luodi.migration.mapping.fill import fill, labels_of
from luodi.migration.mapping.known import known_from, shapes
from luodi.migration.mapping.model import Book, Dictionary, EntryStatus
from luodi.migration.mapping.reaching import before_dictionaries, reaching, unmapped
from luodi.migration.mapping.read import parse_dictionary, parse_mapping
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.workspace import Workspace
from luodi.transform import model as op

TEXT = """\
format = 1
domain = "patients"
title = { zh = "患者", en = "Patients" }
owner = "medical_records"
source = "old"
target = "new"
[[dictionary]]
id = "sex"
source = { table = "code", value = "c", label = "n" }
[[feed]]
id = "patient"
from = "brxx"
to = "patient"
key = { column = "id" }
where = { column = "keep", compare = "eq", value = "1" }
[[feed.column]]
to = "sex"
from = ["xb"]
steps = [{ op = "trim" }, { op = "upper" }, { op = "dictionary", name = "sex" }]
[[feed.column]]
to = "kind"
from = ["xb"]
steps = [{ op = "when", test = { column = "keep", compare = "eq", value = "9" }, then = [{ op = "dictionary", name = "kind" }] }]
"""  # noqa: E501
SEX = "source_value\ttarget_value\tstatus\nM\t1\taccepted\nF\t2\tproposed\n"


@pytest.fixture
def book():
    return Book(
        mappings=(parse_mapping(parse_toml(TEXT, ""), "patients", ""),),
        dictionaries=(parse_dictionary(SEX, "sex", ""),),
    )


@pytest.fixture
def workspace():
    def table(name, *columns):
        made = tuple(Column(name=c, type="text", kind=Kind.TEXT) for c in columns)
        return Table(name=name, columns=made)

    with Workspace.in_memory() as opened:
        opened.keep(
            Catalogue(
                system="old",
                product="x",
                tables=(table("brxx", "xb", "keep", "xm"), table("code", "c", "n")),
            )
        )
        opened.db.execute(
            "CREATE TABLE old.brxx AS SELECT * FROM (VALUES (1, ' m', '1', '张三丰'), "
            "(2, 'M', '1', '李四'), (3, 'f', '1', '王五'), (4, 'x', '1', 'A1'), "
            "(5, 'x ', '1', NULL), (6, 'z', '0', NULL), (7, NULL, '1', NULL)) "
            "t(_ordinal, xb, keep, xm)"
        )
        opened.db.execute("CREATE TABLE old.code AS SELECT 1 AS _ordinal, 'X' AS c, '未知' AS n")
        yield opened


def test_it_works(workspace, book):
    sex, kind = reaching(workspace, book)
    assert sex.rows == {"M": 2, "X": 2, "F": 1}  # trimmed, upper, and only rows of the feed
    assert kind.rows == {}  # no row for which the condition holds
    counted = unmapped(book, sex)
    assert (counted.values, counted.strangers, counted.rows) == (2, 1, 3)


def test_the_check_counts_them(workspace, book):
    findings = check(book, known_from(workspace, book))
    (found,) = [f for f in findings if f.code == "migration.map_values_unmapped"]
    assert (found.params["column"], found.params["values"], found.count) == ("sex", 2, 3)


def test_fill(workspace, book):
    filled = fill(book, reaching(workspace, book), labels_of(workspace, book))
    assert filled.added == {"sex": 1}
    entry = filled.book.dictionary("sex").entries[-1]
    assert (entry.source_value, entry.source_label) == ("X", "未知")
    assert entry.status is EntryStatus.OPEN
    again = fill(filled.book, reaching(workspace, filled.book), {})
    assert again.added == {}


def test_numbers_of_people_are_no_codes(workspace, book):
    workspace.db.execute(
        "UPDATE old.brxx SET xb = '1380000000' || _ordinal, keep = '1' WHERE xb IS NOT NULL"
    )
    with pytest.raises(WrongUse) as refused:
        fill(book, reaching(workspace, book), {})
    assert refused.value.code == "migration.map_values_personal"
    assert "138" not in str(refused.value.params)


def test_what_cannot_be_compiled_is_passed_over(workspace, book):
    text = TEXT.replace('from = ["xb"]', 'from = ["gone"]')
    broken = Book(mappings=(parse_mapping(parse_toml(text, ""), "patients", ""),))
    assert list(reaching(workspace, broken)) == []


def test_steps_that_lead_to_a_dictionary():
    test = op.Predicate(compare=op.Compare.BLANK)
    steps = (
        op.Trim(),
        op.When(
            test=test,
            then=(op.Dictionary(name="a"),),
            other=(op.Upper(), op.Dictionary(name="b")),
        ),
        op.Dictionary(name="c"),
        op.Dictionary(name="d"),
    )
    found = dict(before_dictionaries(steps))
    assert found.keys() == {"a", "b", "c"}  # d translates what is a target value already
    assert found["a"][0] == op.Trim()
    assert found["b"][1].other == (op.Upper(),)


def test_shapes_show_no_value(workspace, book):
    found = shapes(workspace, book)
    assert found["old", "brxx", "xm"] in ("汉×3", "汉汉")
    assert "张" not in str(found)


def test_a_dictionary_that_is_not_there_yet(workspace, book):
    bare = Book(mappings=book.mappings)
    filled = fill(bare, reaching(workspace, bare), {})
    assert filled.added == {"sex": 3}
    assert [e.source_value for e in filled.book.dictionary("sex").entries] == ["M", "X", "F"]
    assert isinstance(filled.book.dictionary("sex"), Dictionary)
