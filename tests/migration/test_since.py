"""extract --since: what changed is merged, and what a watermark cannot see is said."""

import contextlib
import sqlite3

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Mode
from luodi.migration.connect import connect
from luodi.migration.extract import extract
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, order, rules

pytestmark = pytest.mark.slow

MADE = """
CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, upd DATETIME);
CREATE TABLE d (code TEXT PRIMARY KEY NOT NULL, name TEXT);
CREATE TABLE log (line TEXT);
INSERT INTO p VALUES (10, 'a', '2026-01-01 08:00:00'), (20, 'b', '2026-01-02 08:00:00'),
  (30, 'c', '2026-01-03 08:00:00');
INSERT INTO d VALUES ('x', 'X'), ('z', 'Z');
INSERT INTO log VALUES ('one');
"""
MARKED = {"*": "upd"}


class Old:
    """An old system on SQLite, extracted once."""

    def __init__(self, desk, workspace):
        self.desk = desk
        self.workspace = workspace

    def do(self, statements):
        with contextlib.closing(sqlite3.connect(self.desk.base / "old.db")) as db:
            db.executescript(statements)

    def extract(self, since=None, watermark=None, overlap=60, **more):
        marked = MARKED if watermark is None else watermark
        with self.desk.source("old.db", watermark=marked, overlap=overlap) as source:
            if since is None:
                self.workspace.keep(connect(source, progress=Silent()).result)
            return extract(self.workspace, source, since=since, progress=Silent(), **more)

    def rows(self, table="p"):
        found = self.workspace.db.execute(f"SELECT * FROM old.{table} ORDER BY _ordinal")
        return [row[:3] for row in found.fetchall()]


@pytest.fixture
def old(desk):
    with Workspace.in_memory() as workspace:
        old = Old(desk, workspace)
        old.do(MADE)
        old.extract()
        yield old


def said(outcome):
    return {(f.code.removeprefix("migration."), f.params["table"]): f for f in outcome.findings}


def figures(outcome):
    return {figure.name: figure.value for figure in outcome.figures}


def test_it_works(old):
    old.do("UPDATE p SET name = 'B', upd = '2026-01-04 08:00:00' WHERE id = 20")
    old.do("INSERT INTO p VALUES (15, 'new', '2026-01-05 08:00:00'); INSERT INTO d VALUES ('y', 1)")
    outcome = old.extract("last")
    assert old.rows() == [(1, 10, "a"), (2, 20, "B"), (3, 30, "c"), (4, 15, "new")]
    assert old.rows("d") == [(1, "x", "X"), (2, "z", "Z"), (3, "y", "1")]
    by_name = {table.table: table for table in outcome.result.tables}
    assert (by_name["p"].added, by_name["p"].changed, by_name["p"].rows) == (1, 1, 4)
    assert (figures(outcome)["added"], figures(outcome)["changed"]) == (2, 1)
    moment = said(outcome)["since_moment", "p"]
    assert moment.params["since"] == "2026-01-03 07:00:00"  # an hour overlaps
    assert moment.params["reached"] == "2026-01-05 08:00:00"
    assert ("since_no_watermark", "d") in said(outcome)
    assert ("since_no_key", "log") in said(outcome)
    assert outcome.verdict is Verdict.PASS
    assert old.workspace.catalogue("old").table("p").rows == 4


def test_twice_is_the_same(old):
    old.do("INSERT INTO p VALUES (15, 'new', '2026-01-05 08:00:00')")
    old.extract("last")
    before = old.rows()
    outcome = old.extract("last")
    assert old.rows() == before
    assert (figures(outcome)["added"], figures(outcome)["changed"]) == (0, 0)


def test_a_value_that_is_given(old):
    """Earlier than what is there: rows overlap and are not doubled."""
    old.do("UPDATE p SET name = 'late' WHERE id = 20")  # its program forgot the watermark
    assert figures(old.extract("last"))["changed"] == 0
    assert figures(old.extract("2026-01-02"))["changed"] == 1
    assert old.rows()[1] == (2, 20, "late")


def test_a_transaction_that_was_committed_late(old):
    """It began before what was read last, and was not there to be read."""
    old.do("INSERT INTO p VALUES (40, 'late', '2026-01-03 07:30:00')")
    outcome = old.extract("last", tables=["p"])
    assert old.rows()[3] == (4, 40, "late")
    assert (outcome.result.tables[0].added, outcome.result.tables[0].changed) == (1, 0)
    old.do("INSERT INTO p VALUES (50, 'later', '2026-01-03 06:30:00')")  # before what overlaps
    assert said(old.extract("last", tables=["p"]))["since_missed", "p"].count == 1
    assert said(old.extract("last", tables=["p"], overlap=120)) != {}
    assert old.rows()[4] == (5, 50, "later")


