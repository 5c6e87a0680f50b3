"""SQL Server as a target, told as text: no server has ever answered."""

import re
from datetime import datetime
from decimal import Decimal

import pymssql
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import Procedures, Target
from luodi.migration.load import load
from luodi.migration.model import Column, Kind, Table
from luodi.migration.target.open import opened_target
from luodi.migration.target.procedures import ProcedureCalls
from luodi.migration.target.protocol import Refused
from luodi.migration.target.sqlserver import SqlServerTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, fill, order, rules
from migration.target.spoken import Driver

CATALOGUE = [
    (
        r"FROM sys\.objects",
        [(1, "", "patient", 0, 1, 1), (2, "", "visit", 0, 1, 1), (3, "emr", "note", 0, 1, 0)],
    ),
    (
        r"FROM sys\.columns c JOIN sys\.types",
        [
            (1, "id", "int", 4, 10, 0, 0, None, 0, 1, None, 41, 1, 1),
            (1, "name", "varchar", 40, 0, 0, 0, None, 0, 0, 936, None, None, None),
            (1, "sex", "nchar", 2, 0, 0, 1, None, 0, 0, 936, None, None, None),
            (1, "birth", "date", 3, 10, 0, 1, None, 0, 0, None, None, None, None),
            (1, "age", "int", 4, 10, 0, 1, "(datediff(...))", 1, 0, None, None, None, None),
            (2, "id", "int", 4, 10, 0, 0, "(NEXT VALUE FOR [dbo].[seq visit])", 0, 0, *[None] * 4),
            (2, "patient_id", "int", 4, 10, 0, 0, None, 0, 0, *[None] * 4),
            (2, "fee", "money", 8, 19, 4, 1, None, 0, 0, *[None] * 4),
        ],
    ),
    (r"FROM sys\.indexes", [(1, 1, 1, "id"), (2, 1, 1, "id"), (2, 2, 0, "patient_id")]),
    (r"FROM sys\.foreign_keys", [(9, 2, 1, "patient_id", "id")]),
    (r"FROM sys\.check_constraints", [(2, "fee_positive", "([fee]>(0))")]),
    (r"FROM sys\.triggers", [(1, "audit")]),
    (r"FROM sys\.sequences", [(7,)]),
    (r"SELECT max\(\[id\]\)", [(40,)]),
    (r"COUNT_BIG", [(0,)]),
    (r"sp_getapplock", [(0,)]),
    (r"sp_sequence_get_range", [(101,)]),
    (r"^SELECT part, state", []),
    (r"FROM sys\.tables WHERE name = N'luodi_batch'", []),
    (r"SELECT count\(\*\), ", [(0, 0)]),
]


@pytest.fixture
def driver(monkeypatch):
    driver = Driver(CATALOGUE)
    monkeypatch.setattr(pymssql, "connect", lambda **_: driver)
    return driver


@pytest.fixture
def target(driver):
    return SqlServerTarget("new_his", {"server": "h", "database": "d"})


def test_it_works(target):
    """The catalogue, put together from what ``sys`` would say."""
    found = target.describe({"patient", "visit", "emr.note"})
    patient, visit = found["patient"], found["visit"]
    assert [(c.name, c.kind, c.length) for c in patient.table.columns] == [
        ("id", Kind.INTEGER, None),
        ("name", Kind.TEXT, None),
        ("sex", Kind.TEXT, 1),
        ("birth", Kind.DATE, None),
        ("age", Kind.INTEGER, None),
    ]
    assert [c.name for c in patient.table.columns if c.generated] == ["age"]
    assert patient.charsets == {"name": "cp936"}
    assert [(s.column, s.next, s.highest) for s in patient.key_sources] == [("id", 42, 40)]
    assert [(s.name, s.next) for s in visit.key_sources] == [("[dbo].[seq visit]", 7)]
    assert (visit.table.primary_key, visit.table.unique) == (("id",), (("patient_id",),))
    assert visit.table.foreign_keys[0].table == "patient"
    assert patient.references[0].table == "visit"
    assert patient.triggers == ("audit",)
    assert visit.table.columns[2].scale == 4
    assert found["emr.note"].missing_rights == ("INSERT",)


def test_a_load_as_it_is_spoken(target, driver):
    """Two patients: the identity is switched on around them, the mark is in the transaction."""
    with Workspace.in_memory() as workspace:
        fill(workspace, patients=PATIENTS[:2], visits=[(10, 1, "12.50")])
        outcome = load(workspace, rules(), target, DICTIONARIES, order(), progress=Silent())
    assert outcome.result.written
    spoken = driver.statements("BEGIN", "SET ID", "INSERT", "COMMIT", "CREATE", "UPDATE", "ALTER")
    assert spoken == [
        "CREATE TABLE [luodi_batch] (batch nvarchar(100) NOT NULL, part nvarchar(100) NOT NULL, "
        "state nvarchar(20) NOT NULL, PRIMARY KEY (batch, part))",
        "INSERT INTO [luodi_batch] (batch, part, state) VALUES (%s, %s, %s)",
        "BEGIN TRANSACTION",
        "SET IDENTITY_INSERT [patient] ON",
        "INSERT INTO [patient] ([id], [name], [sex], [birth]) "
        "VALUES (%s, %s, %s, %s), (%s, %s, %s, %s)",
        "SET IDENTITY_INSERT [patient] OFF",
        "INSERT INTO [luodi_batch] (batch, part, state) VALUES (%s, %s, %s)",
        "COMMIT",
        "BEGIN TRANSACTION",
        "INSERT INTO [visit] ([id], [patient_id], [fee]) VALUES (%s, %s, %s)",
        "INSERT INTO [luodi_batch] (batch, part, state) VALUES (%s, %s, %s)",
        "COMMIT",
        "ALTER SEQUENCE [dbo].[seq visit] RESTART WITH 41",
        "UPDATE [luodi_batch] SET state = %s WHERE batch = %s AND part = %s",
    ]
    rows = next(values for sql, values in driver.said if sql.startswith("INSERT INTO [patient]"))
    assert rows == (1, "张三", "M", "1980-01-02", 2, "李四", "F", "1975-03-04")


