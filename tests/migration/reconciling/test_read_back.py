"""The target read back as it is: '' is not NULL, and no sign is lost on the way."""

import sqlite3

import pytest

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Column, Kind, Table
from luodi.migration.reconciling.read_back import read_back
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace

TABLE = Table(
    name="note",
    columns=tuple(Column(name=n, type="text", kind=Kind.TEXT) for n in ("id", "text", "more")),
)
ROWS = [
    ("1", "", None),
    ("2", None, ""),
    ("3", 'a"b,c', "line\nbreak\r\n\tend "),
    ("4", '"', '""'),
    ("5", "\\N", "NULL"),
    ("6", "𠮷田，‘’", "x" * 70_000),
    ("7", " ", ","),
]


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "new.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE note (id TEXT, text TEXT, more TEXT)")
        db.executemany("INSERT INTO note VALUES (?, ?, ?)", ROWS)
    db.close()
    target = SqliteTarget("new_his", path)
    yield target
    target.close()


def read(target, **more):
    with Workspace.in_memory() as workspace:
        read_back(workspace, target, TABLE, ["id", "text", "more"], 'temp."t"', **more)
        return workspace.db.execute('SELECT * FROM temp."t" ORDER BY id').fetchall()


@pytest.mark.parametrize("pipes", [True, False])
def test_it_works(target, pipes):
    assert read(target, pipes=pipes) == ROWS


@pytest.mark.slow
@pytest.mark.parametrize("pipes", [True, False])
def test_on_postgresql(new_his, pipes):
    new_his.execute("CREATE TABLE note (id text, text text, more text)")
    for row in ROWS:
        new_his.connection.execute("INSERT INTO note VALUES (%s, %s, %s)", row)
    assert read(new_his.target, pipes=pipes) == ROWS


def test_a_target_that_breaks_off_is_said(target):
    class Broken:
        def csv(self, table, columns):
            yield b'"1","",\n'
            raise LuodiError("migration.target_lost", {"target": "new_his", "reason": "test"})

    with pytest.raises(LuodiError) as caught:
        read(Broken())
    assert caught.value.code == "migration.target_lost"
