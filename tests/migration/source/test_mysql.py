"""MySQL and MariaDB as a source: what it says of itself, and its values exactly."""

from decimal import Decimal

import pymysql
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.migration.model import ForeignKey, Kind
from luodi.migration.source.model import Order, Start

pytestmark = pytest.mark.slow


@pytest.fixture
def his(mariadb, mariadb_database):
    """A database with keys, comments, an old engine and a bit of everything."""
    name, connection = mariadb_database
    cursor = connection.cursor()
    cursor.execute("SET sql_mode = ''")
    cursor.execute("CREATE TABLE dept (code varchar(8) PRIMARY KEY, name varchar(64) UNIQUE)")
    cursor.execute(
        """
        CREATE TABLE patient (
            id bigint unsigned PRIMARY KEY, dept varchar(8),
            name varchar(64) NOT NULL COMMENT '姓名',
            born date, seen datetime(3), at time, flag tinyint(1), bits bit(10), sort enum('a','b'),
            many set('x','y'), extra json, photo blob, uid binary(4), fee decimal(12,2),
            weight float, grown double, made year, twice decimal(13,2) AS (fee * 2) STORED,
            FOREIGN KEY (dept) REFERENCES dept (code)) COMMENT '患者'
        """
    )
    cursor.execute("CREATE TABLE old (a int, b text) ENGINE=MyISAM")
    cursor.execute("CREATE VIEW seen AS SELECT id, name FROM patient")
    return mariadb.url(name), connection


def test_it_works(desk, his):
    with desk.source(his[0]) as source:
        assert source.product.startswith("MariaDB ")
        tables, findings = source.tables(Silent())
        by_name = {table.name: table for table in tables}
        assert source.order(by_name["old"]) == (Order.RESTART, ())
    assert by_name.keys() == {"dept", "patient", "old", "seen"}
    patient = by_name["patient"]
    assert (patient.comment, patient.column("name").comment) == ("患者", "姓名")
    assert (patient.primary_key, patient.rows) == (("id",), 0)
    assert patient.foreign_keys == (
        ForeignKey(columns=("dept",), table="dept", references=("code",)),
    )
    assert by_name["dept"].unique == (("name",),)
    assert patient.column("twice").generated
    assert by_name["seen"].view
    assert patient.column("flag").kind is Kind.INTEGER
    assert [(f.code, f.params["table"]) for f in findings] == [
        ("migration.engine_without_snapshot", "old")
    ]


