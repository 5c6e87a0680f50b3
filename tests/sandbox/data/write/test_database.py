"""The generated hospital on a server, row for row what DuckDB holds."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Silent
from luodi.sandbox.data.schema import tables
from luodi.sandbox.data.write.database import write_database
from luodi.sandbox.database import database_at
from servers import Server


def expected(made: Any, sql: str) -> list[tuple[object, ...]]:
    return made.rows(sql.replace("FROM ", "FROM old."))


SAMPLE = "SELECT BRID, BRXM, SFZH, LXDH, JDRQ FROM BRXX ORDER BY BRID"
MONEY = "SELECT MXXH, SL, DJ, JE FROM CFMX ORDER BY MXXH"


def test_it_works(made: Any, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    write_database(made.workspace.db, made.hospital, database_at(str(path)), "", progress=Silent())
    with sqlite3.connect(path) as db:
        for table in tables():
            (rows,) = db.execute(f"SELECT count(*) FROM {table.name}").fetchone()
            assert rows == made.hospital.rows[table.name]
        people = db.execute("SELECT BRID, BRXM, SFZH, LXDH FROM BRXX ORDER BY BRID").fetchall()
        assert people == [row[:4] for row in expected(made, SAMPLE)]
    db.close()
    with pytest.raises(WrongUse) as refused:
        write_database(
            made.workspace.db, made.hospital, database_at(str(path)), "", progress=Silent()
        )
    assert refused.value.code == "sandbox.tables_exist"


@pytest.mark.slow
def test_on_postgresql(made: Any, postgresql: Server) -> None:
    with psycopg.connect(
        postgresql.url("postgres"), password=postgresql.password, autocommit=True
    ) as db:
        db.execute("CREATE DATABASE sandbox_old")
    place = database_at(postgresql.url("sandbox_old"))
    write_database(made.workspace.db, made.hospital, place, postgresql.password, progress=Silent())
    with psycopg.connect(postgresql.url("sandbox_old"), password=postgresql.password) as db:
        assert db.execute(SAMPLE).fetchall() == expected(made, SAMPLE)
        assert db.execute(MONEY).fetchall() == expected(made, MONEY)
        row = db.execute("SELECT obj_description('brxx'::regclass)").fetchone()
        assert row == ("病人信息",)


@pytest.mark.slow
def test_on_mariadb(made: Any, mariadb: Server) -> None:
    login = {"host": mariadb.host, "port": mariadb.port, "user": mariadb.user}
    login["password"] = mariadb.password
    with pymysql.connect(**login) as db, db.cursor() as cursor:
        cursor.execute("CREATE DATABASE sandbox_old CHARACTER SET utf8mb4")
    place = database_at(mariadb.url("sandbox_old"))
    write_database(made.workspace.db, made.hospital, place, mariadb.password, progress=Silent())
    with pymysql.connect(**login, database="sandbox_old") as db, db.cursor() as cursor:
        cursor.execute(SAMPLE)
        assert list(cursor.fetchall()) == expected(made, SAMPLE)
        cursor.execute(MONEY)
        assert list(cursor.fetchall()) == expected(made, MONEY)
