"""Stored procedures: a row is a call, a part a transaction, nothing stays that nobody accepts."""

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Severity
from luodi.evidence.progress import Silent
from luodi.landing.systems import Procedures, Target
from luodi.migration.batch import Mode
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.rollback import rollback
from luodi.migration.target.marks import LocalMarks
from luodi.migration.target.mysql import MySqlTarget
from luodi.migration.target.mysql_procedures import COMMITS
from luodi.migration.target.open import opened_target
from luodi.migration.target.postgresql_statements import PostgreSqlStatements
from luodi.migration.target.procedures import _COMMENTS, ProcedureCalls
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, DOMAIN, PATIENTS, fates, fill, order, rules
from migration.target.test_relational import MariaDb

pytestmark = pytest.mark.slow

POSTGRESQL = """
CREATE PROCEDURE add_patient(id integer, name varchar, sex varchar, birth date, OUT retcode integer)
LANGUAGE plpgsql AS $$ BEGIN
  IF name LIKE '李%%' THEN retcode := 7; RETURN; END IF;
  INSERT INTO patient VALUES (add_patient.id, add_patient.name, sex, birth, 'by procedure');
  retcode := 0;
END $$;
CREATE PROCEDURE drop_patient(pid integer, OUT retcode integer) LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM patient WHERE id = pid; retcode := 0;
END $$;
CREATE FUNCTION add_visit(id integer, patient_id integer, fee decimal) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN
  IF fee = 0 THEN RAISE EXCEPTION 'no fee of patient %%', patient_id; END IF;
  INSERT INTO visit VALUES (add_visit.id, add_visit.patient_id, add_visit.fee);
  RETURN 0;
END $$;
CREATE FUNCTION drop_visit(vid integer) RETURNS void
LANGUAGE sql AS $$ DELETE FROM visit WHERE id = vid $$;
"""
MARIADB = """
CREATE PROCEDURE add_patient(id integer, name varchar(20), sex varchar(1), birth date,
  OUT retcode integer)
BEGIN
  IF name LIKE '李%%' THEN SET retcode = 7;
  ELSE
    INSERT INTO patient VALUES (id, name, sex, birth, 'by procedure');
    SET retcode = 0;
    SELECT 'a procedure may say something besides';
  END IF;
END
//
CREATE PROCEDURE drop_patient(pid integer, OUT retcode integer)
BEGIN DELETE FROM patient WHERE id = pid; SET retcode = 0; END
//
CREATE PROCEDURE add_visit(id integer, patient_id integer, fee decimal(10,2))
BEGIN
  IF fee = 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no fee of patient 2'; END IF;
  INSERT INTO visit VALUES (id, patient_id, fee);
END
//
CREATE PROCEDURE drop_visit(vid integer) DELETE FROM visit WHERE visit.id = vid
"""
UNDO = {"add_patient": "drop_patient", "add_visit": "drop_visit"}
READS = {"add_patient": "patient", "add_visit": "visit"}
TOLD = Procedures(undo=UNDO, reads=READS, result="retcode")


class Desk:
    """A target of procedures, and a way to tell it something else."""

    def __init__(self, his, make):
        self.his, self.make = his, make
        self.target = None
        self.told(TOLD)

    def told(self, procedures, kept=None):
        if self.target is not None:
            self.target.close()
        self.target = self.make(kept, ProcedureCalls(procedures))

    def rows(self, sql):
        return self.his.rows(sql)


def feeds():
    return [{**feed, "to": f"add_{feed['to']}"} for feed in DOMAIN["feed"]]


