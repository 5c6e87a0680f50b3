"""SQL Server as a source: statements as text, and a driver that is made up.  Never run."""

from decimal import Decimal

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import mssql_catalogue as catalogue
from luodi.migration.source.model import Lost, Order, Snapshot, Start
from migration.source.made_up import Driver

pymssql = pytest.importorskip("pymssql")

COLUMNS = [
    ("dbo", "BRXX", "BRID", "int", None, 10, 0, "NO", None, None, None, 0),
    ("dbo", "BRXX", "XM", "varchar", 64, None, None, "YES", None, "Chinese_PRC_CI_AS", 936, 0),
    ("dbo", "BRXX", "BZ", "text", 2**31 - 1, None, None, "YES", None, "SQL_Latin1_X", 1252, 0),
    ("dbo", "BRXX", "JE", "money", None, 19, 4, "YES", None, None, None, 0),
    ("dbo", "BRXX", "RQ", "datetime", None, None, None, "YES", None, None, None, 0),
    ("mz", "GH", "LSH", "varchar", 20, None, None, "NO", None, "Chinese_PRC_CI_AS", 936, 0),
]
ANSWERS = {
    "ProductVersion": [("10.50.6000.34", "Chinese_PRC_CI_AS")],
    "snapshot_isolation_state": [(1,)],
    "IS_SRVROLEMEMBER": [(0,)],
    "IsComputed": COLUMNS,
    "TABLE_TYPE": [("dbo", "BRXX", "BASE TABLE"), ("mz", "GH", "VIEW")],
    "CONSTRAINT_TYPE": [("dbo", "BRXX", "PK_1", "PRIMARY KEY", "BRID")],
    "REFERENTIAL_CONSTRAINTS": [],
    "extended_properties": [
        ("dbo", "BRXX", None, "病人信息"),
        ("dbo", "BRXX", "XM", "姓名"),
    ],
    "COUNT_BIG": [(2,)],
    "ORDER BY [BRID]": [
        (1, "张三", None, Decimal("12.5000"), "2020-01-01 08:00:00.120"),
        (2, "李四", "x", None, None),
    ],
}


@pytest.fixture
def driver(monkeypatch):
    made = Driver(dict(ANSWERS))
    made.given = {}

    def connect(**given):
        made.given.update(given)
        return made

    monkeypatch.setattr(pymssql, "connect", connect)
    return made


URL = "mssql://reader@10.0.0.1/HIS"


def statements(driver):
    return [statement for statement, _ in driver.asked]


def test_it_works(desk, driver):
    with desk.extracted(URL, tables=["BRXX"]) as (workspace, connected, _):
        rows = workspace.db.execute("SELECT * FROM old.BRXX ORDER BY _ordinal").fetchall()
    assert rows[0][1:5] == (1, "张三", None, Decimal("12.5000"))
    assert str(rows[0][5]) == "2020-01-01 08:00:00.120000"
    brxx, gh = connected.result.tables
    assert (brxx.comment, brxx.column("XM").comment, brxx.rows) == ("病人信息", "姓名", 2)
    assert (brxx.primary_key, brxx.full_name, gh.full_name, gh.view) == (
        *(("BRID",), "BRXX", "mz.GH", True),
    )
    assert [f.code for f in connected.findings] == ["migration.mssql_code_page"]
    assert driver.given["read_only"] is True
    assert driver.closed


def test_nothing_but_select_is_sent(desk, driver):
    with desk.extracted(URL, tables=["BRXX"]):
        pass
    allowed = ("SELECT ", "SET TRANSACTION ISOLATION LEVEL ", "BEGIN TRANSACTION")
    assert all(statement.startswith(allowed) for statement in statements(driver))


def test_all_tables_as_of_one_moment_where_the_database_allows_it(desk, driver):
    with desk.source(URL) as source:
        assert source.snapshot is Snapshot.WHOLE
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in statements(driver)
    driver.answers["snapshot_isolation_state"] = [(0,)]
    with desk.source(URL) as source:
        assert source.snapshot is Snapshot.NONE


def test_sql_server_2000(desk, driver):
    driver.answers["ProductVersion"] = [("8.00.2039", "Chinese_PRC_CI_AS")]
    driver.answers["sysproperties"] = []
    with desk.source(URL, nvarchar=True) as source:
        table = source.tables(Silent())[0][0]
        assert source.snapshot is Snapshot.NONE
        list(source.scan(table, Start(piece=9)))
    asked = statements(driver)
    assert not any("sys.databases" in one or "sys.extended" in one for one in asked)
    assert asked[-1] == (
        "SELECT TOP 9 [BRID], CAST([XM] AS NVARCHAR(64)), CAST([BZ] AS NTEXT), [JE], "
        "CONVERT(VARCHAR(34), [RQ], 121) FROM [dbo].[BRXX] ORDER BY [BRID]"
    )


