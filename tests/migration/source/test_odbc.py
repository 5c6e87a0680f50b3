"""ODBC as a source, through the drivers of SQLite and PostgreSQL; others as text."""

import subprocess
from decimal import Decimal

import pytest

from legacy_his import ROWS
from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source.location import locate
from luodi.migration.source.model import Start
from luodi.migration.source.mssql_catalogue import nvarchar
from luodi.migration.source.odbc_products import connection_string, dialect_of
from luodi.migration.source.query import select

TABLE = Table(
    name="p",
    schema="dbo",
    columns=(
        Column(name="a", type="int", kind=Kind.INTEGER, nullable=False),
        Column(name="b", type="varchar", kind=Kind.TEXT, nullable=False),
    ),
    primary_key=("a", "b"),
)


def has_driver(name):
    try:
        listed = subprocess.run(
            ["odbcinst", "-q", "-d", "-n", name], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return listed.returncode == 0


@pytest.fixture
def sqlite_driver():
    if not has_driver("SQLite3"):
        pytest.skip("needs libsqliteodbc")


@pytest.mark.parametrize(
    ("product", "sign", "statement"),
    [
        (
            "Microsoft SQL Server",
            '"',
            'SELECT TOP 9 "a", "b" FROM "dbo"."p" WHERE "a" >= ? AND ("a" > ? OR ("a" = ? AND '
            '"b" > ?)) ORDER BY "a", "b"',
        ),
        (
            "Oracle",
            '"',
            'SELECT * FROM (SELECT "a", "b" FROM "dbo"."p" WHERE "a" >= ? AND ("a" > ? OR ("a" = ? '
            'AND "b" > ?)) ORDER BY "a", "b") WHERE ROWNUM <= 9',
        ),
        (
            "DM DBMS",
            '"',
            'SELECT "a", "b" FROM "dbo"."p" WHERE "a" >= ? AND ("a" > ? OR ("a" = ? AND "b" > ?)) '
            'ORDER BY "a", "b" LIMIT 9',
        ),
        (
            "Somebody's",
            " ",
            "SELECT a, b FROM dbo.p WHERE a >= ? AND (a > ? OR (a = ? AND b > ?)) ORDER BY a, b",
        ),
    ],
)
def test_statements(product, sign, statement):
    dialect = dialect_of(product, sign)
    columns = [dialect.quote(column.name) for column in TABLE.columns]
    start = Start(key=(1, "x"), piece=9)
    assert select(TABLE, columns, TABLE.primary_key, start, dialect) == (
        statement,
        [1, 1, 1, "x"],
    )


def test_texts_made_unicode_by_sql_server():
    column = Column(name="b", type="varchar(64)", kind=Kind.TEXT, length=64)
    assert nvarchar('"b"', column) == 'CAST("b" AS NVARCHAR(64))'
    long = Column(name="b", type="text(2147483647)", kind=Kind.TEXT, length=2147483647)
    assert nvarchar('"b"', long) == 'CAST("b" AS NVARCHAR(MAX))'
    wide = Column(name="b", type="nvarchar(64)", kind=Kind.TEXT, length=64)
    assert nvarchar('"b"', wide) == '"b"'


def test_connection_strings(tmp_path):
    for url, said in {
        "odbc://reader@dm8": "DSN=dm8;UID=reader;PWD={a}}b;c}",
        "odbc://?Driver=DM8;Server=10.0.0.1": "Driver=DM8;Server=10.0.0.1;PWD={a}}b;c}",
    }.items():
        system = System(id="old", url=url)
        assert connection_string(system, locate(system, tmp_path), "a}b;c") == said


@pytest.mark.slow
def test_the_legacy_his_through_sqlite(desk, legacy_his, tmp_path, sqlite_driver):
    legacy_his.into_sqlite(tmp_path / "his.db")
    url = f"odbc://?Driver=SQLite3;Database={tmp_path / 'his.db'}"
    with desk.extracted(url, password="") as (workspace, connected, outcome):
        assert (connected.result.rows, outcome.result.rows) == (ROWS, ROWS)
        assert connected.result.product.startswith("SQLite")
        assert connected.result.table("dms_dise").primary_key == ("id",)
        assert "migration.no_snapshot" in {finding.code for finding in connected.findings}
        names = "SELECT name FROM old.dms_dise ORDER BY id"
        found = [row[0] for row in workspace.db.execute(names).fetchall()]
        assert found == [row[3] for row in legacy_his.table("dms_dise").rows]


@pytest.mark.slow
def test_nothing_can_be_written(desk, tmp_path, sqlite_driver):
    import sqlite3

    import pyodbc

    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute("CREATE TABLE p (id INTEGER PRIMARY KEY)")
    db.close()
    url = f"odbc://?Driver=SQLite3;Database={tmp_path / 'x.db'}"
    with desk.source(url, password="") as source, pytest.raises(pyodbc.Error):
        source._db.execute("INSERT INTO p VALUES (1)")


@pytest.mark.slow
def test_postgresql(desk, postgresql, postgresql_database):
    if not has_driver("PostgreSQL Unicode"):
        pytest.skip("needs odbc-postgresql")
    import pyodbc

    name, connection = postgresql_database
    connection.execute(
        "CREATE TABLE p (id int PRIMARY KEY, name varchar(64), fee numeric(12, 2), "
        "born date, seen timestamp, photo bytea)"
    )
    connection.execute(
        "INSERT INTO p VALUES (1, '张三', 12.50, '1990-02-03', '2020-01-01 08:00:00.5', '\\x00ff')"
    )
    connection.execute("INSERT INTO p (id, name) SELECT n, '' FROM generate_series(2, 120) n")
    url = (
        f"odbc://luodi@?Driver=PostgreSQL Unicode;Server=127.0.0.1;Port={postgresql.port};"
        f"Database={name}"
    )
    with desk.extracted(url) as (workspace, connected, outcome):
        assert connected.result.tables[0].rows == outcome.result.rows == 120
        rows = workspace.db.execute("SELECT * FROM old.p ORDER BY _ordinal").fetchall()
    assert rows[0][1:4] == (1, "张三", Decimal("12.50"))
    assert str(rows[0][4]) == "1990-02-03"
    assert str(rows[0][5]) == "2020-01-01 08:00:00.500000"
    assert rows[0][6] == b"\0\xff"
    assert rows[119][1:3] == (120, "")
    with desk.source(url) as source:
        table = source.tables(Silent())[0][0]
        pieces = list(source.scan(table, Start(piece=50)))
        assert [piece.count for piece in pieces] == [50, 50, 20]
        with pytest.raises(pyodbc.Error):
            source._db.execute("DELETE FROM p")


def test_a_name_that_is_not_there(desk):
    pytest.importorskip("pyodbc")
    with pytest.raises(LuodiError) as caught, desk.source("odbc://reader@no_such_dsn"):
        pass
    assert caught.value.code == "migration.odbc_name"
    assert "luodi-test" not in caught.value.text("zh")
