"""Columns of seven tables as six houses name them: how often a suggestion is right.

Names only, no comments, no values: the hard case.  The weights were fitted on legacy, camel and
chinese; the pairs of the other three were held out.
"""

import itertools
from decimal import Decimal
from pathlib import Path

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.model import Column, Kind, Table
from luodi.migration.suggesting.lexicon import lexicon
from luodi.migration.suggesting.looks import Look
from luodi.migration.suggesting.tables import Side, match_tables

LINES = [
    line.split("\t")
    for line in Path(__file__).with_name("labelled.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
HOUSES = LINES[0][3:]
HELD_OUT = ("snake", "initials", "pinyin")
SURE = 0.5


def schema(house):
    """Tables of a house, and which item each of its columns is."""
    at = LINES[0].index(house)
    tables, items = {}, {}
    for table, item, kind, *names in LINES[1:]:
        name = names[at - 3]
        if item == "TABLE":
            tables[table] = (name, [])
        elif name != "-":
            tables[table][1].append(Column(name=name, type=kind, kind=Kind(kind)))
            items[tables[table][0], name] = (table, item)
    return [
        Table(name=name, columns=tuple(columns), primary_key=(columns[0].name,))
        for name, columns in tables.values()
    ], items


def compared(one, other):
    (mine, my_items), (theirs, their_items) = schema(one), schema(other)
    words = lexicon()
    found = match_tables(Side.of(mine, {}, words), Side.of(theirs, {}, words), Silent())
    best = {}
    for match in found:
        best.setdefault(match.source_table, match)
    there = {item: place for place, item in their_items.items()}
    said, right, possible = 0, 0, sum(item in there for item in my_items.values())
    for (table, column), item in my_items.items():
        matches = best[table].columns if table in best else ()
        top = next((m for m in matches if m.source_column == column), None)
        if top is not None and top.confidence >= SURE:
            said += 1
            right += there.get(item) == (top.target_table, top.target_column)
    pairs = {my_items[m.source_table, c.source_column][0] for m in best.values() for c in m.columns}
    return right / said, right / possible, best, pairs


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(HELD_OUT, 2)))
def test_it_works(one, other):
    precision, recall, best, _ = compared(one, other)
    assert precision >= 0.9
    assert recall >= 0.65
    assert len(best) == 7


@pytest.mark.slow
def test_every_pair_of_houses():
    figures = [compared(*pair)[:2] for pair in itertools.permutations(HOUSES, 2)]
    precision, recall = (sum(column) / len(figures) for column in zip(*figures, strict=True))
    assert precision >= 0.93
    assert recall >= 0.78


def test_what_is_not_there_is_not_made_up():
    """The legacy patients have no ethnicity; what the new table wants stays without a match."""
    _, _, best, _ = compared("legacy", "snake")
    targets = {m.target_column for m in best["pms_patient"].columns if m.confidence >= SURE}
    assert {"ethnic_group", "blood", "employer"} & targets == set()


def look(*values):
    return Look(frozenset(values), 10, 10, len(values), "汉", 2.0, number=False, day=False)


def one_table(name, *columns):
    made = tuple(Column(name=column, type="text", kind=Kind.TEXT) for column in columns)
    return Table(name=name, columns=made)


def test_values_speak_where_names_do_not():
    """Two columns nobody can read, and one of them holds the other's values."""
    words = lexicon()
    nations = tuple(f"{name}族" for name in "汉满蒙回藏壮苗彝布侗")
    mine, theirs = one_table("T1", "F01", "F02"), one_table("T2", "QX", "ZZQ")
    looks = {("T1", "F01"): look(*nations), ("T2", "ZZQ"): look(*nations[:8])}
    found = match_tables(Side.of([mine], looks, words), Side.of([theirs], looks, words), Silent())
    top = found[0].columns[0]
    assert (top.source_column, top.target_column) == ("F01", "ZZQ")
    assert "migration.suggest_overlap" in [reason.code for reason in top.reasons]
    assert "族" not in str(found)  # shares, never values


def test_comments_speak_where_names_do_not():
    words = lexicon()
    column = Column(name="F7", type="text", kind=Kind.TEXT, comment="患者姓名")
    mine = Table(name="T1", columns=(column,))
    theirs = one_table("patient", "name", "address")
    found = match_tables(Side.of([mine], {}, words), Side.of([theirs], {}, words), Silent())
    assert found[0].columns[0].target_column == "name"


def test_an_empty_system():
    words = lexicon()
    assert match_tables(Side.of([], {}, words), Side.of([], {}, words), Silent()) == []


def test_a_name_is_as_sure_as_its_table():
    """Every table has a name and a status; whose they are, only the table tells."""
    words = lexicon()
    mine = one_table("非药品收费项目", "name", "status", "xmbm", "ggxh", "zxks")
    theirs = one_table("queue_worker", "name", "status", "host", "port", "pid")
    found = match_tables(Side.of([mine], {}, words), Side.of([theirs], {}, words), Silent())
    assert all(column.confidence < Decimal("0.9") for match in found for column in match.columns)
    same = one_table("收费项目", "name", "status", "item_code", "spec", "exec_dept")
    found = match_tables(Side.of([mine], {}, words), Side.of([same], {}, words), Silent())
    best = {c.source_column: c for c in reversed(found[0].columns)}
    assert best["name"].confidence >= Decimal("0.9")


def test_nothing_is_proposed_without_a_reason():
    words = lexicon()
    mine, theirs = one_table("T1", "QWZ", "KLP"), one_table("T2", "write_uid", "gene")
    found = match_tables(Side.of([mine], {}, words), Side.of([theirs], {}, words), Silent())
    assert [column for match in found for column in match.columns] == []


def test_two_phones_go_each_to_its_own():
    words = lexicon()
    mine = one_table("病人", "联系电话", "联系人电话", "姓名")
    theirs = one_table("patient", "contact_phone", "mobile", "name")
    found = match_tables(Side.of([mine], {}, words), Side.of([theirs], {}, words), Silent())
    best = {c.source_column: c.target_column for c in reversed(found[0].columns)}
    assert best == {"联系电话": "mobile", "联系人电话": "contact_phone", "姓名": "name"}