def test_values_are_exact(desk, his):
    url, connection = his
    cursor = connection.cursor()
    statement = (
        "INSERT INTO patient (id, name, born, seen, at, flag, bits, sort, many, extra, photo, uid, "
        "fee, weight, grown, made) VALUES "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    first = (
        *(1, " 张三 ", "1990-02-03", "2020-01-01 08:00:00.120", "08:00:00", 2, 5, "b", "x,y"),
        *('{"a": 1}', b"\0\xff", b"\1\0", "15.70", 16777217, 0.1, 1999),
    )
    cursor.execute(statement, first)
    second = (2**64 - 1, "", "0000-00-00", "2020-02-00 00:00:00", "838:59:59", *[None] * 11)
    cursor.execute(statement, second)
    with desk.extracted(url, tables=["patient"]) as (workspace, _, outcome):
        names = [row[0] for row in workspace.db.execute("DESCRIBE old.patient").fetchall()]
        rows = workspace.db.execute("SELECT * FROM old.patient ORDER BY _ordinal").fetchall()
    one, two = (dict(zip(names, row, strict=True)) for row in rows)
    assert (one["id"], two["id"]) == (1, 2**64 - 1)
    assert (one["name"], two["name"]) == (" 张三 ", "")
    assert (one["born"], two["born"]) == ("1990-02-03", "0000-00-00")
    assert (one["seen"], two["seen"]) == ("2020-01-01 08:00:00.120", "2020-02-00 00:00:00.000")
    assert (one["at"], two["at"]) == ("08:00:00", "838:59:59")
    assert (one["flag"], one["bits"], one["sort"], one["many"]) == (2, 5, "b", "x,y")
    assert (one["extra"], one["photo"], one["uid"]) == ('{"a": 1}', b"\0\xff", b"\1\0\0\0")
    assert (one["fee"], one["twice"], two["fee"]) == (Decimal("15.70"), Decimal("31.40"), None)
    assert (one["weight"], one["grown"], one["made"]) == (16777216.0, 0.1, 1999)
    as_read = {f.params["column"] for f in outcome.findings}
    assert as_read == {"born", "seen", "at"}


def test_columns_that_hold_other_bytes_than_they_say(desk, his):
    """Programs of old wrote GBK into latin1 columns; ``encoding`` says so."""
    url, connection = his
    cursor = connection.cursor()
    cursor.execute(
        "CREATE TABLE g (id varchar(8) PRIMARY KEY, name varchar(64), born date, fee decimal(9,2)) "
        "CHARACTER SET latin1"
    )
    statement = "INSERT INTO g VALUES ('1', %s, '1990-02-03', 1.50)"
    cursor.execute(statement, ("张三".encode("gbk"),))
    with desk.source(url, encoding="gbk") as source:
        assert source.product.startswith("MariaDB 1")
    (row,) = desk.rows(url, "g", encoding="gbk")
    assert (row[1], row[2], str(row[3]), row[4]) == ("1", "张三", "1990-02-03", Decimal("1.50"))


def test_long_values(desk, his):
    """Lengths of one, three and four bytes, and a row longer than a packet."""
    url, connection = his
    cursor = connection.cursor()
    cursor.execute("SET GLOBAL max_allowed_packet = 64 * 1024 * 1024")
    connection.close()
    connection.connect()
    cursor.execute(f"USE {url.rpartition('/')[2]}")
    cursor.execute("CREATE TABLE big (id int PRIMARY KEY, t longtext)")
    sizes = [0, 250, 251, 65535, 65536, 2**24 - 1, 2**24, 2**24 + 70_000]
    for size in sizes:
        cursor.execute("INSERT INTO big VALUES (%s, repeat('x', %s))", (size, size))
    with desk.extracted(url, tables=["big"]) as (workspace, _, _):
        found = workspace.db.execute("SELECT id, length(t) FROM old.big ORDER BY id").fetchall()
    assert found == [(size, size) for size in sizes]


def test_nothing_can_be_written(desk, his):
    with desk.source(his[0]) as source:
        cursor = source._connection.cursor()
        for statement in ("INSERT INTO dept VALUES ('x', 'x')", "DROP TABLE dept"):
            with pytest.raises(pymysql.err.OperationalError) as caught:
                cursor.execute(statement)
            assert caught.value.args[0] == 1792


def test_all_tables_as_of_one_moment(desk, his):
    url, connection = his
    connection.cursor().execute("INSERT INTO dept VALUES ('01', 'a'), ('02', 'b')")
    with desk.source(url) as source:
        (dept,) = (t for t in source.tables(Silent())[0] if t.name == "dept")
        connection.cursor().execute("DELETE FROM dept")
        assert sum(rows.count for rows in source.scan(dept, Start())) == 2


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


def test_a_database_that_is_not_there(desk, mariadb):
    assert refusal(desk, mariadb.url("nowhere")).code == "migration.database_absent"


def test_a_host_that_does_not_answer(desk):
    error = refusal(desk, "mysql://luodi@127.0.0.1:9/x")
    assert error.code == "migration.source_unreachable"
    assert error.params["port"] == "9"


def test_a_view_that_is_broken(desk, his):
    url, connection = his
    connection.cursor().execute("ALTER TABLE patient DROP COLUMN name")
    with desk.source(url) as source:
        tables, findings = source.tables(Silent())
    assert ("migration.view_broken", "seen") in {(f.code, f.params["table"]) for f in findings}
    assert {table.name: table.rows for table in tables}["dept"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DROP TABLE old", "migration.table_vanished"),
        ("ALTER TABLE old DROP COLUMN b", "migration.column_vanished"),
    ],
)
def test_what_vanished_since_it_was_connected(desk, his, change, code):
    url, connection = his
    with desk.source(url) as source:
        (old,) = (t for t in source.tables(Silent())[0] if t.name == "old")
    connection.cursor().execute(change)
    with desk.source(url) as source, pytest.raises(LuodiError) as caught:
        list(source.scan(old, Start()))
    assert caught.value.code == code
    assert caught.value.params["table"] == "old"
