"""PostgreSQL as a source: what it says of itself, and its values exactly."""

import datetime
from decimal import Decimal

import psycopg
import pytest

from legacy_his import ROWS
from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.migration.model import ForeignKey, Kind
from luodi.migration.source.model import Lost, Order, Start
from servers import connect_postgresql

pytestmark = pytest.mark.slow


@pytest.fixture
def his(postgresql, postgresql_database):
    """A database with a schema, keys, comments and a bit of everything."""
    name, connection = postgresql_database
    connection.execute(
        """
        CREATE TYPE mood AS ENUM ('low', 'high');
        CREATE DOMAIN money_yuan AS numeric(12, 2);
        CREATE TABLE dept (code varchar(8) PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE patient (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dept varchar(8) REFERENCES dept,
            name text NOT NULL, weight real, paid money_yuan, total numeric, big numeric(38, 0),
            married boolean, born date, seen timestamp(3), logged timestamptz, at time,
            tags text[], ref uuid, extra jsonb, photo bytea, state mood, cash money,
            twice numeric(13, 2) GENERATED ALWAYS AS (paid * 2) STORED);
        COMMENT ON TABLE patient IS '患者';
        COMMENT ON COLUMN patient.name IS '姓名';
        CREATE VIEW seen AS SELECT id, name FROM patient;
        CREATE SCHEMA lab;
        CREATE TABLE lab.result (id int PRIMARY KEY);
        """
    )
    return postgresql.url(name), connection


def test_it_works(desk, his):
    url, connection = his
    connection.execute("INSERT INTO dept VALUES ('01', '内科')")
    with desk.source(url) as source:
        assert source.product.startswith("PostgreSQL ")
        tables, findings = source.tables(Silent())
    assert findings == ()
    by_name = {table.full_name: table for table in tables}
    assert by_name.keys() == {"dept", "patient", "seen"}
    patient = by_name["patient"]
    assert (patient.comment, patient.column("name").comment) == ("患者", "姓名")
    assert (patient.primary_key, patient.rows, by_name["dept"].rows) == (("id",), 0, 1)
    assert patient.foreign_keys == (
        ForeignKey(columns=("dept",), table="dept", references=("code",)),
    )
    assert by_name["dept"].unique == (("name",),)
    assert patient.column("twice").generated
    assert by_name["seen"].view
    paid = patient.column("paid")
    assert (paid.kind, paid.precision, paid.scale, paid.type) == (
        *(Kind.DECIMAL, 12, 2),
        "money_yuan",
    )
    assert patient.column("name").nullable is False


def test_a_schema_that_is_asked_for(desk, his):
    with desk.source(his[0], schemas=("public", "lab")) as source:
        names = {table.full_name for table in source.tables(Silent())[0]}
    assert {"lab.result", "patient"} <= names


def test_values_are_exact(desk, his):
    url, connection = his
    values = {
        "name": " 张三 ",
        "weight": 0.1,
        "paid": "15.70",
        "total": "0.10000000000000000000000000000000000000001",
        "big": "9" * 38,
        "married": True,
        "born": "infinity",
        "seen": "2020-01-01 08:00:00.120",
        "logged": "2020-01-01 08:00:00+08",
        "at": "08:15:00",
        "tags": ["a", None, "乙,"],
        "ref": "8e296a06-7a37-4633-9a3c-4d6c1e0a5b11",
        "extra": '{"a": 1}',
        "photo": b"\0\xff",
        "state": "high",
        "cash": "1234.50",
    }
    marks = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO patient ({', '.join(values)}) VALUES ({marks})"
    connection.execute(statement, list(values.values()))
    connection.execute("INSERT INTO patient (name, paid) VALUES ('', NULL)")
    connection.execute("INSERT INTO patient (name, born) VALUES ('x', '0044-03-15 BC')")
    with desk.extracted(url, tables=["patient"]) as (workspace, _, outcome):
        relation = workspace.relation("old", "patient")
        names = [row[0] for row in workspace.db.execute(f"DESCRIBE {relation}").fetchall()]
        rows = workspace.db.execute(f"SELECT * FROM {relation} ORDER BY _ordinal").fetchall()
    first, empty, caesar = (dict(zip(names, row, strict=True)) for row in rows)
    assert first["name"] == " 张三 "
    assert first["paid"] == Decimal("15.70")
    assert first["total"] == "0.10000000000000000000000000000000000000001"
    assert first["big"] == Decimal("9" * 38)
    assert first["married"] is True
    assert first["seen"] == datetime.datetime.fromisoformat("2020-01-01 08:00:00.12")
    assert first["logged"].startswith("2020-01-01 ")
    assert first["at"] == datetime.time(8, 15)
    assert first["tags"] == '{a,NULL,"乙,"}'
    assert first["ref"] == values["ref"]
    assert first["extra"] == '{"a": 1}'
    assert first["photo"] == b"\0\xff"
    assert (first["state"], first["cash"]) == ("high", Decimal("1234.50"))
    assert first["twice"] == Decimal("31.40")
    assert abs(first["weight"] - 0.1) < 1e-8
    assert (empty["name"], empty["paid"]) == ("", None)
    # DuckDB would have read the year 44: the whole column is the text that was read.
    assert (first["born"], empty["born"], caesar["born"]) == ("infinity", None, "0044-03-15 BC")
    assert [finding.params["column"] for finding in outcome.findings] == ["born"]


