"""Oracle as a target, told as text: no server has ever answered."""

import re
from types import SimpleNamespace

import oracledb
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import Procedures
from luodi.migration.load import load
from luodi.migration.model import Column, Kind, Table
from luodi.migration.target.oracle import OracleTarget
from luodi.migration.target.oracle_words import numbered
from luodi.migration.target.procedures import ProcedureCalls
from luodi.migration.target.protocol import Refused
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, fill, order, rules
from migration.target.spoken import Driver

PATIENT = [
    ("id", "NUMBER", 0, None, 10, 0, "N", "NO", None, None, None),
    ("name", "VARCHAR2", 20, "C", None, None, "N", "NO", None, None, None),
    ("sex", "VARCHAR2", 3, "B", None, None, "Y", "NO", None, None, None),
    ("birth", "DATE", 0, None, None, None, "Y", "NO", None, None, None),
    ("age", "NUMBER", 0, None, None, None, "Y", "YES", None, None, "f(birth)"),
]
VISIT = [
    ("id", "NUMBER", 0, None, 10, 0, "N", "NO", None, None, '"HIS"."SEQ_VISIT"."NEXTVAL"'),
    ("patient_id", "NUMBER", 0, None, 10, 0, "N", "NO", None, None, None),
    ("fee", "NUMBER", 0, None, 12, 2, "Y", "NO", None, None, None),
]


def error(number, full=""):
    return oracledb.DatabaseError(
        SimpleNamespace(code=number, full_code=full or f"ORA-{number:05}", message="张三")
    )


class Oracle(Driver):
    """Answers for the table that the parameters name."""

    def answer(self, sql):
        table = next((p for p in self.said[-1][1] if p in ("patient", "visit")), "")
        if "FROM all_tab_cols" in sql:
            return {"patient": PATIENT, "visit": VISIT}[table]
        if "k.constraint_type IN" in sql:
            return [("PK", "P", "id")]
        if "'R'" in sql and table == ("visit" if "k.owner = :1" in sql else "patient"):
            return [("HIS", "FK", "visit", "patient_id", "HIS", "patient", "id")]
        if "FROM all_constraints WHERE" in sql and table == "visit":
            return [("NN", '"id" IS NOT NULL'), ("FEE", '"fee" > 0')]
        return super().answer(sql)


ANSWERS = [
    (r"SYS_CONTEXT\('USERENV', 'CURRENT_SCHEMA'\) FROM dual", [("HIS",)]),
    (r"FROM all_objects", [("HIS", "patient", "TABLE"), ("HIS", "visit", "TABLE")]),
    (r"FROM all_sequences", [(41,)]),
    (r"SELECT max\(\"id\"\)", [(40,)]),
    (r"SELECT count\(\*\), ", [(0, 0)]),
    (r"SELECT count\(\*\) FROM \"", [(0,)]),
    (r"CONNECT BY", [(number,) for number in range(102, 106)]),
    (r"NEXTVAL FROM dual", [(101,)]),
]


@pytest.fixture
def driver(monkeypatch):
    driver = Oracle(ANSWERS)
    monkeypatch.setattr(oracledb, "connect", lambda **_: driver)
    return driver


@pytest.fixture
def target(driver):
    return OracleTarget("new_his", {"dsn": "h:1521/d"})


def test_it_works(target):
    """The catalogue, put together from what the ``ALL_`` views would say."""
    found = target.describe({"patient", "visit"})
    patient, visit = found["patient"].table, found["visit"]
    assert [(c.name, c.kind, c.length) for c in patient.columns] == [
        ("id", Kind.INTEGER, None),
        ("name", Kind.TEXT, 20),
        ("sex", Kind.TEXT, None),
        ("birth", Kind.DATETIME, None),
        ("age", Kind.DECIMAL, None),
    ]
    assert [c.name for c in patient.columns if c.generated] == ["age"]
    assert [(s.name, s.next) for s in visit.key_sources] == [('"HIS"."SEQ_VISIT"', 41)]
    assert [check.name for check in visit.checks] == ["FEE"]
    assert visit.table.foreign_keys[0].table == "patient"
    assert found["patient"].references[0].table == "visit"
    assert "migration.target_empty_is_null" in {o.code for o in target.obstacles()}


