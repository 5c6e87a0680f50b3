"""Where marks are kept: in a control table, in one of another schema, or in the workspace."""

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import Target
from luodi.migration.load import load
from luodi.migration.rollback import rollback
from luodi.migration.target.marks import LocalMarks, TableMarks
from luodi.migration.target.mysql import MySqlTarget
from luodi.migration.target.open import opened_target
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.target.postgresql_statements import PostgreSqlStatements
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL, DICTIONARIES, PATIENTS, fates, fill, order, rules

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


@pytest.fixture
def narrow(new_his):
    """The parameters of a role that may write rows and make nothing."""
    new_his.execute("DROP ROLE IF EXISTS narrow")
    new_his.execute("CREATE ROLE narrow LOGIN PASSWORD 'luodi-test'")
    new_his.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    new_his.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO narrow")
    new_his.execute("GRANT USAGE ON SCHEMA public TO narrow")
    yield {**new_his.parameters, "user": "narrow", "password": "luodi-test"}
    new_his.execute("DROP OWNED BY narrow CASCADE")
    new_his.execute("DROP ROLE narrow")


def run(workspace, target, **more):
    return load(workspace, rules(), target, DICTIONARIES, order(**more), progress=Silent())


def take_back(workspace, target, batch):
    return rollback(workspace, batch, target, confirm=batch, progress=Silent()).result


@pytest.fixture
def closing():
    targets = []
    yield lambda target: targets.append(target) or target
    for target in targets:
        target.close()


def test_it_works(workspace, new_his, narrow, closing):
    """A schema of our own holds the control table; the vendor's is left as it is."""
    new_his.execute("CREATE SCHEMA luodi_work AUTHORIZATION narrow")
    target = closing(PostgreSQL("new_his", narrow, "luodi_work"))
    batch = run(workspace, target).result.batch
    assert new_his.rows("SELECT part FROM luodi_work.luodi_batch ORDER BY 1") == [
        ("",),
        ("patient#1",),
        ("visit#1",),
    ]
    assert new_his.rows("SELECT to_regclass('public.luodi_batch')") == [(None,)]
    assert take_back(workspace, target, batch).as_before


@pytest.mark.parametrize("make", [PostgreSQL, PostgreSqlStatements])
def test_no_control_table_is_said_before_anything_is_written(
    workspace, new_his, narrow, closing, make
):
    with pytest.raises(LuodiError) as caught:
        run(workspace, closing(make("new_his", narrow)))
    assert caught.value.code == "migration.target_no_control"
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_control_table_that_somebody_made_for_us(workspace, new_his, narrow, closing):
    """And staging is temporary where nothing else may be made."""
    target = closing(PostgreSQL("new_his", narrow))
    with pytest.raises(LuodiError) as caught:
        run(workspace, target)
    target.close()
    new_his.execute(f"CREATE TABLE luodi_batch ({caught.value.params['columns']})")
    new_his.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON luodi_batch TO narrow")
    new_his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    target = closing(PostgreSQL("new_his", narrow))
    batch = run(workspace, target).result.batch
    assert new_his.rows("SELECT count(*) FROM patient") == [(5,)]
    assert take_back(workspace, target, batch).as_before


def test_no_table_of_ours_at_all(workspace, new_his, narrow, closing):
    target = closing(PostgreSqlStatements("new_his", narrow, LocalMarks(workspace)))
    outcome = run(workspace, target, part_rows=2)
    assert fates(workspace, outcome)["pms_patient", 4] == ("rejected", "dictionary")
    assert new_his.rows("SELECT id, name FROM patient ORDER BY id")[0] == (1, "张三")
    assert new_his.rows("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'luodi%'") == [(0,)]
    assert set(target.marks(outcome.result.batch)) == {
        *("", "patient#1", "patient#2", "visit#1", "visit#2")
    }
    assert take_back(workspace, target, outcome.result.batch).as_before
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


class Killed(BaseException):
    """Nobody gets to tidy up."""


