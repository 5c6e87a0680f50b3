"""Rows for human eyes, old beside new; the same at every run, and nothing in them is a formula."""

import io

import pytest
from openpyxl import load_workbook

from luodi.migration.reconciling.samples import samples
from luodi.migration.workspace import Workspace
from migration.reconciling.staged import batch, read

ROWS = [(1, 1, "=1+1", "1.50"), (2, 2, None, "0.00"), (3, 3, "", None)]


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        workspace.db.execute('CREATE SCHEMA "old_his"')
        workspace.db.execute(
            'CREATE TABLE "old_his".pms_patient (_ordinal BIGINT, pid BIGINT, xm VARCHAR)'
        )
        for ordinal, pid, name, _ in ROWS:
            workspace.db.execute(
                'INSERT INTO "old_his".pms_patient VALUES (?, ?, ?)', [ordinal, pid, name]
            )
        yield workspace


def page(workspace, count, there=ROWS):
    made = workspace.db.execute("SELECT count(*) FROM _luodi.batch").fetchone()[0]
    one = batch(workspace, ROWS, id=f"patients_{made}")
    read(workspace, [row[1:] for row in there])
    book = load_workbook(io.BytesIO(samples(workspace, one, count)))
    return [[cell.value for cell in row] for row in book["patient"].rows]


@pytest.fixture(autouse=True)
def batches(workspace):
    from luodi.migration.batch import Batches

    return Batches(workspace)


def test_it_works(workspace):
    heads, *rows = page(workspace, 10)
    assert heads == ["_ordinal", "旧 old · pid", "旧 old · xm", *(f"新 new · {c}" for c in NEW)]
    assert rows == [
        ["1", "1", "'=1+1", "1", "'=1+1", "1.50"],
        ["2", "2", "∅", "2", "∅", "0.00"],
        ["3", "3", None, "3", None, "∅"],
    ]


NEW = ("id", "name", "fee")


def test_a_row_that_the_target_lacks(workspace):
    _, *rows = page(workspace, 10, ROWS[:2])
    assert rows[2][3:] == ["∅", "∅", "∅"]


def test_the_same_rows_each_time(workspace):
    first, second = page(workspace, 2), page(workspace, 2)
    assert len(first) == 3
    assert first == second