def test_a_watermark_in_the_future_hides_nothing(old):
    """Otherwise a single 9999-12-31 would be the end of all deltas."""
    old.do("UPDATE p SET upd = '9999-12-31 00:00:00' WHERE id = 10")
    first = old.extract(tables=["p"], fresh=True)
    assert said(first)["watermark_future", "p"].params == {"table": "p", "column": "upd"}
    old.do("INSERT INTO p VALUES (15, 'new', '2026-01-05 08:00:00')")
    outcome = old.extract("last", tables=["p"])
    assert old.rows()[3] == (4, 15, "new")
    assert said(outcome)["since_moment", "p"].params["reached"] == "2026-01-05 08:00:00"
    assert outcome.verdict is Verdict.WARN
    old.do("UPDATE p SET name = 'A' WHERE id = 10")  # one of the future is read each time
    assert figures(old.extract("last", tables=["p"]))["changed"] == 1


def test_rows_that_were_deleted_are_not_seen_but_counted(old):
    old.do("DELETE FROM p WHERE id = 10; DELETE FROM p WHERE id = 20")
    outcome = old.extract("last", tables=["p"])
    finding = said(outcome)["since_vanished", "p"]
    assert (finding.count, finding.params["rows"]) == (2, 1)
    assert outcome.verdict is Verdict.WARN
    assert len(old.rows()) == 3


def test_rows_that_are_older_than_the_watermark(old):
    old.do("INSERT INTO p VALUES (5, 'backdated', '2025-12-31 08:00:00')")
    outcome = old.extract("last")
    assert said(outcome)["since_missed", "p"].count == 1
    assert outcome.verdict is Verdict.FAIL
    assert ("since_missed", "p") not in said(old.extract("2025-01-01"))


def test_rows_without_a_watermark(old):
    old.do("INSERT INTO p VALUES (40, 'd', NULL)")
    old.extract(fresh=True)
    assert said(old.extract("last"))["since_unmarked", "p"].count == 1


def test_a_value_that_does_not_fit_its_column(old):
    """A text in a column of numbers: the rows that are there become texts as well."""
    old.do("CREATE TABLE n (id INTEGER PRIMARY KEY, no INTEGER, upd DATETIME)")
    old.do("INSERT INTO n VALUES (1, 7, '2026-01-01 08:00:00')")
    old.extract()
    old.do("INSERT INTO n VALUES (2, 'x7', '2026-01-02 08:00:00')")
    outcome = old.extract("last", tables=["n"])
    assert old.rows("n") == [(1, 1, "7"), (2, 2, "x7")]
    assert outcome.result.tables[0].as_read == ("no",)
    old.do("INSERT INTO n VALUES (3, 8, '2026-01-03 08:00:00')")
    old.extract("last", tables=["n"])
    assert old.rows("n")[2] == (3, 3, "8")


def test_a_number_as_watermark_is_not_told(old):
    """It may be a patient's number: the row that has it is named instead."""
    outcome = old.extract("last", watermark={"p": "id"})
    assert said(outcome)["since_row", "p"].params == {"table": "p", "column": "id", "ordinal": 3}


@pytest.mark.parametrize(
    ("since", "watermark", "code"),
    [
        ("yesterday", MARKED, "migration.since_value"),
        ("x", {"p": "id"}, "migration.since_value"),
        ("last", {"p": "nowhere"}, "migration.since_column"),
    ],
)
def test_what_is_no_watermark(old, since, watermark, code):
    with pytest.raises(WrongUse) as caught:
        old.extract(since, watermark=watermark)
    assert caught.value.code == code
    assert caught.value.next_step("zh")


def test_a_table_of_another_structure_is_extracted_anew(old):
    old.do("ALTER TABLE p ADD COLUMN sex TEXT; INSERT INTO p VALUES (11, 'n', '2020-01-01', 'M')")
    old.extract("last", tables=["p"])
    assert [row[1] for row in old.rows()] == [10, 11, 20, 30]


def test_a_table_that_vanished(old):
    old.do("DROP TABLE p")
    with pytest.raises(LuodiError) as caught:
        old.extract("last")
    assert caught.value.code == "migration.table_vanished"


def test_stopped_in_the_middle_and_run_again(old, monkeypatch):
    """Nothing is merged before all of it is there; a second run brings it."""
    old.do("INSERT INTO p VALUES (15, 'new', '2026-01-05 08:00:00')")
    with monkeypatch.context() as patch:
        patch.setattr("luodi.migration.staging.Staging.merge", stop)
        with pytest.raises(KeyboardInterrupt):
            old.extract("last", tables=["p"])
    assert len(old.rows()) == 3
    old.do("UPDATE p SET name = 'newer' WHERE id = 15")
    old.extract("last", tables=["p"])
    assert old.rows()[3] == (4, 15, "newer")


def stop(*_, **__):
    raise KeyboardInterrupt


# --- changed while it was read --------------------------------------------------------------------


class Interrupted(Silent):
    """Something happens when the first rows are there."""

    def __init__(self, then):
        super().__init__()
        self.then = then

    def advance(self, count=1):
        if count == 2:
            self.then()


ABOUT = """
UPDATE p SET name = 'A', upd = '2026-02-01 09:00:00' WHERE id = 10;
UPDATE p SET name = 'C', upd = '2026-02-01 10:00:00' WHERE id = 30;
"""
"""Of a row that has been read and of one that has not; the one that has not is newer."""


