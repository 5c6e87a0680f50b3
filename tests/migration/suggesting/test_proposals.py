"""Proposals as a file to decide on; only what a person accepted becomes a rule."""

from decimal import Decimal

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.model import Book, Dictionary, Entry, EntryStatus
from luodi.migration.mapping.read import parse_mapping
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.suggesting.model import Candidate, ColumnMatch, Listed, Reason, TermMatch
from luodi.migration.suggesting.proposals import accept, accepted_in, propose, save
from luodi.transform.model import Date, Trim

TEXT = """\
format = 1
domain = "patients"
title = { zh = "患者", en = "Patients" }
owner = "medical_records"
source = "old"
target = "new"
[[feed]]
id = "patient"
from = "brxx"
to = "patient"
key = { column = "id" }
[[feed.column]]
to = "name"
from = ["xm"]
"""
BOOK = Book(mappings=(parse_mapping(parse_toml(TEXT, ""), "patients", ""),))


def match(source, target, table="brxx"):
    return ColumnMatch(
        source_table=table,
        source_column=source,
        target_table="patient",
        target_column=target,
        confidence=Decimal("0.93"),
        reasons=(Reason(code="migration.suggest_same_name"),),
    )


def said(reason):
    return reason.code


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "建议.tsv"
    matches = [match("xm", "name"), match("csrq", "birth"), match("a", "b", "other")]
    assert save(path, matches, said) == 3
    return path


def decide(path, *words):
    text = path.read_text("utf-8-sig")
    for word in words:
        text = text.replace(f"{word}\t0.93\tproposed", f"{word}\t0.93\taccepted")
    path.write_text(text, "utf-8")


def catalogue(system, *columns):
    table = {"old": "brxx", "new": "patient"}[system]
    made = tuple(Column(name=name, type=kind, kind=Kind(kind)) for name, kind in columns)
    return Catalogue(system=system, product="x", tables=(Table(name=table, columns=made),))


CATALOGUES = {
    "old": catalogue("old", ("csrq", "text")),
    "new": catalogue("new", ("birth", "date")),
}


def test_it_works(file):
    assert accepted_in(file) == []
    decide(file, "birth")
    after, done = accept(BOOK, accepted_in(file), CATALOGUES)
    assert done.added == ("brxx.csrq → patient.birth",)
    rule = after.mappings[0].feeds[0].columns[-1]
    assert (rule.to, rule.from_, rule.steps) == ("birth", ("csrq",), (Trim(), Date()))
    assert "0.93" in rule.note


def test_a_rule_that_is_there_stays(file):
    decide(file, "name", "b")
    after, done = accept(BOOK, accepted_in(file), {})
    assert (after, done.added) == (BOOK, ())
    assert len(done.skipped) == 2  # one has a rule, the other no feed


def test_no_file_of_proposals(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_text("a\tb\n1\t2\n", "utf-8")
    with pytest.raises(WrongUse) as refused:
        accepted_in(path)
    assert refused.value.code == "migration.suggest_file"


def test_nothing_is_overwritten(file):
    with pytest.raises(WrongUse):
        save(file, [], said)


def test_proposals_for_a_dictionary():
    before = Dictionary(
        name="dept",
        entries=(
            Entry(source_value="1", target_value="X", status=EntryStatus.ACCEPTED),
            Entry(source_value="2", target_value="Y", status=EntryStatus.PROPOSED),
        ),
    )
    found = [
        TermMatch(
            source=value,
            candidates=(
                Candidate(term=Listed(value="N", label="内科"), confidence=Decimal("0.9")),
            ),
        )
        for value in ("1", "2", "3")
    ]
    terms = [("1", "内"), ("2", "内科"), ("3", "内一"), ("4", "太空")]
    after = propose(before, terms, found, said)
    assert [(e.source_value, e.target_value, e.status.value) for e in after.entries] == [
        ("1", "X", "accepted"),
        ("2", "N", "proposed"),
        ("3", "N", "proposed"),
        ("4", "", "open"),
    ]
    assert after.in_force == {"1": "X"}
