"""into: rows of Python into a table."""

import duckdb
import pytest

from luodi.migration.linkage.into import into


@pytest.fixture
def db():
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t (a VARCHAR, b BOOLEAN, c TINYINT, d INTEGER, e BIGINT)")
        yield db


def test_it_works(db):
    rows = [("张", True, 1, 2, 3), (None, None, None, None, None), ("", False, -1, -2, 2**40)]
    into(db, "t", rows)
    assert db.execute("SELECT * FROM t").fetchall() == rows


def test_no_rows(db):
    into(db, "t", [])
    assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_rows_are_added(db):
    for n in range(2):
        into(db, "t", [(str(n), None, n, n, n)])
    assert db.execute("SELECT a FROM t").fetchall() == [("0",), ("1",)]
