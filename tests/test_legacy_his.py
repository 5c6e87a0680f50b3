"""The tools that bring the shared legacy HIS back to life."""

import sqlite3
from decimal import Decimal

import dbfread
import openpyxl
import pytest

from legacy_his import ROWS, LegacyHis
from servers import connect_mariadb, connect_postgresql


@pytest.fixture(scope="module")
def his(shared_data):
    return LegacyHis.read(shared_data)


def counted(his, count):
    return sum(count(table.name) for table in his.tables)


def test_it_works(his, tmp_path):
    assert his.table("pms_patient").comment == "病人基本信息表"
    assert his.table("pms_patient").rows[0][1] == "李虎"
    his.into_sqlite(tmp_path / "his.db")
    with sqlite3.connect(tmp_path / "his.db") as db:
        found = counted(
            his, lambda name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        )
        assert db.execute("SELECT typeof(price), price FROM dms_drug WHERE id = 1").fetchone() == (
            "real",
            15.73,
        )
    db.close()
    assert found == ROWS


@pytest.mark.slow
def test_mariadb(his, mariadb):
    with connect_mariadb(mariadb) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE legacy_his_tool")
        cursor.execute("USE legacy_his_tool")
        his.into_mariadb(connection)

        def count(name):
            cursor.execute(f"SELECT count(*) FROM `{name}`")
            return cursor.fetchone()[0]

        assert counted(his, count) == ROWS
        cursor.execute("SELECT price, create_date FROM dms_drug WHERE id = 1")
        assert cursor.fetchone()[0] == Decimal("15.73")


@pytest.mark.slow
def test_postgresql(his, postgresql):
    with connect_postgresql(postgresql) as server:
        server.execute("CREATE DATABASE legacy_his_tool")
    with connect_postgresql(postgresql, "legacy_his_tool") as connection:
        his.into_postgresql(connection)
        found = counted(
            his, lambda name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        )
        comment = connection.execute("SELECT obj_description('pms_patient'::regclass)").fetchone()
    assert (found, comment) == (ROWS, ("病人基本信息表",))


@pytest.mark.slow
def test_files(his, tmp_path):
    his.into_csv(tmp_path)
    assert "李虎" in (tmp_path / "pms_patient.csv").read_text("gb18030")
    his.into_dbf(tmp_path)
    patients = list(dbfread.DBF(tmp_path / "pms_patient.dbf", encoding="gb18030"))
    assert (len(patients), patients[0]["NAME"]) == (18, "李虎")
    his.into_xlsx(tmp_path / "his.xlsx")
    book = openpyxl.load_workbook(tmp_path / "his.xlsx", read_only=True)
    assert len(book.sheetnames) == 38
    assert sum(1 for _ in book["dms_drug"].iter_rows()) == 2967
    book.close()