@pytest.fixture(params=["postgresql", "mariadb"])
def desk(request):
    if request.param == "postgresql":
        his = request.getfixturevalue("new_his")
        his.execute(POSTGRESQL.replace("%%", "%"))

        def make(kept, manner):
            return PostgreSqlStatements("new_his", his.parameters, kept, manner)

    else:
        server = request.getfixturevalue("mariadb")
        his = MariaDb(server, *request.getfixturevalue("mariadb_database"))
        for statement in MARIADB.replace("%%", "%").split("//"):
            his.execute(statement)
        parameters = his.target._parameters

        def make(kept, manner):
            return MySqlTarget("new_his", parameters, kept, manner)

    his.target.close()
    desk = Desk(his, make)
    yield desk
    desk.target.close()


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def run(workspace, desk, **more):
    return load(
        workspace,
        rules(feed=feeds()),
        desk.target,
        DICTIONARIES,
        order(**more),
        progress=Silent(),
    )


def take_back(workspace, desk, batch):
    return rollback(workspace, batch, desk.target, confirm=batch, progress=Silent())


def test_it_works(workspace, desk):
    outcome = run(workspace, desk, part_rows=2)
    assert desk.rows("SELECT id, name, note FROM patient ORDER BY id") == [
        (1, "张三", "by procedure"),
        (3, '王\t五\\"引号"', "by procedure"),
        (5, "𠮷田", "by procedure"),
    ]
    assert desk.rows("SELECT id FROM visit ORDER BY id") == [(10,), (12,)]
    assert fates(workspace, outcome)["pms_patient", 2] == ("rejected", "target_result_7")
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "lookup")
    batch = outcome.result.batch
    found = reconcile(workspace, batch, desk.target, rules(feed=feeds()), progress=Silent())
    assert (found.result.mismatched, found.result.unaccounted) == (0, 0)
    back = take_back(workspace, desk, batch).result
    assert (back.residual, back.as_before) == (0, True)
    assert desk.rows("SELECT count(*) FROM patient") == [(0,)]


def test_an_error_of_the_procedure_rejects_the_row(workspace, desk):
    fill(workspace, patients=[PATIENTS[0]], visits=[(10, 1, "12.50"), (11, 1, "0.00")])
    outcome = run(workspace, desk)
    fate, reason = fates(workspace, outcome)["pms_visit", 2]
    assert (fate, reason) in (("rejected", "target_P0001"), ("rejected", "target_1644"))
    assert "no fee" not in str(outcome)
    assert desk.rows("SELECT count(*) FROM visit") == [(1,)]


def test_rows_that_would_stay_are_not_loaded(workspace, desk):
    desk.told(Procedures(reads=READS, result="retcode"))
    outcome = run(workspace, desk)
    codes = [f.code for f in outcome.findings if f.severity is Severity.ERROR]
    assert codes == ["migration.procedure_for_good"] * 2
    assert not outcome.result.written
    assert desk.rows("SELECT count(*) FROM patient") == [(0,)]


def test_unless_somebody_accepts_that(workspace, desk):
    desk.told(Procedures(reads=READS, result="retcode", for_good=True))
    batch = run(workspace, desk).result.batch
    with pytest.raises(LuodiError) as caught:
        take_back(workspace, desk, batch)
    assert caught.value.code == "migration.procedure_no_undo"
    assert desk.rows("SELECT count(*) FROM patient") == [(3,)]


def test_what_nothing_shows_is_not_called_equal(workspace, desk):
    desk.told(Procedures(undo=UNDO, result="retcode"))
    outcome = run(workspace, desk)
    assert "migration.procedure_unseen" in {f.code for f in outcome.findings}
    batch = outcome.result.batch
    found = reconcile(workspace, batch, desk.target, progress=Silent())
    assert found.result.mismatched == 5
    assert {f.code for f in found.findings} == {"migration.reconcile_unread"}
    back = take_back(workspace, desk, batch)
    assert not back.result.as_before
    assert {f.code for f in back.findings} == {"migration.rollback_unproven"}
    assert desk.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_row_somebody_changed_since(workspace, desk):
    batch = run(workspace, desk).result.batch
    desk.his.execute("UPDATE patient SET name = '改名' WHERE id = 5")
    (found,) = take_back(workspace, desk, batch).findings
    assert (found.code, found.params["ordinals"]) == ("migration.rollback_changed", "5")


