"""Oracle as a source: statements as text, and a driver that is made up.  Never run."""

import datetime
from decimal import Decimal

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.migration.model import Column, ForeignKey, Kind
from luodi.migration.source import oracle_catalogue as catalogue
from luodi.migration.source.model import Lost, Order, Start
from migration.source.made_up import Driver

oracledb = pytest.importorskip("oracledb")

KEYS = [
    ("HIS", "BRXX", "PK1", "P", "BRID", None, None, None),
    ("HIS", "BRXX", "FK1", "R", "KS", "HIS", "KSZD", "KSDM"),
]
COLUMNS = [
    ("HIS", "BRXX", "BRID", "NUMBER", 22, 0, 10, 0, "N", "病人号"),
    ("HIS", "BRXX", "XM", "VARCHAR2", 4000, 4000, None, None, "Y", "姓名"),
    ("HIS", "BRXX", "KS", "CHAR", 4, 4, None, None, "Y", None),
    ("HIS", "BRXX", "JE", "NUMBER", 22, 0, 12, 2, "Y", None),
    ("HIS", "BRXX", "SL", "NUMBER", 22, 0, None, None, "Y", None),
    ("HIS", "BRXX", "RQ", "DATE", 7, 0, None, None, "Y", None),
]
ANSWERS = {
    "GET_SYSTEM_CHANGE_NUMBER": [(4711,)],
    "NLS_CHARACTERSET": [("ZHS16GBK",)],
    "SELECT USER": [("HIS",)],
    "all_tab_columns": COLUMNS,
    "all_cons_columns": KEYS,
    "all_tables": [("HIS", "BRXX", "TABLE", "病人信息"), ("HIS", "V", "VIEW", None)],
    "COUNT(*)": [(1,)],
    "ORDER BY": [("7", "张三", "01  ", "12.5", ".5", " 2020-01-01 08:00:00")],
}


@pytest.fixture
def driver(monkeypatch):
    made = Driver(dict(ANSWERS))
    made.version = "19.3.0.0.0"
    made.given = {}

    def connect(**given):
        made.given.update(given)
        return made

    monkeypatch.setattr(oracledb, "connect", connect)
    return made


URL = "oracle://reader@10.0.0.1/ORCL"


class Said:
    """What the driver says of an error, its server's words among it."""

    def __init__(self, code):
        self.full_code = code

    def __str__(self):
        return f"{self.full_code}: value '张三' too large"


def statements(driver):
    return [statement for statement, _ in driver.asked]


def test_it_works(desk, driver):
    with desk.extracted(URL, tables=["BRXX"]) as (workspace, connected, _):
        (row,) = workspace.db.execute("SELECT * FROM old.BRXX").fetchall()
    assert row[1:6] == (7, "张三", "01  ", Decimal("12.50"), "0.5")
    assert row[6] == datetime.datetime.fromisoformat("2020-01-01 08:00:00")
    brxx, view = connected.result.tables
    assert (brxx.comment, brxx.column("XM").comment) == ("病人信息", "姓名")
    assert (brxx.primary_key, view.view) == (("BRID",), True)
    assert brxx.foreign_keys == (ForeignKey(columns=("KS",), table="KSZD", references=("KSDM",)),)
    assert driver.given["service_name"] == "ORCL"
    assert connected.result.product == "Oracle 19.3.0.0.0"


def test_nothing_but_select_is_sent(desk, driver):
    with desk.extracted(URL, tables=["BRXX"]):
        pass
    asked = statements(driver)
    assert "SET TRANSACTION READ ONLY" in asked
    allowed = ("SELECT ", "SET TRANSACTION READ ONLY", "ALTER SESSION SET NLS_")
    assert all(statement.startswith(allowed) for statement in asked)


def test_all_tables_as_of_one_change_number(desk, driver):
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        list(source.scan(table, Start(piece=9)))
        assert source.reopen() is True
    end = 'FROM "BRXX" AS OF SCN 4711 ORDER BY "BRID") WHERE ROWNUM <= 9'
    assert any(statement.endswith(end) for statement in statements(driver))


def test_an_account_that_may_not_look_back(desk, driver):
    driver.answers = {
        "AS OF SCN": oracledb.DatabaseError(Said("ORA-01031")),
        **driver.answers,
    }
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        assert source.relation(table) == '"BRXX"'
        assert source.reopen() is False


