"""The reference hospital system, on the databases it is made for."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.progress import Silent
from luodi.sandbox.database import database_at
from luodi.sandbox.his.create import create
from luodi.sandbox.his.schema import tables
from servers import Server


def test_it_works(tmp_path: Path) -> None:
    place = database_at(str(tmp_path / "new.db"))
    names = create(place, "", progress=Silent())
    with sqlite3.connect(tmp_path / "new.db") as db:
        db.execute("PRAGMA foreign_keys = on")
        there = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        assert set(names) <= there
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT INTO bed VALUES (1, 99, '001', 45, NULL, 'free')")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT INTO patient (id, name, sex, active) VALUES (1, '张三', 'M', 1)")
    db.close()


@pytest.mark.slow
def test_on_postgresql_with_comments_and_sequences(postgresql: Server) -> None:
    with psycopg.connect(
        postgresql.url("postgres"), password=postgresql.password, autocommit=True
    ) as db:
        db.execute("CREATE DATABASE sandbox_his")
    place = database_at(postgresql.url("sandbox_his"))
    create(place, postgresql.password, progress=Silent())
    with psycopg.connect(postgresql.url("sandbox_his"), password=postgresql.password) as db:
        row = db.execute("SELECT obj_description('patient'::regclass)").fetchone()
        assert row == ("患者 / patients",)
        db.execute("INSERT INTO department (code, name, active) VALUES ('1', '内科', true)")
        assert db.execute("SELECT id FROM department").fetchone() == (1,)


def test_tables_that_are_there_stay(tmp_path: Path) -> None:
    place = database_at(str(tmp_path / "new.db"))
    create(place, "", progress=Silent())
    with pytest.raises(WrongUse) as refused:
        create(place, "", progress=Silent())
    assert refused.value.code == "sandbox.his_exists"


def test_another_product_is_refused_by_name() -> None:
    with pytest.raises(WrongUse) as refused:
        create(database_at("mysql://root@127.0.0.1/his"), "", progress=Silent())
    assert refused.value.code == "sandbox.his_not_here"
    with pytest.raises(WrongUse) as unknown:
        database_at("patients.csv")
    assert unknown.value.code == "sandbox.database_unknown"


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(LuodiError) as refused:
        create(database_at("postgresql://x@127.0.0.1:1/his"), "", progress=Silent())
    assert refused.value.code == "sandbox.database_refused"


def test_parents_come_before_children() -> None:
    seen: set[str] = set()
    for table in tables():
        seen.add(table.name)
        parents = {
            c.rule.split(".")[0] for c in table.columns if "." in c.rule and c.rule[0] != "?"
        }
        assert parents <= seen, table.name