def test_the_legacy_his(desk, legacy_his, postgresql, postgresql_database):
    name, connection = postgresql_database
    legacy_his.into_postgresql(connection)
    with desk.extracted(postgresql.url(name)) as (workspace, connected, outcome):
        assert (connected.result.rows, outcome.result.rows) == (ROWS, ROWS)
        assert connected.result.table("pms_patient").comment == "病人基本信息表"
        relation = workspace.relation("old", "dms_dise")
        assert workspace.count(relation) == 29395


def test_nothing_can_be_written(desk, his):
    with desk.source(his[0]) as source:
        for statement in ("INSERT INTO dept VALUES ('x', 'x')", "CREATE TABLE z (a int)"):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                source._reader.execute(statement)
            source._reader.rollback()


def test_all_tables_as_of_one_moment(desk, his):
    url, connection = his
    connection.execute("INSERT INTO dept VALUES ('01', '内科'), ('02', '外科')")
    with desk.source(url) as source:
        (dept,) = (t for t in source.tables(Silent())[0] if t.name == "dept")
        connection.execute("DELETE FROM dept")
        source._reader.close()
        assert source.reopen() is True
        assert sum(rows.count for rows in source.scan(dept, Start())) == 2


def test_another_moment_after_both_connections_were_cut(desk, his):
    url, connection = his
    with desk.source(url) as source:
        (dept,) = (t for t in source.tables(Silent())[0] if t.name == "dept")
        for held in (source._reader, source._holder):
            connection.execute("SELECT pg_terminate_backend(%s)", [held.info.backend_pid])
        with pytest.raises(Lost):
            list(source.scan(dept, Start()))
        connection.execute("INSERT INTO dept VALUES ('01', '内科')")
        assert source.reopen() is False
        assert sum(rows.count for rows in source.scan(dept, Start())) == 1


def test_keys_of_several_columns_and_kinds(desk, his):
    url, connection = his
    connection.execute("CREATE TABLE k (a text, b numeric(20, 2), c date, PRIMARY KEY (a, b, c))")
    connection.execute(
        "INSERT INTO k SELECT chr(65 + n % 5), n % 7 + 0.5, date '2020-01-01' + n "
        "FROM generate_series(1, 1000) n"
    )
    with desk.source(url) as source:
        (table,) = (t for t in source.tables(Silent())[0] if t.name == "k")
        assert source.order(table) == (Order.KEY, ("a", "b", "c"))
        pieces = list(source.scan(table, Start(piece=7)))
        rows = [row for piece in pieces for row in zip(*piece.columns, strict=True)]
        assert len(pieces) == 143
        assert (
            rows
            == connection.execute(
                "SELECT a, b::text, c::text FROM k ORDER BY k.a, k.b, k.c"
            ).fetchall()
        )
        after = list(source.scan(table, Start(key=rows[499], piece=100)))
        assert sum(piece.count for piece in after) == 500