def test_the_next_piece_begins_behind_the_last_key(desk, driver):
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        assert source.order(table) == (Order.KEY, ("BRID",))
        start = Start(key=(7,), since=("RQ", "2020-01-01 08:00:00"), piece=9)
        list(source.scan(table, start))
    statement, values = driver.asked[-1]
    assert statement == (
        'SELECT * FROM (SELECT "BRID", "XM", "KS", "JE", "SL", '
        'TO_CHAR("RQ", \'SYYYY-MM-DD HH24:MI:SS\') FROM "BRXX" AS OF SCN 4711 '
        'WHERE "BRID" > :1 AND "RQ" >= :2 ORDER BY "BRID") WHERE ROWNUM <= 9'
    )
    assert values == [7, datetime.datetime.fromisoformat("2020-01-01 08:00:00")]


def test_a_database_without_chinese_that_holds_it(desk, driver):
    """US7ASCII with GBK in it: bytes are fetched as they are."""
    driver.answers["NLS_CHARACTERSET"] = [("US7ASCII",)]
    with desk.source(URL) as source:
        findings = source.tables(Silent())[1]
    assert [(f.code, f.params["charset"]) for f in findings] == [
        ("migration.oracle_charset", "US7ASCII")
    ]
    digits = "张三".encode("gbk").hex().upper()
    driver.answers["ORDER BY"] = [("7", digits, "30310A", None, None, None)]
    with desk.extracted(URL, tables=["BRXX"], encoding="gbk") as (workspace, connected, _):
        rows = workspace.db.execute("SELECT XM, KS FROM old.BRXX").fetchall()
    assert rows == [("张三", "01\n")]
    assert connected.findings == ()


def test_bytes_of_a_long_text_come_in_halves():
    short = Column(name="x", type="CHAR(4)", kind=Kind.TEXT, length=4)
    assert catalogue.as_hex('"x"', short) == 'RAWTOHEX(UTL_RAW.CAST_TO_RAW("x"))'
    long = Column(name="x", type="VARCHAR2(4000)", kind=Kind.TEXT, length=4000)
    assert catalogue.as_hex('"x"', long) == (
        'TO_CLOB(RAWTOHEX(UTL_RAW.CAST_TO_RAW(SUBSTRB("x", 1, 2000)))) || '
        'RAWTOHEX(UTL_RAW.CAST_TO_RAW(SUBSTRB("x", 2001, 2000)))'
    )


@pytest.mark.parametrize("code", ["DPY-3010", "DPY-3015"])
def test_oracle_11g_is_told_to_take_thick_mode(desk, monkeypatch, code):
    def connect(**_):
        raise oracledb.NotSupportedError(Said(code))

    monkeypatch.setattr(oracledb, "connect", connect)
    with pytest.raises(LuodiError) as caught, desk.source(URL):
        pass
    assert caught.value.code == "migration.oracle_thick"
    for lang in ("zh", "en"):
        assert "?thick=" in caught.value.next_step(lang)


def test_thick_mode(desk, driver, monkeypatch):
    given = []
    monkeypatch.setattr(oracledb, "init_oracle_client", lambda **more: given.append(more))
    with desk.source(f"{URL}?thick=C:/instantclient_21_13"):
        pass
    assert given == [{"lib_dir": "C:/instantclient_21_13"}]


def test_a_client_that_is_not_there(desk):
    """The real driver says so itself."""
    with pytest.raises(LuodiError) as caught, desk.source(f"{URL}?thick=/nowhere"):
        pass
    assert caught.value.code == "migration.oracle_client"


def test_a_host_that_does_not_answer(desk):
    """The real driver, against a port on which nobody listens."""
    with pytest.raises(LuodiError) as caught, desk.source("oracle://reader@127.0.0.1:9/ORCL"):
        pass
    assert caught.value.code == "migration.source_unreachable"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ORA-01017", "migration.source_refused"),
        ("ORA-12514", "migration.database_absent"),
        ("ORA-12899", "migration.source_trouble"),
    ],
)
def test_what_the_server_refuses(desk, monkeypatch, code, said):
    def connect(**_):
        raise oracledb.DatabaseError(Said(code))

    monkeypatch.setattr(oracledb, "connect", connect)
    with pytest.raises(LuodiError) as caught, desk.source(URL):
        pass
    assert caught.value.code == said
    for lang in ("zh", "en"):
        assert caught.value.next_step(lang)
        assert "张三" not in caught.value.text(lang)


@pytest.mark.parametrize(
    ("code", "error"), [("ORA-03113", Lost), ("DPY-4011", Lost), ("ORA-01555", LuodiError)]
)
def test_what_breaks_in_the_middle(desk, driver, code, error):
    with desk.source(URL) as source:
        table = source.tables(Silent())[0][0]
        driver.answers["ORDER BY"] = oracledb.DatabaseError(Said(code))
        driver.answers["all_tables"] = []
        with pytest.raises(error):
            list(source.scan(table, Start()))
