"""The target's server crashes, or its disk is full: nothing is lost, nothing is loaded twice."""

import contextlib
import os

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Batches, State
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.rollback import rollback
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.target.postgresql_statements import PostgreSqlStatements
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL, DICTIONARIES, PMS_PATIENT, fill, order, put, rules
from servers import connect_postgresql, crash, narrow, postgresql, risen

pytestmark = pytest.mark.slow

WHOLE = [(1,), (2,), (3,), (5,)]
KINDS = pytest.mark.parametrize("kind", [PostgreSQL, PostgreSqlStatements])


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


@pytest.fixture(scope="module")
def server():
    """One that may be brought down: no other test uses it."""
    with contextlib.ExitStack() as running:
        server = running.enter_context(postgresql())
        yield server, running


@pytest.fixture
def new_his(server, request):
    """A database of its own: its server, a way to ask it and one to open it as a target."""
    server, running = server
    name = f"crash{os.getpid()}_{abs(hash(request.node.name))}"
    with connect_postgresql(server) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    his = CrashingHis(server, name, running)
    his.do(DDL)
    return his


class CrashingHis:
    def __init__(self, server, name, running):
        self.server, self.name, self.running = server, name, running

    def do(self, sql):
        with connect_postgresql(self.server, self.name) as connection:
            connection.execute(sql)

    def rows(self, sql):
        with connect_postgresql(self.server, self.name) as connection:
            return connection.execute(sql).fetchall()

    @contextlib.contextmanager
    def opened(self, kind):
        parameters = {
            "host": self.server.host,
            "port": self.server.port,
            "user": self.server.user,
            "password": self.server.password,
            "dbname": self.name,
        }
        with contextlib.closing(kind("new_his", parameters)) as target:
            yield target

    def crash(self):
        crash(self.server)

    def rise(self):
        self.running.enter_context(risen(self.server))


def run(workspace, target, **more):
    return load(workspace, rules(), target, DICTIONARIES, order(**more), progress=Silent())


def behind(target, method, times, then):
    """Let something happen when a method has returned so many times."""
    whole, calls = getattr(target, method), []

    def wrapped(*given):
        found = whole(*given)
        calls.append(given)
        if len(calls) == times:
            then()
        return found

    setattr(target, method, wrapped)


@KINDS
@pytest.mark.parametrize(
    ("method", "times", "more"),
    [("write", 1, {}), ("write", 3, {}), ("write", 6, {}), ("begin", 1, {})],
)
def test_it_works(workspace, new_his, kind, method, times, more):
    """What the server forgot of the parts it had said were there is written once more."""
    with new_his.opened(kind) as target:
        behind(target, method, times, new_his.crash)
        with pytest.raises(LuodiError) as caught:
            run(workspace, target, part_rows=1, **more)
        assert caught.value.code == "migration.target_lost"
        assert caught.value.next_step("zh")
    new_his.rise()
    unfinished = Batches(workspace).unfinished("patients", "new_his")
    with new_his.opened(kind) as target:
        outcome = run(workspace, target, part_rows=1, resume=unfinished is not None)
        assert new_his.rows("SELECT id FROM patient ORDER BY id") == WHOLE
        assert new_his.rows("SELECT id FROM visit ORDER BY id") == [(10,), (11,), (12,)]
        batch = outcome.result.batch
        assert reconcile(workspace, batch, target, progress=Silent()).verdict is Verdict.PASS
        back = rollback(workspace, batch, target, confirm=batch, progress=Silent())
    assert (back.result.residual, back.result.as_before) == (0, True)


@KINDS
def test_it_crashes_behind_a_roll_back(workspace, new_his, kind):
    with new_his.opened(kind) as target:
        batch = run(workspace, target).result.batch
        behind(target, "remove", 1, new_his.crash)
        with pytest.raises(LuodiError) as caught:
            rollback(workspace, batch, target, confirm=batch, progress=Silent())
        assert caught.value.code == "migration.target_lost"
    new_his.rise()
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]
    if Batches(workspace).get(batch).state is State.LOADED:
        with new_his.opened(kind) as target:
            assert rollback(workspace, batch, target, confirm=batch, progress=Silent()).result


# --- no room --------------------------------------------------------------------------------------


@KINDS
@pytest.mark.needs("root", "mount")
def test_the_disk_of_the_target_is_full(workspace, new_his, kind):
    """Said by name; with room made, the load goes on where it was."""
    put(workspace, PMS_PATIENT, [(1, "名", "1", "")])
    relation = workspace.relation("old_his", "pms_patient")
    workspace.db.execute(
        f"INSERT INTO {relation} SELECT range, range, repeat('名', 20), '1', '1980-01-02' "
        "FROM range(2, 60001)"
    )
    with contextlib.ExitStack() as disks:
        folder = disks.enter_context(narrow(new_his.server, 4))
        new_his.do(f"CREATE TABLESPACE {new_his.name} LOCATION '{folder}'")
        new_his.do(f"ALTER TABLE patient SET TABLESPACE {new_his.name}")
        with new_his.opened(kind) as target:
            with pytest.raises(LuodiError) as caught:
                run(workspace, target, part_rows=15_000)
            assert caught.value.code == "migration.target_full"
            assert caught.value.params["state"] == "53100"
            assert caught.value.next_step("zh")
        new_his.do("ALTER TABLE patient SET TABLESPACE pg_default")
        with new_his.opened(kind) as target:
            outcome = run(workspace, target, resume=True)
        assert new_his.rows("SELECT count(*), count(DISTINCT id) FROM patient") == [(60000,) * 2]
        assert outcome.result.state is State.LOADED
        new_his.do(f"DROP TABLESPACE {new_his.name}")


@KINDS
@pytest.mark.parametrize("state", ["53100", "53200", "53300"])
def test_the_server_says_that_it_has_no_room(workspace, new_his, kind, state):
    """A trigger stands for the disk where nothing may be mounted; no row is blamed for it."""
    new_his.do(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.id = 5 THEN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END IF; "
        "RETURN NEW; END $$; CREATE TRIGGER full_disk BEFORE INSERT ON patient "
        "FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    with new_his.opened(kind) as target:
        with pytest.raises(LuodiError) as caught:
            run(workspace, target, part_rows=1)
        assert caught.value.code == "migration.target_full"
    new_his.do("DROP TRIGGER full_disk ON patient")
    with new_his.opened(kind) as target:
        run(workspace, target, resume=True)
    assert new_his.rows("SELECT id FROM patient ORDER BY id") == WHOLE
