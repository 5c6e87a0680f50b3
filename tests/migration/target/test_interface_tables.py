"""Interface tables (中间表): what the vendor's importer took, refused, and has not looked at."""

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Severity, Verdict
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.systems import Interface
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.batch import Batches
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.reconciling.handed import export_refused
from luodi.migration.rollback import rollback
from luodi.migration.target.interface_tables import InterfaceTables
from luodi.migration.target.marks import LocalMarks
from luodi.migration.target.mysql import MySqlTarget
from luodi.migration.target.postgresql_statements import PostgreSqlStatements
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, changed, fill, order, rules
from migration.target.test_relational import MariaDb, Sqlite

pytestmark = pytest.mark.slow

TOLD = Interface(
    status="flag", new="0", taken=("1",), refused=("2",), message="err_msg", code="err_code"
)


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def his(request, tmp_path):
    if request.param == "postgresql":
        his = request.getfixturevalue("new_his")
        his.target.close()
        his.target = PostgreSqlStatements("new_his", his.parameters, manner=InterfaceTables(TOLD))
    elif request.param == "mariadb":
        server = request.getfixturevalue("mariadb")
        his = MariaDb(server, *request.getfixturevalue("mariadb_database"))
        his.target.close()
        his.target = MySqlTarget("new_his", his.target._parameters, manner=InterfaceTables(TOLD))
    else:
        his = Sqlite(tmp_path / "his.db")
        his.target = SqliteTarget("new_his", his.path, manner=InterfaceTables(TOLD))
    for table in ("patient", "visit"):
        his.execute(f"ALTER TABLE {table} ADD COLUMN flag integer NOT NULL DEFAULT 9")
        his.execute(f"ALTER TABLE {table} ADD COLUMN err_code varchar(20)")
        his.execute(f"ALTER TABLE {table} ADD COLUMN err_msg varchar(200)")
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


def read_back(workspace, his, batch):
    return reconcile(workspace, batch, his.target, rules(), progress=Silent())


def take_back(workspace, his, batch):
    return rollback(workspace, batch, his.target, confirm=batch, progress=Silent())


def imports(his):
    """The vendor's importer: takes everybody but 李四, of whom it thinks something."""
    his.execute("UPDATE patient SET flag = 1")
    his.execute(
        "UPDATE patient SET flag = 2, err_code = 'E07', err_msg = '患者李四已存在' WHERE id = 2"
    )
    his.execute("UPDATE visit SET flag = 1 WHERE id = 10")


def test_it_works(workspace, his):
    batch = run(workspace, his).result.batch
    assert his.rows("SELECT DISTINCT flag FROM patient") == [(0,)]
    waiting = read_back(workspace, his, batch)
    assert waiting.verdict is Verdict.FAIL
    assert [(each.taken, each.waiting) for each in waiting.result.handed] == [(0, 4), (0, 3)]
    assert sum(each.mismatched for each in waiting.result.compared) == 0

    imports(his)
    outcome = read_back(workspace, his, batch)
    figures = {figure.name: figure.value for figure in outcome.figures}
    assert (figures["imported"], figures["import_refused"], figures["import_waiting"]) == (4, 1, 2)
    assert sum(each.mismatched for each in outcome.result.compared) == 0
    refused = next(f for f in outcome.findings if f.code == "migration.reconcile_refused")
    assert refused.params == {
        "table": "pms_patient",
        "to": "patient",
        "codes": "E07=1",
        "ordinals": "2",
    }
    assert "李四" not in str(outcome)


def test_its_words_are_kept_in_the_vault(workspace, his, luodi_home):
    batch = run(workspace, his).result.batch
    imports(his)
    read_back(workspace, his, batch)
    conf = read_settings()
    init(Home.of(conf), conf, "p1")
    vault, known = Vault.open(Home.of(conf), conf, "p1"), Batches(workspace).get(batch)
    artefact = export_refused(workspace, known, known.feed("patient"), vault)
    assert artefact.private
    assert [entry.name for entry in vault.entries()] == [f"rejects/{batch}/patient.importer.csv"]
    assert export_refused(workspace, known, known.feed("visit"), vault) is None