@pytest.fixture
def in_pieces(monkeypatch):
    monkeypatch.setattr("luodi.migration.reading.PIECE", 2)


def test_changed_while_the_first_reading_was_cut(old, in_pieces):
    with old.desk.source("old.db", watermark=MARKED) as source, pytest.raises(KeyboardInterrupt):
        extract(old.workspace, source, tables=["p"], fresh=True, progress=Interrupted(stop))
    old.do(ABOUT)
    old.extract(tables=["p"])
    assert [row[2] for row in old.rows()] == ["a", "b", "C"]
    outcome = old.extract("last", tables=["p"])
    assert [row[2] for row in old.rows()] == ["A", "b", "C"]
    assert outcome.verdict is Verdict.PASS


def test_changed_under_a_source_that_gives_no_snapshot(old, in_pieces):
    with old.desk.source("old.db", watermark=MARKED) as source:

        def change():
            source._db.execute("COMMIT")  # what is held for us is let go
            old.do(ABOUT)

        extract(old.workspace, source, tables=["p"], fresh=True, progress=Interrupted(change))
    assert [row[2] for row in old.rows()] == ["a", "b", "C"]
    old.extract("last", tables=["p"])
    assert [row[2] for row in old.rows()] == ["A", "b", "C"]


def test_a_moment_that_was_named_hides_nothing_before_it(old):
    old.do(ABOUT)
    old.extract("2026-02-01 10:00:00", tables=["p"])
    assert [row[2] for row in old.rows()] == ["a", "b", "C"]
    old.extract("last", tables=["p"])
    assert [row[2] for row in old.rows()] == ["A", "b", "C"]


def test_a_watermark_declared_since(old):
    """Nobody knows when the rows here were read: all are read again."""
    old.extract(watermark={}, tables=["p"], fresh=True)
    old.do("UPDATE p SET name = 'A', upd = '2020-01-01 08:00:00' WHERE id = 10")
    old.extract("last", tables=["p"])
    assert [row[2] for row in old.rows()] == ["A", "b", "c"]


# --- source, extract, load, reconcile -------------------------------------------------------------

TABLES = """
CREATE TABLE pms_patient (pid bigint PRIMARY KEY, xm varchar(64), xb varchar(2),
  csrq varchar(20), gxsj {moment});
CREATE TABLE pms_visit (vid bigint PRIMARY KEY, pid bigint, fee varchar(20), gxsj {moment});
INSERT INTO pms_patient VALUES (1, '张三', '1', '1980-01-02', '2026-01-01 08:00:00'),
  (2, '李四', '2', '1975-03-04', '2026-01-01 08:00:00');
INSERT INTO pms_visit VALUES (10, 1, '12.50', '2026-01-01 08:00:00');
"""
FUTURE = """
UPDATE pms_visit SET gxsj = '9999-12-31 00:00:00' WHERE vid = 10;
"""
CHANGES = """
UPDATE pms_patient SET xm = '李思', gxsj = '2026-01-02 08:00:00.5' WHERE pid = 2;
INSERT INTO pms_patient VALUES (3, '王五', '1', '2001-02-03', '2026-01-02 09:00:00');
INSERT INTO pms_visit VALUES (11, 3, '7.10', '2026-01-02 09:00:00');
"""


@pytest.fixture(params=["mariadb", "postgresql"])
def busy(request):
    """An old hospital at work: its URL, and a way to change it."""
    name, connection = request.getfixturevalue(f"{request.param}_database")
    server = request.getfixturevalue(request.param)
    cursor = connection.cursor()

    def do(statements):
        for statement in filter(str.strip, statements.split(";")):
            cursor.execute(statement)

    do(TABLES.format(moment="datetime(3)" if request.param == "mariadb" else "timestamp"))
    return server.url(name), do


def test_a_change_in_the_source_reaches_the_new_system(desk, busy, new_his):
    url, do = busy
    system = {"watermark": {"*": "gxsj"}}
    with Workspace.in_memory() as workspace:

        def bring(since=None):
            with desk.source(url, **system) as source:
                if since is None:
                    workspace.keep(connect(source, progress=Silent()).result)
                return extract(workspace, source, since=since, progress=Silent())

        def put(mode):
            given = order(mode=mode)
            mapping = rules(source="old")
            return load(
                workspace, mapping, new_his.target, DICTIONARIES, given, progress=Silent()
            ).result

        do(FUTURE)
        codes = [f.code for f in bring().findings]
        assert codes.count("migration.watermark_future") == 1
        put(Mode.FULL)
        do(CHANGES)
        outcome = bring("last")
        assert (figures(outcome)["added"], figures(outcome)["changed"]) == (2, 1)
        batch = put(Mode.DELTA).batch
        assert new_his.rows("SELECT id, name FROM patient ORDER BY id") == [
            *((1, "张三"), (2, "李思"), (3, "王五")),
        ]
        assert new_his.rows("SELECT id, patient_id FROM visit ORDER BY id") == [(10, 1), (11, 3)]
        found = reconcile(workspace, batch, new_his.target, rules(source="old"), progress=Silent())
        assert found.verdict is Verdict.PASS, found.findings
        assert figures(found)["unaccounted"] == 0
