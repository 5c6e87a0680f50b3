"""Values into the workspace as text, and keys out of it in slices."""

from datetime import date
from decimal import Decimal

import pytest

from luodi.migration.loading.values import fill, in_slices
from luodi.migration.workspace import Workspace


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        workspace.db.execute("CREATE TABLE _luodi.v (a VARCHAR, b VARCHAR)")
        yield workspace


def test_it_works(workspace):
    fill(workspace, "_luodi.v", ("a", "b"), [(1, "张"), (Decimal("1.50"), None), (b"\xff", "")])
    fill(workspace, "_luodi.v", ("a", "b"), [])
    fill(workspace, "_luodi.v", ("a", "b"), [(date(2026, 1, 2), True)])
    assert workspace.db.execute("SELECT * FROM _luodi.v").fetchall() == [
        ("1", "张"),
        ("1.50", None),
        ("ff", ""),
        ("2026-01-02", "True"),
    ]


def test_keys_come_in_slices_while_others_are_put(workspace):
    fill(workspace, "_luodi.v", ("a", "b"), [(number, "") for number in range(5)])
    found = []
    for keys in in_slices(workspace, "SELECT a FROM _luodi.v ORDER BY a", size=2):
        fill(workspace, "_luodi.v", ("a", "b"), [("9", "")])
        found.append(keys)
    assert found == [["0", "1"], ["2", "3"], ["4"]]