def test_what_was_taken_stays(workspace, his):
    batch = run(workspace, his).result.batch
    imports(his)
    outcome = take_back(workspace, his, batch)
    found = {
        (f.code, f.params["target"]): (f.count, f.params["ordinals"]) for f in outcome.findings
    }
    assert found["migration.rollback_taken", "patient"] == (3, "1, 3, 5")
    assert found["migration.rollback_taken", "visit"] == (1, "1")
    assert his.rows("SELECT count(*) FROM patient") == [(4,)]


def test_what_was_refused_or_waits_goes(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("UPDATE patient SET flag = 2, err_msg = '不收'")
    outcome = take_back(workspace, his, batch)
    assert (outcome.result.residual, outcome.result.as_before) == (0, True)
    assert his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_row_somebody_changed_is_still_noticed(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("UPDATE patient SET flag = 2, note = '改过' WHERE id = 5")
    (found,) = take_back(workspace, his, batch).findings
    assert (found.code, found.params["ordinals"]) == ("migration.rollback_changed", "5")


def test_a_table_without_the_status(workspace, his):
    his.execute("ALTER TABLE visit DROP COLUMN err_msg")
    outcome = run(workspace, his)
    (found,) = [f for f in outcome.findings if f.severity is Severity.ERROR]
    assert (found.code, found.params) == (
        "migration.load_lacking",
        {"table": "visit", "column": "err_msg"},
    )
    assert not outcome.result.written


def test_the_status_is_not_the_mappings(workspace, his):
    feed = rules().feeds[1]
    columns = [
        {"to": "flag", "steps": [{"op": "constant", "value": "1"}]},
        *({"to": c.to, "from": c.from_} for c in feed.columns if c.to == "name"),
    ]
    outcome = run(workspace, his, rules(feed=changed("patient", column=columns)))
    assert "migration.load_generated" in {f.code for f in outcome.findings}
    assert not outcome.result.written


# --- marks in the workspace -----------------------------------------------------------------------


class Killed(BaseException):
    """Nobody gets to tidy up."""


class Dying(LocalMarks):
    """Marks of a process that is killed behind the commit of a part, before anybody notes it."""

    def __init__(self, workspace, part):
        super().__init__(workspace)
        self.part = part

    def after(self, target, batch, marks):
        if self.part in marks:
            raise Killed
        super().after(target, batch, marks)


@pytest.fixture
def killed(workspace, his):
    """Killed when the third patient is in and not noted; the importer goes on."""
    his.target.kept = Dying(workspace, "patient#2")
    with pytest.raises(Killed):
        run(workspace, his, part_rows=1)
    his.target.kept = LocalMarks(workspace)
    his.target.close()
    his.target.__init__(*HOW[type(his.target)](his), LocalMarks(workspace), InterfaceTables(TOLD))
    return his


HOW = {
    PostgreSqlStatements: lambda his: ("new_his", his.parameters),
    MySqlTarget: lambda his: ("new_his", his.target._parameters),
    SqliteTarget: lambda his: ("new_his", his.path),
}


def whole(his):
    return his.rows("SELECT id FROM patient ORDER BY id"), his.rows("SELECT count(*) FROM visit")


def test_an_importer_took_rows_of_a_part_that_nobody_noted(workspace, killed):
    """They are found by their keys, whatever the importer wrote to its columns."""
    killed.execute("UPDATE patient SET flag = 1 WHERE id = 3")
    batch = run(workspace, killed, part_rows=1, resume=True).result.batch
    assert whole(killed) == ([(1,), (2,), (3,), (5,)], [(3,)])
    assert killed.rows("SELECT flag FROM patient WHERE id = 3") == [(1,)]
    taken = take_back(workspace, killed, batch)
    assert [f.code for f in taken.findings] == ["migration.rollback_taken"]


def test_an_importer_fetched_them_all(workspace, killed):
    """Written again they would arrive twice: only the vendor can tell whether they are there."""
    killed.execute("DELETE FROM patient")
    with pytest.raises(LuodiError) as caught:
        run(workspace, killed, part_rows=1, resume=True)
    assert caught.value.code == "migration.target_fetched"
    assert "patient#2" in caught.value.text("zh")
    assert caught.value.next_step("en")
    assert killed.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_part_that_was_never_committed_is_written(workspace, killed):
    killed.execute("DELETE FROM patient WHERE id = 3")  # as a crash before the commit
    run(workspace, killed, part_rows=1, resume=True)
    assert whole(killed) == ([(1,), (2,), (3,), (5,)], [(3,)])