def test_the_next_piece_begins_behind_the_last_key(desk, driver):
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        assert source.order(table) == (Order.KEY, ("BRID",))
        list(source.scan(table, Start(key=(7,), since=("RQ", "2020-01-01 08:00:00"), piece=9)))
    statement, values = driver.asked[-1]
    assert statement.endswith("FROM [dbo].[BRXX] WHERE [BRID] > %s AND [RQ] >= %s ORDER BY [BRID]")
    assert values == [7, "2020-01-01T08:00:00"]
    # Of another collation than the database: the server makes it Unicode, unasked.
    assert "CAST([BZ] AS NVARCHAR(MAX))" in statement


def test_bytes_that_are_not_what_the_collation_says(desk, driver):
    raw = "张三".encode("gbk")
    driver.answers["ORDER BY [BRID]"] = [(1, raw, None, None, None), (2, b"\xff", b"a", None, None)]
    with desk.extracted(URL, tables=["BRXX"], encoding="gbk") as (workspace, connected, _):
        rows = workspace.db.execute("SELECT XM, BZ FROM old.BRXX ORDER BY _ordinal").fetchall()
    assert rows == [("张三", None), ("\\xff", "a")]
    assert connected.findings == ()
    (statement,) = [one for one in statements(driver) if "ORDER BY [BRID]" in one]
    assert "CAST([XM] AS VARBINARY(64))" in statement
    assert "CAST(CAST([BZ] AS VARCHAR(MAX)) AS VARBINARY(MAX))" in statement


def test_keys_whose_order_is_not_that_of_parameters(desk, driver):
    key = Table(
        name="GH",
        columns=(Column(name="LSH", type="varchar(20)", kind=Kind.TEXT, nullable=False),),
        primary_key=("LSH",),
    )
    with desk.source(URL) as source:
        assert source.order(key)[0] is Order.KEY
    driver.answers["ProductVersion"] = [("9.00", "SQL_Latin1_General_CP1_CI_AS")]
    with desk.source(URL) as source:
        assert source.order(key)[0] is Order.RESTART


@pytest.mark.parametrize(
    ("type_", "kind", "said"),
    [
        ("uniqueidentifier", Kind.TEXT, "CONVERT(VARCHAR(36), [x])"),
        ("xml", Kind.TEXT, "CONVERT(NVARCHAR(MAX), [x])"),
        ("datetimeoffset", Kind.OTHER, "CONVERT(VARCHAR(34), [x], 121)"),
        ("sql_variant", Kind.OTHER, "CONVERT(NVARCHAR(4000), [x])"),
        ("geometry", Kind.OTHER, "[x].ToString()"),
        ("int", Kind.INTEGER, "[x]"),
    ],
)
def test_what_is_selected_as_text(type_, kind, said):
    column = Column(name="x", type=type_, kind=kind)
    assert catalogue.written("[x]", column, 10) == said


def test_an_account_that_may_write(desk, driver):
    driver.answers["IS_SRVROLEMEMBER"] = [(1,)]
    with desk.source(URL) as source:
        codes = [finding.code for finding in source.tables(Silent())[1]]
    assert "migration.not_held_read_only" in codes


@pytest.mark.parametrize(
    ("number", "text", "code"),
    [
        (18456, b"Login failed for user", "migration.source_refused"),
        (20002, b"18456 Login failed; Adaptive Server connection failed", "source_refused"),
        (20009, b"Unable to connect", "migration.source_unreachable"),
        (4060, b"Cannot open database", "migration.database_absent"),
        (245, "Conversion failed: '张三'".encode(), "migration.source_trouble"),
    ],
)
def test_what_the_server_refuses(desk, monkeypatch, number, text, code):
    def connect(**_):
        raise pymssql.OperationalError((number, text))

    monkeypatch.setattr(pymssql, "connect", connect)
    with pytest.raises(LuodiError) as caught, desk.source(URL):
        pass
    assert caught.value.code.endswith(code.partition(".")[2] or code)
    for lang in ("zh", "en"):
        assert caught.value.next_step(lang)
        assert "张三" not in caught.value.text(lang)


def test_a_host_that_does_not_answer(desk):
    """The real driver, against a port on which nobody listens."""
    with pytest.raises(LuodiError) as caught, desk.source("mssql://reader@127.0.0.1:9/HIS"):
        pass
    assert caught.value.code == "migration.source_unreachable"


def test_a_connection_that_breaks(desk, driver):
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        driver.answers["ORDER BY [BRID]"] = pymssql.OperationalError((20003, b"timed out"))
        with pytest.raises(Lost):
            list(source.scan(table, Start()))
        assert source.reopen() is False