def test_a_load_as_it_is_spoken(target, driver):
    with Workspace.in_memory() as workspace:
        fill(workspace, patients=PATIENTS[:2], visits=[(10, 1, "12.50")])
        outcome = load(workspace, rules(), target, DICTIONARIES, order(), progress=Silent())
    assert outcome.result.written
    mark = 'INSERT INTO "luodi_batch" (batch, part, state) VALUES (:1, :2, :3)'
    assert driver.statements("INSERT", "commit", "CREATE", "UPDATE") == [
        'CREATE TABLE "luodi_batch" (batch VARCHAR2(100) NOT NULL, part VARCHAR2(100) NOT NULL, '
        "state VARCHAR2(20) NOT NULL, PRIMARY KEY (batch, part))",
        mark,
        "INSERT INTO \"luodi_batch\" (batch, part, state) VALUES (:1, :2, 'lock')",
        'INSERT INTO "patient" ("id", "name", "sex", "birth") VALUES (:1, :2, :3, :4)',
        mark,
        "commit",
        'INSERT INTO "visit" ("id", "patient_id", "fee") VALUES (:1, :2, :3)',
        mark,
        "commit",
        'UPDATE "luodi_batch" SET state = :1 WHERE batch = :2 AND part = :3',
    ]
    assert (outcome.result.batch, "*", "writing") in [values for _, values in driver.said]


def test_keys_of_a_sequence(target, driver):
    visit = target.describe({"visit"})["visit"]
    assert target.reserve(visit, "id", 5) == 101
    assert 'SELECT "HIS"."SEQ_VISIT".NEXTVAL FROM dual CONNECT BY LEVEL <= 4' in [
        sql for sql, _ in driver.said
    ]


def test_parameters_get_numbers():
    assert numbered("""SELECT ":x", ':x' FROM t WHERE a = :x AND b IN (:x, :x)""") == (
        """SELECT ":x", ':x' FROM t WHERE a = :1 AND b IN (:2, :3)"""
    )


def test_rows_are_known_by_an_image(target):
    table = Table(
        name="t",
        columns=(
            Column(name="NAME", type="VARCHAR2", kind=Kind.TEXT),
            Column(name="NOTE", type="CLOB", kind=Kind.TEXT),
        ),
    )
    image = target.words.image(table)
    assert "RAWTOHEX(STANDARD_HASH(\"NAME\", 'MD5'))" in image
    assert 'DBMS_LOB.GETLENGTH("NOTE")' in image
    assert image.count("(") == image.count(")")


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (error(1031), "migration.target_rights"),
        (error(1653), "migration.target_full"),
        (error(3113), "migration.target_lost"),
        (error(0, "DPY-4011"), "migration.target_lost"),
        (error(904), "migration.target_failed"),
    ],
)
def test_what_its_errors_mean(target, raised, code):
    with pytest.raises(LuodiError) as caught, target.explained():
        raise raised
    assert caught.value.code == code
    assert "张三" not in str(caught.value)


@pytest.mark.parametrize("number", [1, 1400, 2291, 12899, 20001])
def test_a_row_that_is_refused(target, number):
    with pytest.raises(Refused) as caught, target.explained():
        raise error(number)
    assert caught.value.state == str(number)


def test_another_run_is_in(target, driver):
    driver.answers.insert(0, (re.compile("NOWAIT"), error(54)))
    with pytest.raises(LuodiError) as caught:
        target.begin("b")
    assert caught.value.code == "migration.target_busy"


def test_a_procedure_as_it_is_called(driver):
    driver.answers[:0] = [
        (re.compile("all_procedures"), [(1,)]),
        (re.compile("all_arguments"), [("P_ID", "NUMBER"), ("P_RET", "VARCHAR2")]),
        (re.compile("all_source"), [("PROCEDURE x IS\n",), ("BEGIN COMMIT; END;",)]),
        (re.compile("LOCAL_TRANSACTION_ID"), [(None,)]),
    ]
    target = OracleTarget("new_his", {}, manner=ProcedureCalls(Procedures(result="P_RET")))
    described = target.describe(["ADD_PATIENT"])["ADD_PATIENT"]
    assert described.procedure.commits
    assert target.call(driver, described.table, {"P_ID": 7}, "P_RET") == "0"
    assert driver.said[-1][0] == 'BEGIN "ADD_PATIENT"("P_ID" => :1, "P_RET" => :2); END;'
    assert not target.still_one_transaction(driver)
