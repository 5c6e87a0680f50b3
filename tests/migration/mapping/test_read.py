"""A mapping is read from its folder; what does not read is named by file and place."""

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.migration.mapping.model import EntryStatus, KeyStrategy
from luodi.migration.mapping.read import parse_dictionary, read_book, read_mapping
from luodi.transform.model import Date, Dictionary, Otherwise, Require, Trim


def test_it_works(folder):
    book = read_book(folder)
    feed = book.mapping("patients").feed("patient")
    assert feed.key.strategy is KeyStrategy.SEQUENCE
    assert feed.columns[0].steps == (Trim(), Require())
    assert feed.columns[1].steps == (Dictionary(name="sex"),)
    assert feed.columns[2].steps == (
        Date(formats=("%Y%m%d", "%Y-%m-%d"), otherwise=Otherwise.NULL),
    )
    assert book.mapping("patients").exclusions[0].home == "老库只读备份，机房 A3"
    assert book.dictionary("sex").in_force == {"1": "M", "2": "F", "9": None}
    assert set(book.files) == {"mapping/patients.toml", "mapping/sex.tsv"}


def test_a_folder_without_a_mapping(tmp_path):
    assert read_book(tmp_path).files == {}


@pytest.mark.parametrize(
    ("before", "after", "code", "place"),
    [
        ('op = "trim"', 'op = "trmi"', "migration.map_operation_unknown", "feed 1 (patient)"),
        ('domain = "patients"', 'domain = "patient"', "migration.map_domain_name", ""),
        ('to = "birth"', 'zu = "birth"', "evidence.field_unknown", "column 3"),
        ('from = ["gender"]', 'from = "gender"', "evidence.value_type", "column 2 (sex)"),
        ('strategy = "sequence"', 'strategy = "serial"', "evidence.value_unknown", "key"),
        ("format = 1", "format = 2", "evidence.format_newer", ""),
        (
            "[feed.key]",
            'where = { column = "a" }\n[feed.key]',
            "migration.map_condition",
            "patient",
        ),
        (
            "[feed.key]",
            'where = { column = "a", compare = "in", value = "1" }\n[feed.key]',
            "migration.map_condition",
            "patient",
        ),
        (
            "[feed.key]",
            'where = { compare = "eq", value = "1" }\n[feed.key]',
            "migration.map_condition",
            "patient",
        ),
    ],
)
def test_what_does_not_read(folder, before, after, code, place):
    path = folder / "mapping" / "patients.toml"
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(LuodiError) as refused:
        read_mapping(folder, "patients")
    assert refused.value.code == code
    assert "patients.toml" in str(refused.value.params["path"])
    assert place in str(refused.value.params.get("place", ""))


def test_a_near_operation_is_named(folder):
    path = folder / "mapping" / "patients.toml"
    path.write_text(path.read_text("utf-8").replace('"trim"', '"trimm"'), "utf-8")
    with pytest.raises(WrongUse) as refused:
        read_mapping(folder, "patients")
    assert refused.value.params["near"] == ("trim",)


HEAD = "source_value\ttarget_value\tstatus\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "map_dictionary_header"),
        ("source_value\tstatus\n", "map_dictionary_header"),
        ("source_value\ttarget_value\tsource_value\n", "map_dictionary_header"),
        ("source_value\ttarget_valeu\n", "map_dictionary_column"),
        (HEAD + "1\tM\taccepted\tx\n", "map_dictionary_cells"),
        (HEAD + "1\tM\tyes\n", "map_dictionary_status"),
        (HEAD + "1\tM\n1\tF\n", "map_dictionary_twice"),
    ],
)
def test_dictionaries_that_do_not_read(text, code):
    with pytest.raises(WrongUse) as refused:
        parse_dictionary(text, "sex", "sex.tsv")
    assert refused.value.code == f"migration.{code}"
    assert refused.value.params["path"] == "sex.tsv"


def test_a_row_written_by_hand():
    """Columns in any order, no status: accepted where it has a target value."""
    dictionary = parse_dictionary("target_value\tsource_value\nM\t1\n\t2\n", "sex", "")
    assert [entry.status for entry in dictionary.entries] == [
        EntryStatus.ACCEPTED,
        EntryStatus.OPEN,
    ]
    assert dictionary.in_force == {"1": "M"}


def test_a_proposal_counts_for_nothing():
    dictionary = parse_dictionary(HEAD + "1\tM\tproposed\n", "sex", "")
    assert dictionary.in_force == {}


def test_a_name_that_is_none():
    with pytest.raises(WrongUse) as refused:
        parse_dictionary(HEAD, "性别", "性别.tsv")
    assert refused.value.code == "migration.map_dictionary_name"
