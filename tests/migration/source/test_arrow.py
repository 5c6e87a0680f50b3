"""DuckDB files and Parquet as sources: types and values as they are."""

import datetime
from decimal import Decimal

import duckdb
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.migration.model import Kind
from luodi.migration.source import arrow

MADE = """
SELECT range + 1 AS id, 'p' || range AS name, (range * 1.25)::DECIMAL(12, 2) AS fee,
       DATE '2020-01-01' + range::INTEGER AS day, range % 2 = 0 AS even, range::HUGEINT AS big,
       '\\xFF'::BLOB AS photo, [range, NULL] AS list FROM range({rows})
"""
FIRST = (
    *(1, 1, "p0", Decimal("0.00"), datetime.date(2020, 1, 1), True, 0, b"\xff"),
    "[0, NULL]",
)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The same rows as a DuckDB file and as Parquet; pieces of ten rows."""
    monkeypatch.setattr(arrow, "BATCH", 10)
    with duckdb.connect(str(tmp_path / "his.duckdb")) as db:
        db.execute(
            "CREATE TABLE p (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, fee DECIMAL(12, 2), "
            "day DATE, even BOOLEAN, big HUGEINT, photo BLOB, list BIGINT[])"
        )
        db.execute(f"INSERT INTO p {MADE.format(rows=25)}")
        db.execute("COMMENT ON TABLE p IS '患者'; COMMENT ON COLUMN p.fee IS '费用'")
        db.execute("CREATE VIEW v AS SELECT id FROM p")
        db.execute("DELETE FROM p WHERE id = 12")
        db.execute(f"COPY p TO '{tmp_path / 'p.parquet'}'")
    return tmp_path


@pytest.mark.parametrize("file", ["his.duckdb", "p.parquet"])
def test_it_works(desk, made, file):
    rows = desk.rows(file, "p")
    assert rows[0] == FIRST
    assert [row[:2] for row in rows] == [
        (place, number)
        for place, number in enumerate((n for n in range(1, 26) if n != 12), start=1)
    ]


def test_the_catalogue_of_a_duckdb_file(desk, made):
    with desk.source("his.duckdb") as source:
        assert source.product.startswith("DuckDB 1.")
        tables, _ = source.tables(Silent())
    p, v = tables
    assert (p.comment, p.column("fee").comment, p.primary_key, p.rows) == (
        *("患者", "费用", ("id",), 24),
    )
    assert (p.column("fee").kind, p.column("fee").scale) == (Kind.DECIMAL, 2)
    assert not p.column("name").nullable
    assert v.view
    assert desk.rows("his.duckdb", "v")[23] == (24, 25)


def test_nothing_can_be_written(desk, made):
    with desk.source("his.duckdb") as source, pytest.raises(duckdb.InvalidInputException):
        source._db.execute("DELETE FROM p")


@pytest.mark.parametrize("name", ["x.duckdb", "x.parquet"])
def test_a_damaged_file(desk, tmp_path, name):
    (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(LuodiError) as caught, desk.source(name):
        pass
    assert caught.value.code == "migration.file_damaged"


def test_a_table_that_vanished(desk, made):
    with desk.source("his.duckdb") as source:
        p = source.tables(Silent())[0][0]
    with duckdb.connect(str(made / "his.duckdb")) as db:
        db.execute("DROP VIEW v; DROP TABLE p")
    from luodi.migration.source.model import Start

    with desk.source("his.duckdb") as source, pytest.raises(LuodiError) as caught:
        list(source.scan(p, Start()))
    assert caught.value.code == "migration.table_vanished"