def test_a_narrow_column_says_which_rows_it_cannot_hold(target):
    with Workspace.in_memory() as workspace:
        fill(workspace, patients=[(1, "𠮷田", "1", "")], visits=[])
        outcome = load(workspace, rules(), target, DICTIONARIES, order(), progress=Silent())
    assert [(r.column, r.reason) for r in outcome.result.reasons] == [("name", "encoding")]


def test_keys_of_a_sequence_are_a_range(target, driver):
    visit = target.describe({"visit"})["visit"]
    assert target.reserve(visit, "id", 50) == 101
    assert next(p for s, p in driver.said if "sp_sequence" in s) == ("[dbo].[seq visit]", 50)


def test_rows_are_known_by_an_image(target):
    table = Table(
        name="a]b",
        columns=(
            Column(name="n%", type="nvarchar", kind=Kind.TEXT),
            Column(name="at", type="datetime2", kind=Kind.DATETIME),
            Column(name="raw", type="image", kind=Kind.BINARY),
        ),
    )
    image = target.words.image(table)
    assert "CONVERT(nvarchar(max), [n%%])" in image
    assert "CONVERT(nvarchar(max), [at], 126)" in image
    assert "CONVERT(nvarchar(max), CONVERT(varbinary(max), [raw]), 1)" in image
    assert target.words.name(table) == "[a]]b]"
    assert image.count("(") == image.count(")")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime.fromisoformat("2026-01-02T03:04:05"), "2026-01-02T03:04:05"),
        (datetime.fromisoformat("2026-01-02T03:04:05.120000"), "2026-01-02T03:04:05.120"),
        (datetime.fromisoformat("2026-01-02T03:04:05.123456"), "2026-01-02T03:04:05.123456"),
        (True, 1),
        (Decimal("1.50"), Decimal("1.50")),
        (None, None),
    ],
)
def test_values_as_the_driver_takes_them(target, value, written):
    assert target.bound(value) == written


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (229, "migration.target_rights"),
        (9002, "migration.target_full"),
        (20003, "migration.target_lost"),
        (208, "migration.target_failed"),
    ],
)
def test_what_its_errors_mean(target, number, code):
    with pytest.raises(LuodiError) as caught, target.explained():
        raise pymssql.OperationalError(number, b"Violation: 'Zhang San'")
    assert caught.value.code == code
    assert "Zhang" not in str(caught.value)


@pytest.mark.parametrize("number", [515, 547, 2627, 2628, 50001])
def test_a_row_that_is_refused(target, number):
    with pytest.raises(Refused) as caught, target.explained():
        raise pymssql.IntegrityError(number, b"Violation")
    assert caught.value.state == str(number)


def test_another_run_is_in(target, driver):
    driver.answers.insert(0, (re.compile("sp_getapplock"), [(-1,)]))
    with pytest.raises(LuodiError) as caught:
        target.begin("b")
    assert caught.value.code == "migration.target_busy"


def test_a_procedure_as_it_is_called(driver):
    driver.answers[:0] = [
        (
            re.compile(r"FROM sys\.procedures"),
            [("", "add_patient", "", "@id", "int"), ("", "add_patient", "", "@ret", "int")],
        ),
        (re.compile("EXEC"), [("0",)]),
        (re.compile("TRANCOUNT"), [(2,)]),
    ]
    told = ProcedureCalls(Procedures(result="ret"))
    target = SqlServerTarget("new_his", {}, manner=told)
    described = target.describe(["add_patient"])["add_patient"]
    assert [column.name for column in described.table.columns] == ["id"]
    assert target.call(driver, described.table, {"id": 7}, "ret") == "0"
    assert driver.said[-1] == (
        "DECLARE @luodi_result nvarchar(4000); "
        "EXEC [add_patient] @id = %s, @ret = @luodi_result OUTPUT; SELECT @luodi_result",
        (7,),
    )
    assert not target.still_one_transaction(driver)


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("mssql://u@h/d", {"server": "h", "port": "1433", "tds_version": None}),
        ("mssql://u@h/d?instance=HIS&tds=7.1", {"server": "h\\HIS", "tds_version": "7.1"}),
    ],
)
def test_where_it_is(monkeypatch, tmp_path, url, given):
    said = {}
    monkeypatch.setattr(pymssql, "connect", lambda **told: said.update(told) or Driver(CATALOGUE))
    system = Target(id="new_his", url=url, environment="test")
    with opened_target(system, tmp_path, lambda _: "p") as target:
        assert target.product == "mssql"
    assert {name: said[name] for name in given} == given
    assert ("port" in said) is ("port" in given)
