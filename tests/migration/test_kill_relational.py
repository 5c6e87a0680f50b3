"""kill -9 while loading into MariaDB and SQLite, and on again: nothing lost, nothing twice."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from migration.load_sample import DDL

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
WHOLE = ([1, 2, 3, 5], [10, 11, 12])
POINTS = [
    "planned",
    "one feed staged",
    "staged",
    "writing",
    "one part committed",
    "before complete",
    "complete",
]


class His:
    """A new HIS behind a DB-API driver, and the parameters that another process opens it with."""

    def __init__(self, connection, parameters):
        self.cursor, self.parameters = connection.cursor(), parameters
        for statement in DDL.split(";")[:-1]:
            self.cursor.execute(statement)

    def rows(self, sql):
        self.cursor.execute(sql)
        return [tuple(line) for line in self.cursor.fetchall()]

    def execute(self, sql):
        self.cursor.execute(sql)

    def held(self):
        patients = self.rows("SELECT id FROM patient WHERE id < 900 ORDER BY id")
        visits = self.rows("SELECT id FROM visit ORDER BY id")
        return [id for (id,) in patients], [id for (id,) in visits]


@pytest.fixture(params=["sqlite", "mariadb"])
def his(request, tmp_path):
    if request.param == "sqlite":
        path = tmp_path / "新 his.db"
        yield His(sqlite3.connect(path, isolation_level=None), {"path": str(path)})
        return
    server = request.getfixturevalue("mariadb")
    name, connection = request.getfixturevalue("mariadb_database")
    login = {"host": server.host, "port": server.port, "user": server.user}
    yield His(connection, {**login, "password": server.password, "database": name})


@pytest.fixture
def run(luodi_home, his):
    settings = read_settings()
    init(Home.of(settings), settings, "p1")

    def run(action, point=""):
        return subprocess.run(
            [sys.executable, str(Path(__file__).with_name("load_killed.py")), action, point],
            input=json.dumps(his.parameters),
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.parametrize("point", POINTS)
def test_it_goes_on(run, his, point):
    assert run("load", point).returncode == -signal.SIGKILL
    done = run("resume")
    assert done.returncode == 0, done.stderr
    assert his.held() == WHOLE
    assert his.rows("SELECT DISTINCT state FROM luodi_batch WHERE part <> ''") == [("loaded",)]


def test_it_goes_on_after_a_swap(run, his):
    his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    assert run("load", "swapped").returncode == -signal.SIGKILL
    done = run("resume")
    assert done.returncode == 0, done.stderr
    assert his.held() == WHOLE


def test_half_a_batch_can_be_taken_back(run, his):
    assert run("load", "one part committed").returncode == -signal.SIGKILL
    back = run("rollback")
    assert json.loads(back.stdout)["residual"] == 0, back.stderr
    assert his.held() == ([], [])


def test_a_roll_back_that_was_killed(run, his):
    assert run("load").returncode == 0
    assert run("rollback", "before removal").returncode == -signal.SIGKILL
    assert his.held() == WHOLE
    assert run("rollback", "removed").returncode == -signal.SIGKILL
    assert json.loads(run("rollback").stdout)["residual"] == 0
    assert his.held() == ([], [])