def test_a_procedure_that_commits(workspace, desk):
    if isinstance(desk.his, MariaDb):
        desk.his.execute("DROP PROCEDURE drop_visit")
        desk.his.execute("DROP PROCEDURE add_visit")
        desk.his.execute(
            "CREATE PROCEDURE add_visit(id integer, patient_id integer, fee decimal(10,2)) "
            "BEGIN INSERT INTO visit VALUES (id, patient_id, fee); COMMIT; END"
        )
    else:
        desk.his.execute("DROP FUNCTION add_visit")
        desk.his.execute(
            "CREATE PROCEDURE add_visit(id integer, patient_id integer, fee decimal) "
            "LANGUAGE plpgsql AS 'BEGIN INSERT INTO visit VALUES ($1, $2, $3); COMMIT; END'"
        )
    outcome = run(workspace, desk)
    assert "migration.procedure_commits" in {f.code for f in outcome.findings}
    assert not outcome.result.written


def in_hiding(his, ending, when="true"):
    """Let visits be added by a procedure that ends the transaction in another one, behind a row."""
    if isinstance(his, MariaDb):
        his.execute("DROP PROCEDURE add_visit")
        his.execute(f"CREATE PROCEDURE ends() BEGIN {ending} END")
        his.execute(
            "CREATE PROCEDURE add_visit(id integer, patient_id integer, fee decimal(10,2)) "
            "BEGIN INSERT INTO visit VALUES (id, patient_id, fee); "
            f"IF {when} THEN CALL ends(); END IF; END"
        )
    else:
        his.execute("DROP FUNCTION add_visit")
        his.execute(
            "CREATE PROCEDURE ends() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';"
            "CREATE PROCEDURE add_visit(id integer, patient_id integer, fee decimal) "
            "LANGUAGE plpgsql AS 'BEGIN INSERT INTO visit VALUES ($1, $2, $3); "
            f"IF {when} THEN CALL ends(); END IF; END'"
        )


DDL = "DROP TABLE IF EXISTS other;"


MARIA = pytest.mark.parametrize("desk", ["mariadb"], indirect=True)
"""PostgreSQL refuses by itself to end a transaction it was called in."""


@pytest.mark.parametrize(
    ("desk", "ending", "when"),
    [
        ("postgresql", "COMMIT;", "true"),
        ("mariadb", "COMMIT;", "true"),
        ("mariadb", DDL, "true"),
        ("mariadb", DDL, "id = 12"),
        ("mariadb", "ROLLBACK;", "id = 10"),
    ],
    indirect=["desk"],
)
def test_a_procedure_that_commits_where_its_text_is_not_seen(workspace, desk, ending, when):
    """The text can be hidden; then the server itself tells, and what is in goes out again."""
    in_hiding(desk.his, ending, when)
    with pytest.raises(LuodiError) as caught:
        run(workspace, desk)
    assert caught.value.code == "migration.procedure_committed"
    assert caught.value.params["procedure"] == "add_visit"
    assert "add_visit" in caught.value.text("zh")
    assert desk.rows("SELECT count(*) FROM visit") == [(0,)]
    ends = "ends()" if isinstance(desk.his, MariaDb) else "ends() LANGUAGE plpgsql AS"
    desk.his.execute("DROP PROCEDURE ends")
    nothing = "BEGIN END" if isinstance(desk.his, MariaDb) else "'BEGIN NULL; END'"
    desk.his.execute(f"CREATE PROCEDURE {ends} {nothing}")
    desk.told(TOLD)
    outcome = run(workspace, desk, resume=True)
    assert desk.rows("SELECT id FROM visit ORDER BY id") == [(10,), (12,)]
    assert take_back(workspace, desk, outcome.result.batch).result.residual == 0


