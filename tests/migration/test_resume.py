"""An extraction that is cut, killed or run twice: nothing lost, nothing there twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Cancellation, Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.systems import System
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.connect import connect
from luodi.migration.extract import extract
from luodi.migration.source import opened
from luodi.migration.workspace import Workspace

ROWS = 3000
PROGRAM = """
import sys
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.systems import System
from luodi.landing.vault.store import Vault
from luodi.migration.extract import extract
from luodi.migration.source import opened
from luodi.migration.workspace import Workspace
from pathlib import Path
settings = read_settings()
vault = Vault.open(Home.of(settings), settings, "p1")
url = sys.argv[1]
with Workspace.in_vault(vault) as workspace:
    with opened(System(id="old", url=url), Path(), lambda _: "luodi-test") as source:
        print("begun", flush=True)
        extract(workspace, source, rate=int(sys.argv[2]), progress=Silent())
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def vault(luodi_home):
    settings = read_settings()
    home = Home.of(settings)
    init(home, settings, "p1")
    return Vault.open(home, settings, "p1")


def filled(server, database):
    """A table whose key has two columns."""
    name, connection = database
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE p (a varchar(8), b decimal(20, 2), c text, PRIMARY KEY (a, b))")
    rows = [(f"k{n % 7}", n, f"张三{n}") for n in range(ROWS)]
    cursor.executemany("INSERT INTO p VALUES (%s, %s, %s)", rows)
    return server.url(name)


@pytest.fixture
def url(mariadb, mariadb_database):
    return filled(mariadb, mariadb_database)


@pytest.fixture
def postgresql_url(postgresql, postgresql_database):
    return filled(postgresql, postgresql_database)


def source_at(url):
    return opened(System(id="old", url=url), Path(), lambda _: "luodi-test")


def check(workspace):
    found = workspace.db.execute(
        "SELECT count(*), count(DISTINCT (a, b)), min(_ordinal), max(_ordinal), "
        "count(DISTINCT _ordinal) FROM old.p"
    ).fetchone()
    assert found == (ROWS, ROWS, 1, ROWS, ROWS)
    order = "SELECT _ordinal FROM old.p ORDER BY a, b"
    assert [row[0] for row in workspace.db.execute(order).fetchall()] == list(range(1, ROWS + 1))


@pytest.mark.parametrize(
    ("place", "seconds"), [("url", 0.3), ("url", 1.0), ("url", 1.7), ("postgresql_url", 1.0)]
)
def test_killed_and_resumed(vault, request, luodi_home, place, seconds):
    url = request.getfixturevalue(place)
    with Workspace.in_vault(vault) as workspace, source_at(url) as source:
        workspace.keep(connect(source, progress=Silent()).result)
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, "900"],
        stdout=subprocess.PIPE,
        env={**os.environ, "LUODI_HOME": str(luodi_home)},
    )
    assert run.stdout.readline() == b"begun\n"
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    with Workspace.in_vault(vault) as workspace, source_at(url) as source:
        outcome = extract(workspace, source, progress=Silent())
        assert outcome.result.rows == ROWS
        check(workspace)


def test_two_runs_at_once(vault):
    with (
        Workspace.in_vault(vault),
        pytest.raises(LuodiError) as caught,
        Workspace.in_vault(vault),
    ):
        pass
    assert caught.value.code == "migration.workspace_busy"


def test_a_connection_cut_in_the_middle_of_a_table(vault, url, mariadb_database, monkeypatch):
    monkeypatch.setattr("luodi.migration.reading.PAUSE", 0.01)
    _, connection = mariadb_database
    with Workspace.in_vault(vault) as workspace, source_at(url) as source:
        workspace.keep(connect(source, progress=Silent()).result)

        class Cutting(Silent):
            def __init__(self):
                super().__init__()
                self.cut = set()

            def advance(self, units=1):
                super().advance(units)
                thread = source._connection.thread_id()
                if units and len(self.cut) < 2 and thread not in self.cut:
                    self.cut.add(thread)
                    connection.cursor().execute(f"KILL {thread}")

        watching = Cutting()
        outcome = extract(workspace, source, rate=1000, progress=watching)
        assert len(watching.cut) == 2
        assert outcome.result.rows == ROWS
        assert "migration.moment_changed" in {finding.code for finding in outcome.findings}
        check(workspace)


