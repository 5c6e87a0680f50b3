"""Row by row: what was staged against what was read back."""

from datetime import timedelta

import pytest

from luodi.evidence.model import now
from luodi.migration.reconciling.compare import added, compare
from luodi.migration.workspace import Workspace
from migration.reconciling.staged import AS_STAGED, FEED, TARGET, batch, read


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        yield workspace


def compared(workspace, rows, **more):
    made = batch(workspace, **more)
    read(workspace, rows)
    return compare(workspace, made, FEED, TARGET)


def test_it_works(workspace):
    found = compared(workspace, AS_STAGED[::-1])  # whatever the order
    assert (found.rows, found.mismatched) == (3, 0)
    assert found.staged_sum == found.target_sum


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ((1, "张四", "1.50"), "name"),
        ((1, "张三", "1.51"), "fee"),
        ((1, "张三", None), "fee"),
        ((1, "张三", "one"), "fee"),
        ((1, "张三 ", "1.50"), "name"),
        ((1, "", "1.50"), "name"),
    ],
)
def test_a_value_that_differs(workspace, row, column):
    found = compared(workspace, [row, *AS_STAGED[1:]])
    assert (found.changed, found.columns, found.first) == (1, {column: 1}, {"changed": (1,)})
    assert found.staged_sum != found.target_sum


def test_nothing_is_not_an_empty_text(workspace):
    found = compared(workspace, [AS_STAGED[0], (2, "", "0.00"), (3, None, None)])
    assert (found.changed, found.columns) == (2, {"name": 2})


def test_a_row_that_is_not_there(workspace):
    found = compared(workspace, AS_STAGED[:2])
    assert (found.missing, found.changed, found.first) == (1, 0, {"missing": (3,)})


def test_a_row_that_is_there_twice(workspace):
    """A table without a key: the count would be right if another were missing."""
    found = compared(workspace, [AS_STAGED[0], *AS_STAGED[:2]])
    assert (found.repeated, found.missing) == (1, 1)
    assert found.first == {"repeated": (1,), "missing": (3,)}


def test_rows_of_others_are_no_mismatch(workspace):
    found = compared(workspace, [*AS_STAGED, (900, "旧人", None)], before=1)
    assert found.mismatched == 0


@pytest.mark.parametrize(("before", "strangers", "more"), [(0, 1, 1), (1, 1, 0), (1, 3, 2)])
def test_rows_that_nobody_brought(workspace, before, strangers, more):
    made = batch(workspace, before=before)
    read(workspace, [*AS_STAGED, *((900 + n, "?", None) for n in range(strangers))])
    assert [each.rows for each in added(workspace, made, [FEED])] == ([more] if more else [])


def test_rows_of_a_later_batch_are_ours(workspace):
    made = batch(workspace)
    later = now() + timedelta(seconds=1)
    batch(workspace, [(4, 4, "李四", None)], id="patients_2", created=later)
    read(workspace, [*AS_STAGED, (4, "李四", None)])
    assert added(workspace, made, [FEED]) == ()