@MARIA
def test_a_procedure_that_commits_and_then_refuses(workspace, desk):
    in_hiding(desk.his, f"{DDL} SIGNAL SQLSTATE '45000';", "id = 12")
    with pytest.raises(LuodiError) as caught:
        run(workspace, desk)
    assert caught.value.code == "migration.procedure_committed"
    left = desk.rows("SELECT id FROM visit ORDER BY id")
    assert left in ([], [(12,)])  # the row of the call that was refused is its own doing


@MARIA
def test_rows_that_a_procedure_committed_and_nothing_takes_out(workspace, desk):
    in_hiding(desk.his, DDL, "id = 12")
    desk.told(Procedures(reads=READS, result="retcode", for_good=True))
    with pytest.raises(LuodiError) as caught:
        run(workspace, desk)
    assert (caught.value.code, caught.value.params["rows"]) == ("migration.procedure_left", 2)
    assert desk.rows("SELECT id FROM visit ORDER BY id") == [(10,), (12,)]


def test_an_undo_procedure_that_commits(workspace, desk):
    if isinstance(desk.his, MariaDb):
        desk.his.execute("DROP PROCEDURE drop_visit")
        desk.his.execute(
            "CREATE PROCEDURE drop_visit(vid integer) "
            "BEGIN DELETE FROM visit WHERE id = vid; TRUNCATE TABLE other; END"
        )
    else:
        desk.his.execute("DROP FUNCTION drop_visit")
        desk.his.execute(
            "CREATE PROCEDURE drop_visit(vid integer) LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM visit WHERE id = vid; COMMIT; END'"
        )
    outcome = run(workspace, desk)
    assert "migration.procedure_commits" in {f.code for f in outcome.findings}
    assert not outcome.result.written


@pytest.mark.parametrize(
    ("text", "commits"),
    [
        ("BEGIN INSERT INTO t VALUES (1); COMMIT; END", True),
        ("CREATE TABLE IF NOT EXISTS log_202611 (x int)", True),
        ("create or replace view v as select 1", True),
        ("TRUNCATE log", True),
        ("SET autocommit = 1", True),
        ("LOCK TABLES t WRITE", True),
        ("CREATE TEMPORARY TABLE x (y int); DROP TEMPORARY TABLE x", False),
        ("SET a = TRUNCATE(fee, 2)", False),
        ("-- COMMIT is left to the caller\nSELECT 'DROP TABLE t'", False),
    ],
)
def test_what_ends_a_transaction_of_mysql(text, commits):
    assert bool(COMMITS.search(_COMMENTS.sub(" ", text))) is commits


def test_a_delta_of_changes_is_refused_by_name(workspace, desk):
    fill(workspace, patients=[PATIENTS[0]], visits=[])
    run(workspace, desk)
    fill(workspace, patients=[(1, "张三丰", "1", "1980-01-02")], visits=[])
    with pytest.raises(LuodiError) as caught:
        run(workspace, desk, mode=Mode.DELTA)
    assert caught.value.code == "migration.procedure_no_change"


def test_an_undo_procedure_that_is_not_there(workspace, desk):
    desk.told(Procedures(undo={**UNDO, "add_visit": "nobody"}, reads=READS, result="retcode"))
    outcome = run(workspace, desk)
    assert "migration.procedure_gone" in {f.code for f in outcome.findings}
    assert not outcome.result.written


def test_marks_in_the_workspace(workspace, desk):
    desk.told(TOLD, LocalMarks(workspace))
    batch = run(workspace, desk).result.batch
    assert take_back(workspace, desk, batch).result.as_before


@pytest.mark.parametrize(
    "options",
    [
        {"url": "sqlite:his.db", "procedures": TOLD},
        {"url": "mysql://u@h/d", "procedures": Procedures(), "local_marks": True},
        {"url": "mssql://u@h/d", "procedures": TOLD, "interface": {"status": "flag"}},
    ],
)
def test_options_that_do_not_go_together(tmp_path, options):
    system = Target(id="new_his", environment="test", **options)
    with pytest.raises(LuodiError) as caught, opened_target(system, tmp_path, lambda _: ""):
        pass
    assert caught.value.code == "migration.target_option"
