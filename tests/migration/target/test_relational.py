"""Targets behind a driver: MariaDB and SQLite take, refuse and give back like PostgreSQL."""

import sqlite3
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import Target
from luodi.migration.batch import Mode
from luodi.migration.load import load
from luodi.migration.rollback import rollback
from luodi.migration.target.mysql import MySqlTarget
from luodi.migration.target.open import opened_target
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL, DICTIONARIES, PATIENTS, changed, fates, fill, order, rules


class Sqlite:
    def __init__(self, path):
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(DDL)
        self.target = SqliteTarget("new_his", path)

    def execute(self, sql):
        self.connection.execute(sql)

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()


class MariaDb:
    def __init__(self, server, name, connection):
        self.cursor = connection.cursor()
        for statement in DDL.split(";")[:-1]:
            self.cursor.execute(statement)
        parameters = {"host": server.host, "port": server.port, "user": server.user}
        self.target = MySqlTarget(
            "new_his", {**parameters, "password": server.password, "database": name}
        )

    def execute(self, sql):
        self.cursor.execute(sql)

    def rows(self, sql):
        self.cursor.execute(sql)
        return list(self.cursor.fetchall())


@pytest.fixture(params=["sqlite", "mariadb"])
def his(request, tmp_path):
    if request.param == "sqlite":
        his = Sqlite(tmp_path / "新 his.db")
    else:
        server = request.getfixturevalue("mariadb")
        his = MariaDb(server, *request.getfixturevalue("mariadb_database"))
    yield his
    his.target.close()


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def run(workspace, his, mapping=None, **more):
    return load(
        workspace, mapping or rules(), his.target, DICTIONARIES, order(**more), progress=Silent()
    )


def take_back(workspace, his, batch):
    return rollback(workspace, batch, his.target, confirm=batch, progress=Silent())


def test_it_works(workspace, his):
    before = his.target.describe(["patient"])["patient"]
    assert before.rows == 0
    outcome = run(workspace, his, part_rows=2)
    assert [tuple(map(str, row)) for row in his.rows("SELECT * FROM patient ORDER BY id")] == [
        ("1", "张三", "M", "1980-01-02", "None"),
        ("2", "李四", "F", "1975-03-04", "None"),
        ("3", '王\t五\\"引号"', "M", "None", "None"),
        ("5", "𠮷田", "F", "None", "None"),
    ]
    assert [float(fee) for (fee,) in his.rows("SELECT fee FROM visit ORDER BY id")] == [
        12.5,
        0,
        7.1,
    ]
    assert sorted(his.rows("SELECT part, state FROM luodi_batch")) == [
        ("", "loaded"),
        ("patient#1", "loaded"),
        ("patient#2", "loaded"),
        ("visit#1", "loaded"),
        ("visit#2", "loaded"),
    ]
    back = take_back(workspace, his, outcome.result.batch)
    assert back.result.removed == {"visit": 3, "patient": 4}
    assert (back.result.residual, back.result.as_before) == (0, True)
    assert his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_what_only_the_target_can_know(workspace, his):
    if isinstance(his, Sqlite):
        his.execute(
            "CREATE TRIGGER t BEFORE INSERT ON patient WHEN NEW.name = '李四' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    else:
        his.execute("ALTER TABLE patient ADD CHECK (name NOT REGEXP '李')")
    outcome = run(workspace, his)
    fate, reason = fates(workspace, outcome)["pms_patient", 2]
    assert (fate, reason[:7]) == ("rejected", "target_")
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "lookup")
    assert outcome.result.target_rows == {"patient": 3, "visit": 2}


def test_a_filled_table_is_written_in_one_transaction(workspace, his):
    his.execute("INSERT INTO patient VALUES (2, '旧人', 'M', NULL, NULL)")
    outcome = run(workspace, his)
    assert fates(workspace, outcome)["pms_patient", 2] == ("rejected", "unique_present")
    assert his.rows("SELECT count(*) FROM patient") == [(4,)]
    assert take_back(workspace, his, outcome.result.batch).result.as_before