class Dying(LocalMarks):
    """Marks of a process that is killed behind (or before) the commit of the n-th part."""

    def __init__(self, workspace, behind=None, before=None):
        super().__init__(workspace)
        self.behind, self.early = behind, before

    def after(self, target, batch, marks):
        if self.behind in marks:
            raise Killed
        super().after(target, batch, marks)

    def within(self, target, lane, batch, mark):
        if mark == self.early:
            raise Killed


@pytest.mark.parametrize("death", [{"behind": "patient#2"}, {"before": "patient#2"}])
def test_killed_between_commit_and_mark(workspace, new_his, narrow, closing, death):
    """The part whose end nobody noted is looked for by key: nothing twice, nothing lost."""
    target = closing(PostgreSqlStatements("new_his", narrow, Dying(workspace, **death)))
    with pytest.raises(Killed):
        run(workspace, target, part_rows=2)
    target.close()
    target = closing(PostgreSqlStatements("new_his", narrow, LocalMarks(workspace)))
    outcome = run(workspace, target, part_rows=2, resume=True)
    assert [id for (id,) in new_his.rows("SELECT id FROM patient ORDER BY id")] == [1, 2, 3, 5]
    assert new_his.rows("SELECT count(*) FROM visit") == [(3,)]
    assert take_back(workspace, target, outcome.result.batch).residual == 0
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


@pytest.mark.parametrize("death", [{"behind": "patient#2"}, {"before": "patient#2"}])
def test_killed_and_taken_back(workspace, new_his, narrow, closing, death):
    target = closing(PostgreSqlStatements("new_his", narrow, Dying(workspace, **death)))
    with pytest.raises(Killed):
        run(workspace, target, part_rows=2)
    target.close()
    target = closing(PostgreSqlStatements("new_his", narrow, LocalMarks(workspace)))
    (batch,) = workspace.db.execute("SELECT id FROM _luodi.batch").fetchone()
    assert take_back(workspace, target, batch).as_before
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_half_of_a_part_is_somebody_elses_doing(workspace, new_his, narrow, closing):
    fill(workspace, patients=[*PATIENTS, (6, "新人", "1", "")])
    target = closing(PostgreSqlStatements("new_his", narrow, Dying(workspace, behind="patient#3")))
    with pytest.raises(Killed):
        run(workspace, target, part_rows=2)
    new_his.execute("DELETE FROM patient WHERE id = 5")
    target.close()
    target = closing(PostgreSqlStatements("new_his", narrow, LocalMarks(workspace)))
    with pytest.raises(LuodiError) as caught:
        run(workspace, target, part_rows=2, resume=True)
    assert caught.value.code == "migration.target_unclear"


def test_another_database_of_mariadb(workspace, mariadb, mariadb_database):
    name, connection = mariadb_database
    cursor = connection.cursor()
    for statement in DDL.split(";")[:-1]:
        cursor.execute(statement)
    cursor.execute(f"CREATE DATABASE {name}_work")
    place = {"host": mariadb.host, "port": mariadb.port, "user": mariadb.user}
    parameters = {**place, "password": mariadb.password, "database": name}
    target = MySqlTarget("new_his", parameters, TableMarks(f"{name}_work"))
    try:
        batch = run(workspace, target).result.batch
        cursor.execute(f"SELECT count(*) FROM {name}_work.luodi_batch")
        assert cursor.fetchall() == ((3,),)
        assert take_back(workspace, target, batch).as_before
    finally:
        target.close()
        cursor.execute(f"DROP DATABASE {name}_work")


@pytest.mark.parametrize(
    "options", [{"control": "x"}, {"control": "x", "local_marks": True}, {"local_marks": True}]
)
def test_an_option_that_does_not_go_with_it(tmp_path, options):
    (tmp_path / "his.db").touch()
    system = Target(id="new_his", url="sqlite:his.db", environment="test", **options)
    with (
        pytest.raises(LuodiError) as caught,
        opened_target(system, tmp_path, lambda _: ""),
    ):
        pass
    assert caught.value.code == "migration.target_option"
