"""The source read again: rows that went, came or changed since a batch was made from it."""

import pytest

from luodi.migration.reconciling.moved import moved
from luodi.migration.workspace import Workspace

THEN = [(1, "a", "1.0"), (2, "b", None), (3, "b", None)]


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        yield workspace


def put(workspace, system, rows, kind="VARCHAR"):
    workspace.db.execute(f'CREATE SCHEMA IF NOT EXISTS "{system}"')
    workspace.db.execute(f'CREATE TABLE "{system}".p (_ordinal BIGINT, name VARCHAR, fee {kind})')
    for ordinal, (_, name, fee) in enumerate(rows, start=1):
        workspace.db.execute(f'INSERT INTO "{system}".p VALUES (?, ?, ?)', [ordinal, name, fee])


def found(workspace, now):
    put(workspace, "old", THEN)
    put(workspace, "again", now)
    return [(each.gone, each.added, each.first) for each in moved(workspace, "old", "again", ["p"])]


def test_it_works(workspace):
    assert found(workspace, THEN) == []


def test_another_order_is_the_same(workspace):
    assert found(workspace, THEN[::-1]) == []


def test_a_row_that_went(workspace):
    """Equal rows are told apart by how many there are."""
    assert found(workspace, THEN[:2]) == [(1, 0, (3,))]


def test_a_row_that_came(workspace):
    assert found(workspace, [*THEN, (4, "c", "2")]) == [(0, 1, (4,))]


def test_a_row_that_changed(workspace):
    assert found(workspace, [(1, "A", "1.0"), *THEN[1:]]) == [(1, 0, (1,))]


def test_nothing_is_not_an_empty_text(workspace):
    assert found(workspace, [THEN[0], (2, "b", ""), THEN[2]]) == [(1, 0, (3,))]


def test_a_column_that_was_staged_as_another_type(workspace):
    """The second time one bad value made texts of all of them: the good ones are the same."""
    put(workspace, "old", [(1, "a", 1), (2, "b", 2)], kind="BIGINT")
    put(workspace, "again", [(1, "a", "1"), (2, "b", "x2")])
    (one,) = moved(workspace, "old", "again", ["p"])
    assert (one.gone, one.first) == (1, (2,))
