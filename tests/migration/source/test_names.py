"""Names that the workspace could not tell apart, or that are none."""

import sqlite3

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source.model import Start
from luodi.migration.source.names import in_source, told_apart

LONG = "字" * 200


def column(name):
    return Column(name=name, type="text", kind=Kind.TEXT)


def test_it_works():
    dept = Table(name="dept", columns=(column("ID"), column("id")), primary_key=("id",))
    other = Table(
        name="DEPT",
        columns=(column("id"), column("_ordinal")),
        foreign_keys=(ForeignKey(columns=("_ordinal",), table="dept", references=("id",)),),
    )
    tables, findings = told_apart([dept, other])
    assert [table.full_name for table in tables] == ["dept", "DEPT_2"]
    assert [c.name for c in tables[0].columns] == ["ID", "id_2"]
    assert tables[0].primary_key == ("id_2",)
    assert tables[1].foreign_keys == (
        ForeignKey(columns=("_ordinal_2",), table="dept", references=("id_2",)),
    )
    assert [finding.code for finding in findings] == [
        *("migration.column_renamed", "migration.table_renamed", "migration.column_renamed"),
    ]
    assert in_source(tables[0]) == dept
    assert in_source(tables[1]).column("_ordinal")


def test_names_that_need_nothing_stay():
    table = Table(name="p", columns=(column("a"), column("b")), primary_key=("a",))
    assert told_apart([table]) == ((table,), ())
    assert in_source(table) is table


def test_a_csv(desk, tmp_path):
    header = f'ID,id,,"a ""b""\nc",😀,_ordinal,{LONG},ORDER'
    (tmp_path / "p.csv").write_text(f"{header}\n1,2,3,4,5,6,7,8\n", encoding="utf-8")
    with desk.extracted("p.csv") as (workspace, connected, _):
        (table,) = connected.result.tables
        assert [c.name for c in table.columns] == [
            *("ID", "id_2", "column_3", 'a "b"\nc', "😀", "_ordinal_6", LONG, "ORDER"),
        ]
        assert workspace.db.execute("SELECT * FROM old.p").fetchone() == (1, *"12345678")
        assert [finding.params["place"] for finding in connected.findings] == [2, 3, 6]


def test_a_sqlite_file(desk, tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute('CREATE TABLE "select" ("_ordinal" INTEGER PRIMARY KEY, "" TEXT, "a""b" TEXT)')
        db.execute("INSERT INTO \"select\" VALUES (7, '空', 'q')")
    db.close()
    assert desk.rows("x.db", "select") == [(1, 7, "空", "q")]


def in_pieces(desk, url):
    """Sizes of the pieces of the first table, one row a piece."""
    with desk.source(url) as source:
        table = source.tables(Silent())[0][0]
        return [rows.count for rows in source.scan(table, Start(piece=1))]


@pytest.mark.slow
def test_a_percent_sign_in_a_name(desk, postgresql, postgresql_database):
    name, connection = postgresql_database
    connection.execute('CREATE TABLE "完成率%" ("id%s" int PRIMARY KEY, "50%" int)')
    connection.execute('INSERT INTO "完成率%" VALUES (1, 2), (3, 4)')
    assert in_pieces(desk, postgresql.url(name)) == [1, 1]


@pytest.mark.slow
def test_postgresql(desk, postgresql, postgresql_database):
    """Columns and tables that differ in case, a table without columns, odd and reserved names."""
    name, connection = postgresql_database
    connection.execute('CREATE TABLE "P" (id int PRIMARY KEY)')
    connection.execute(
        'CREATE TABLE p ("A" int, a int, "ID" int, id int PRIMARY KEY REFERENCES "P", '
        '"_ordinal" int, "q""q\n😀" text, "user" text)'
    )
    connection.execute('CREATE TABLE nothing (); CREATE TABLE "order by" ("x y" int)')
    connection.execute('INSERT INTO "P" VALUES (1), (2)')
    connection.execute("INSERT INTO p VALUES (1, 2, 3, 2, 5, 'x', 'u'), (6, 7, 8, 1, 10, 'y', 'v')")
    connection.execute("INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES")
    with desk.extracted(postgresql.url(name)) as (workspace, connected, outcome):
        counts = {one.table: one.rows for one in outcome.result.tables}
        assert counts == {"P": 2, "p_4": 2, "nothing": 2, "order by": 0}
        table = connected.result.table("p_4")
        assert [c.name for c in table.columns][:5] == ["A", "a_2", "ID", "id_4", "_ordinal_5"]
        assert table.primary_key == ("id_4",)
        assert table.foreign_keys[0].table == "P"
        rows = workspace.db.execute("SELECT * FROM old.p_4 ORDER BY _ordinal").fetchall()
        assert rows == [(1, 6, 7, 8, 1, 10, "y", "v"), (2, 1, 2, 3, 2, 5, "x", "u")]
        assert workspace.db.execute("SELECT * FROM old.nothing").fetchall() == [(1,), (2,)]


@pytest.mark.slow
def test_mariadb(desk, mariadb, mariadb_database):
    name, connection = mariadb_database
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE `key` (`_ordinal` int PRIMARY KEY, `a``b` int, `完成率%` int)")
    cursor.execute("INSERT INTO `key` VALUES (9, 1, 2), (3, 4, 5)")
    assert desk.rows(mariadb.url(name), "key") == [(1, 3, 4, 5), (2, 9, 1, 2)]
    assert in_pieces(desk, mariadb.url(name)) == [1, 1]
