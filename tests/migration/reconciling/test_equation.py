"""Each source row counted once, and those without a place named."""

import pytest

from luodi.migration.model import Catalogue, Table
from luodi.migration.reconciling.equation import equation, tables_of, unmapped
from luodi.migration.workspace import Workspace
from migration.reconciling.staged import batch

FATES = [(1, "loaded"), (2, "merged"), (3, "rejected"), (4, "review"), (5, "excluded")]


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        workspace.keep(Catalogue(system="old_his", product="t", tables=TABLES))
        yield workspace


TABLES = (
    Table(name="pms_patient", columns=(), rows=5),
    Table(name="pms_log", columns=(), rows=7),
    Table(name="pms_view", columns=(), rows=9, view=True),
)


def counted(workspace, fates, rows=5):
    made = batch(workspace)
    source = workspace.relation("old_his", "pms_patient")
    workspace.db.execute(
        f"CREATE TABLE {source} AS SELECT range + 1 AS _ordinal FROM range({rows})"
    )
    workspace.db.execute(
        f"CREATE TABLE {made.relation('_fate')} "
        "(source_table VARCHAR, ordinal BIGINT, fate VARCHAR)"
    )
    for ordinal, fate in fates:
        workspace.db.execute(
            f"INSERT INTO {made.relation('_fate')} VALUES ('pms_patient', ?, ?)", [ordinal, fate]
        )
    return made, equation(workspace, made, "pms_patient")


def test_it_works(workspace):
    _, found = counted(workspace, FATES)
    assert found.holds
    assert (found.source, found.loaded, found.merged, found.rejected) == (5, 1, 1, 1)
    assert (found.review, found.excluded) == (1, 1)


def test_a_row_without_a_place(workspace):
    _, found = counted(workspace, FATES[:2] + FATES[3:])
    assert (found.holds, found.unaccounted, found.first) == (False, 1, (3,))


def test_a_row_that_is_counted_twice(workspace):
    """It must not make up for one that is missing."""
    _, found = counted(workspace, [*FATES[:4], (1, "rejected")])
    assert (found.holds, found.unaccounted, found.twice) == (False, 1, 1)


def test_a_fate_of_a_row_that_is_not_there(workspace):
    _, found = counted(workspace, [*FATES, (99, "loaded")])
    assert (found.holds, found.strangers, found.unaccounted) == (False, 1, 0)


def test_rows_are_named_up_to_a_number(workspace):
    _, found = counted(workspace, [], rows=50)
    assert (found.unaccounted, found.first) == (50, tuple(range(1, 21)))


def test_an_empty_table(workspace):
    _, found = counted(workspace, [], rows=0)
    assert (found.holds, found.source) == (True, 0)


def test_tables_that_no_batch_speaks_of(workspace):
    """All their rows are unaccounted for; a view has none of its own."""
    made, _ = counted(workspace, FATES)
    assert tables_of(workspace, made) == {"pms_patient"}
    (found,) = unmapped(workspace, [made], "old_his")
    assert (found.table, found.source, found.unaccounted) == ("pms_log", 7, 7)