def test_postgresql_cut_in_the_middle_of_a_table(
    vault, postgresql_url, postgresql_database, monkeypatch
):
    """The snapshot is held by another connection: what follows is of the same moment."""
    monkeypatch.setattr("luodi.migration.reading.PAUSE", 0.01)
    _, connection = postgresql_database
    with Workspace.in_vault(vault) as workspace, source_at(postgresql_url) as source:
        workspace.keep(connect(source, progress=Silent()).result)
        connection.execute("INSERT INTO p VALUES ('z', 1, 'later')")

        class Cutting(Silent):
            cut = 0

            def advance(self, units=1):
                super().advance(units)
                if units and self.cut < 2:
                    self.cut += 1
                    reader = source._reader.info.backend_pid
                    connection.execute("SELECT pg_terminate_backend(%s)", [reader])

        watching = Cutting()
        outcome = extract(workspace, source, rate=1000, progress=watching)
        assert watching.cut == 2
        assert outcome.result.rows == ROWS
        assert outcome.findings == ()
        check(workspace)


def test_a_server_that_does_not_come_back(vault, url, mariadb_database, monkeypatch):
    monkeypatch.setattr("luodi.migration.reading.PAUSE", 0.001)
    with Workspace.in_vault(vault) as workspace, source_at(url) as source:
        workspace.keep(connect(source, progress=Silent()).result)

        def gone():
            raise LuodiError("migration.connection_lost", {"system": "old", "reason": "2013"})

        source.close()
        monkeypatch.setattr(source, "reopen", gone)
        with pytest.raises(LuodiError) as caught:
            extract(workspace, source, progress=Silent())
        assert caught.value.code == "migration.extract_stopped"
        assert (caught.value.params["table"], caught.value.params["ordinal"]) == ("p", 0)
        assert caught.value.next_step("zh")


def test_cancelled_and_resumed(vault, url):
    cancellation = Cancellation()

    class Stopping(Silent):
        def advance(self, units=1):
            super().advance(units)
            if units:
                cancellation.request()

    with Workspace.in_vault(vault) as workspace, source_at(url) as source:
        workspace.keep(connect(source, progress=Silent()).result)
        with pytest.raises(LuodiError) as caught:
            extract(workspace, source, rate=1000, progress=Stopping(cancellation))
        assert caught.value.exit_code == 130
        assert 0 < workspace.count("old.p") < ROWS
        outcome = extract(workspace, source, progress=Silent())
        assert 0 < outcome.result.tables[0].resumed < ROWS
        check(workspace)
        again = extract(workspace, source, progress=Silent())
        assert again.result.tables[0].resumed == ROWS
        check(workspace)


def test_a_full_disk(vault, tmp_path, luodi_home):
    """A limit on the size of files stands for it; what was staged before stays."""
    rows = "".join(f"{n},{n * 7919 % 100003}张三{n * n}\n" for n in range(400_000))
    (tmp_path / "p.csv").write_text("id,name\n" + rows, encoding="utf-8")
    with Workspace.in_vault(vault) as workspace, source_at(str(tmp_path / "p.csv")) as source:
        workspace.keep(connect(source, progress=Silent()).result)
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))\n"
        + PROGRAM.replace(
            "        extract(",
            "        from luodi.evidence.errors import LuodiError\n        try: extract(",
        )
        + "        except LuodiError as error: print(error.code, error.params['table'], flush=True)"
    )
    run = subprocess.run(
        [sys.executable, "-c", limited, str(tmp_path / "p.csv"), "100000000"],
        capture_output=True,
        text=True,
        env={**os.environ, "LUODI_HOME": str(luodi_home)},
        check=False,
    )
    assert run.stdout.splitlines()[:2] == ["begun", "migration.workspace_full p"], run.stderr
    assert "张三" not in run.stderr
    with Workspace.in_vault(vault) as workspace, source_at(str(tmp_path / "p.csv")) as source:
        outcome = extract(workspace, source, progress=Silent())
        assert outcome.result.rows == 400_000
        found = workspace.db.execute("SELECT count(DISTINCT id), max(_ordinal) FROM old.p")
        assert found.fetchone() == (400_000, 400_000)