def test_a_check_constraint_that_can_be_read(workspace, his):
    his.execute("DROP TABLE visit")
    his.execute(
        "CREATE TABLE visit (id integer PRIMARY KEY, patient_id integer NOT NULL, "
        "fee decimal(10,2) CHECK (fee > 0))"
    )
    outcome = run(workspace, his)
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "check")


def test_keys_counted_on(workspace, his):
    his.execute("INSERT INTO patient VALUES (70, '旧人', 'M', NULL, NULL)")
    mapping = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))
    run(workspace, his, mapping)
    ids = [id for (id,) in his.rows("SELECT id FROM patient ORDER BY id")]
    assert ids == [70, 71, 72, 73, 75]


def test_a_row_that_was_changed_since(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("UPDATE patient SET note = '过敏' WHERE id = 5")
    his.execute("DELETE FROM visit WHERE id = 12")
    outcome = take_back(workspace, his, batch)
    assert {(f.params["table"], f.params["ordinals"]) for f in outcome.findings} == {
        ("pms_patient", "5"),
        ("pms_visit", "3"),
    }
    assert his.rows("SELECT count(*) FROM patient") == [(4,)]


def test_rows_of_others_point_at_it(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("INSERT INTO visit VALUES (900, 5, NULL)")
    (found,) = take_back(workspace, his, batch).findings
    assert (found.code, found.params["ordinals"]) == ("migration.rollback_pointed_at", "5")


def test_a_delta_and_back(workspace, his):
    first = run(workspace, his).result.batch
    before = his.rows("SELECT * FROM patient ORDER BY id")
    fill(workspace, patients=[PATIENTS[0], (2, "李四光", "2", ""), (7, "新人", "1", "")], visits=[])
    delta = run(workspace, his, mode=Mode.DELTA).result.batch
    names = dict(his.rows("SELECT id, name FROM patient"))
    assert (names[2], names[7], len(names)) == ("李四光", "新人", 5)
    assert take_back(workspace, his, delta).result.restored == 1
    assert his.rows("SELECT * FROM patient ORDER BY id") == before
    assert take_back(workspace, his, first).result.residual == 0
    assert his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_two_runs_at_once(workspace, his):
    his.target.begin("other")
    system = Target(id="new_his", url=url(his), environment="test")
    with (
        opened_target(system, Path("/"), lambda _: "luodi-test") as second,
        pytest.raises(LuodiError) as caught,
    ):
        load(workspace, rules(), second, DICTIONARIES, order(), progress=Silent())
    assert caught.value.code == "migration.target_busy"


def url(his):
    if isinstance(his, Sqlite):
        return f"sqlite:{his.path}"
    place = his.target._parameters
    return f"mysql://{place['user']}@{place['host']}:{place['port']}/{place['database']}"


def test_a_latin_table_says_which_rows_it_cannot_hold(workspace, mariadb, mariadb_database):
    his = MariaDb(mariadb, *mariadb_database)
    his.execute("ALTER TABLE visit DROP FOREIGN KEY IF EXISTS visit_ibfk_1")
    his.execute("ALTER TABLE patient CONVERT TO CHARACTER SET latin1")
    his.execute("ALTER DATABASE CHARACTER SET latin1")
    fill(workspace, patients=[(1, "Müller", "1", ""), (2, "李四", "2", "")], visits=[])
    outcome = run(workspace, his)
    assert "migration.target_encoding" in {finding.code for finding in outcome.findings}
    assert fates(workspace, outcome)["pms_patient", 2] == ("rejected", "encoding")
    assert his.rows("SELECT name FROM patient") == [("Müller",)]
    his.target.close()


def test_a_table_without_transactions_is_said(workspace, mariadb, mariadb_database):
    his = MariaDb(mariadb, *mariadb_database)
    his.execute("ALTER TABLE visit DROP FOREIGN KEY IF EXISTS visit_ibfk_1")
    his.execute("ALTER TABLE patient ENGINE = MyISAM")
    codes = {finding.code for finding in run(workspace, his).findings}
    assert "migration.load_no_transactions" in codes
    his.target.close()
