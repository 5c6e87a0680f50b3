"""A source is asked whether evidence still speaks for it."""

import contextlib
import sqlite3
import time

import pytest

from luodi.evidence.freshness import Freshness, Standing
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems
from luodi.migration.connect import connect
from luodi.migration.freshness import sources
from luodi.migration.source import opened

SYSTEMS = Systems(format=1, source=(System(id="old", url="p.csv"),))


@pytest.fixture
def evidence(tmp_path):
    (tmp_path / "p.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    with opened(SYSTEMS.source[0], tmp_path, lambda _: "") as source:
        (item,) = connect(source, progress=Silent()).inputs
    return item


def standing(tmp_path, item):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    answer = Freshness([resolve], {}, {})._answer(item)
    return answer.standing, answer.drift


def test_it_works(tmp_path, evidence):
    assert standing(tmp_path, evidence) == (Standing.SAME, 0)
    (tmp_path / "p.csv").write_text("id,name\n1,a\n2,b\n", encoding="utf-8")
    assert standing(tmp_path, evidence) == (Standing.DRIFTED, 1)


def test_another_structure(tmp_path, evidence):
    (tmp_path / "p.csv").write_text("id,title\n1,a\n", encoding="utf-8")
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_is_gone(tmp_path, evidence):
    (tmp_path / "p.csv").unlink()
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_does_not_answer(tmp_path, evidence):
    systems = Systems(format=1, source=(System(id="old", url="mysql://x@127.0.0.1:9/x"),))
    resolve = sources(systems, tmp_path, lambda _: "")
    assert resolve(evidence) is None


def test_what_is_not_a_source(tmp_path, evidence):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    assert resolve(ContentInput(name="source:old", digest="0" * 64)) is None


# --- a source at work -------------------------------------------------------------------------


BIG = (
    "INSERT INTO big WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n "
    "WHERE x < {}) SELECT x FROM n"
)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def big(request, tmp_path):
    """A source whose rows take a while to count: as a view that joins them with themselves."""
    view = "CREATE VIEW slow AS SELECT a.x FROM big a, big b, big c WHERE a.x + b.x + c.x < 0"
    if request.param == "sqlite":
        path = tmp_path / "big.db"
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE TABLE big (x integer)")
            database.execute(BIG.format(2000))
            database.execute(view)
        return "big.db", list
    name, connection = request.getfixturevalue(f"{request.param}_database")
    server = request.getfixturevalue(request.param)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE big (x integer)")
    if request.param == "mariadb":
        cursor.execute("SET SESSION max_recursive_iterations = 5000")
    cursor.execute(BIG.format(2000))
    cursor.execute(view)
    running = {
        "postgresql": "SELECT query FROM pg_stat_activity WHERE datname = current_database() "
        "AND state = 'active' AND query LIKE '%count(*)%' AND pid <> pg_backend_pid()",
        "mariadb": "SELECT info FROM information_schema.processlist WHERE db = DATABASE() "
        "AND info LIKE 'SELECT COUNT(*)%'",
    }

    def at_work():
        cursor.execute(running[request.param])
        return cursor.fetchall()

    return server.url(name), at_work


@pytest.mark.slow
def test_a_source_that_would_take_too_long(big, tmp_path):
    """Nothing can be told of it, and nothing of ours runs on there."""
    url, at_work = big
    systems = Systems(format=1, source=(System(id="old", url=url),))
    resolve = sources(systems, tmp_path, lambda _: "luodi-test", seconds=0.3)
    item = SnapshotInput(name="source:old", schema="0" * 64, watermark=1)
    assert resolve(item) is None
    until = time.monotonic() + 10  # the whole count would take hours
    while at_work() and time.monotonic() < until:
        time.sleep(0.05)
    assert not at_work()