def test_a_parent_without_its_children(desk, his):
    url, connection = his
    connection.execute("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b () INHERITS (a)")
    connection.execute("INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)")
    with desk.extracted(url, tables=["a", "b"]) as (_, connected, outcome):
        assert [table.rows for table in outcome.result.tables] == [1, 1]
        assert connected.result.table("a").rows == 1


# --- refused --------------------------------------------------------------------------------------


def refusal(desk, url, password="luodi-test"):
    with pytest.raises(LuodiError) as caught, desk.source(url, password):
        pass
    for lang in ("zh", "en"):
        assert caught.value.next_step(lang)
        assert password not in caught.value.text(lang)
    return caught.value


def test_a_wrong_password(desk, his):
    error = refusal(desk, his[0], "wrong-geheim")
    assert error.code == "migration.source_refused"
    assert "LUODI_PASSWORD_OLD" in error.next_step("zh")


def test_a_database_that_is_not_there(desk, postgresql):
    error = refusal(desk, postgresql.url("no_such_db"))
    assert error.code == "migration.database_absent"
    assert error.params["database"] == "no_such_db"


def test_a_host_that_does_not_answer(desk):
    assert refusal(desk, "postgresql://luodi@127.0.0.1:9/x").code == "migration.source_unreachable"


def test_a_table_without_the_right_to_read_it(desk, his, postgresql):
    url, connection = his
    connection.execute("DROP ROLE IF EXISTS reader")
    connection.execute("CREATE ROLE reader LOGIN PASSWORD 'luodi-test'")
    connection.execute("GRANT SELECT ON patient TO reader")
    with desk.source(url.replace("luodi@", "reader@")) as source:
        tables, findings = source.tables(Silent())
    assert {finding.params["table"] for finding in findings} == {"dept", "seen"}
    assert {finding.code for finding in findings} == {"migration.table_refused"}
    assert {table.name: table.rows for table in tables} == {
        "dept": None,
        "patient": 0,
        "seen": None,
    }
    connection.execute("DROP OWNED BY reader; DROP ROLE reader")


def test_rows_that_a_policy_hides_are_an_error(desk, his):
    url, connection = his
    connection.execute("DROP ROLE IF EXISTS narrow")
    connection.execute("CREATE ROLE narrow LOGIN PASSWORD 'luodi-test'")
    connection.execute("GRANT SELECT ON dept TO narrow; ALTER TABLE dept ENABLE ROW LEVEL SECURITY")
    with desk.source(url.replace("luodi@", "narrow@")) as source:
        findings = source.tables(Silent())[1]
    assert ("migration.table_refused", "dept") in {(f.code, f.params["table"]) for f in findings}
    connection.execute("DROP OWNED BY narrow; DROP ROLE narrow")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DROP TABLE dept CASCADE", "migration.table_vanished"),
        ("ALTER TABLE dept DROP COLUMN name", "migration.column_vanished"),
    ],
)
def test_what_vanished_since_it_was_connected(desk, his, change, code):
    url, connection = his
    with desk.source(url) as source:
        (dept,) = (t for t in source.tables(Silent())[0] if t.name == "dept")
    connection.execute(change)
    with desk.source(url) as source, pytest.raises(LuodiError) as caught:
        list(source.scan(dept, Start()))
    assert caught.value.code == code
    assert caught.value.params["table"] == "dept"


def test_a_server_that_keeps_bytes(desk, postgresql):
    """SQL_ASCII: whoever wrote GBK gets GBK back."""
    with connect_postgresql(postgresql) as server:
        server.execute("DROP DATABASE IF EXISTS bytes_only")
        server.execute(
            "CREATE DATABASE bytes_only ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"
        )
    with connect_postgresql(postgresql, "bytes_only") as connection:
        connection.execute("CREATE TABLE p (id int PRIMARY KEY, name text)")
        connection.execute("INSERT INTO p VALUES (1, convert_from('\\xd5c5c8fd', 'SQL_ASCII'))")
    assert desk.rows(postgresql.url("bytes_only"), "p") == [(1, 1, "张三")]
