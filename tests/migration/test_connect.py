"""connect: the catalogue of a source, counted, with what extraction will meet, as evidence."""

import sqlite3

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import SnapshotInput, Verdict
from luodi.evidence.progress import Silent
from luodi.migration.connect import connect
from luodi.migration.model import Catalogue, Table


@pytest.fixture
def legacy(tmp_path):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE brxx (brid INTEGER PRIMARY KEY, xm TEXT NOT NULL)")
        database.execute("CREATE TABLE rz (nr TEXT)")
        database.execute("CREATE VIEW v AS SELECT xm FROM brxx")
        database.executemany("INSERT INTO brxx (xm) VALUES (?)", [("甲",), ("乙",)])
    database.close()
    return f"sqlite:///{path}"


def test_it_works(desk, legacy):
    with desk.source(legacy) as source:
        outcome = connect(source, progress=Silent())
    catalogue = outcome.result
    patients = catalogue.table("brxx")
    assert (catalogue.system, catalogue.rows) == ("old", patients.rows)
    assert (patients.rows, patients.primary_key) == (2, ("brid",))
    assert [column.nullable for column in patients.columns] == [False, False]
    assert catalogue.table("v").view
    assert {figure.name: figure.value for figure in outcome.figures} == {
        "unreachable": 0,
        "tables": 3,
        "rows": 2,
    }
    assert (outcome.subject, outcome.verdict) == ("source:old", Verdict.PASS)
    assert outcome.inputs == (
        SnapshotInput(name="source:old", schema=catalogue.schema_digest, watermark=2),
    )


def test_a_row_more_is_drift_and_a_column_more_is_change(desk, legacy, tmp_path):
    def seen():
        with desk.source(legacy) as source:
            return connect(source, progress=Silent()).inputs[0]

    before = seen()
    with sqlite3.connect(tmp_path / "old.db") as database:
        database.execute("INSERT INTO brxx (xm) VALUES ('丙')")
    grown = seen()
    assert (grown.schema, grown.watermark) == (before.schema, before.watermark + 1)
    with sqlite3.connect(tmp_path / "old.db") as database:
        database.execute("ALTER TABLE brxx ADD COLUMN xb TEXT")
    database.close()
    assert seen().schema != before.schema


def test_views_count_where_there_is_nothing_else():
    table, view = (Table(name=name, columns=(), rows=2, view=name == "v") for name in ("brxx", "v"))
    assert Catalogue(system="his", product="", tables=(table, view)).rows == 2
    assert Catalogue(system="his", product="", tables=(view,)).rows == 2


def test_a_source_cannot_be_written(desk, legacy):
    with desk.source(legacy) as source, pytest.raises(sqlite3.OperationalError, match="readonly"):
        source._db.execute("DELETE FROM brxx")


def test_a_file_that_is_no_database(desk, tmp_path):
    (tmp_path / "old.db").write_bytes(b"not a database, whatever its name says" * 50)
    with pytest.raises(LuodiError), desk.source(f"sqlite:///{tmp_path}/old.db") as source:
        connect(source, progress=Silent())
