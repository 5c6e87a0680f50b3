"""extract: every row once, exactly as it is."""

from decimal import Decimal

import pytest

from legacy_his import ROWS, TABLES


def count(workspace):
    return sum(
        workspace.count(workspace.relation("old", table)) for table in workspace.extracted("old")
    )


def test_it_works(desk, tmp_path):
    (tmp_path / "patients.csv").write_text("id,name\n1,张三\n2,\n3,\\N\n", encoding="gb18030")
    assert desk.rows("patients.csv", "patients") == [
        (1, "1", "张三"),
        (2, "2", ""),
        (3, "3", None),
    ]


@pytest.mark.slow
def test_the_legacy_his_from_mariadb(desk, legacy_his, mariadb, mariadb_database):
    name, connection = mariadb_database
    legacy_his.into_mariadb(connection)
    with desk.extracted(mariadb.url(name)) as (workspace, connected, outcome):
        assert len(connected.result.tables) == TABLES
        assert (connected.result.rows, outcome.result.rows, count(workspace)) == (ROWS,) * 3
        patients = workspace.relation("old", "pms_patient")
        first = workspace.db.execute(f"SELECT * FROM {patients} ORDER BY _ordinal").fetchone()
        assert (first[0], first[2], first[4]) == (1, "李虎", "120165199006291010")
        drugs = workspace.relation("old", "dms_drug")
        assert workspace.db.execute(f"SELECT price FROM {drugs} WHERE id = 1").fetchone() == (
            Decimal("15.73"),
        )


@pytest.mark.slow
def test_the_legacy_his_from_sqlite(desk, legacy_his, tmp_path):
    legacy_his.into_sqlite(tmp_path / "his.db")
    with desk.extracted("his.db") as (workspace, connected, outcome):
        assert (connected.result.rows, outcome.result.rows, count(workspace)) == (ROWS,) * 3
        drugs = workspace.relation("old", "dms_drug")
        assert workspace.db.execute(f"SELECT price FROM {drugs} WHERE id = 1").fetchone() == (
            Decimal("15.73"),
        )


@pytest.mark.slow
def test_the_legacy_his_from_csv(desk, legacy_his, tmp_path):
    legacy_his.into_csv(tmp_path)
    with desk.extracted(tmp_path) as (workspace, connected, outcome):
        assert (connected.result.rows, outcome.result.rows, count(workspace)) == (ROWS,) * 3
        for table in legacy_his.tables:
            relation = workspace.relation("old", table.name)
            rows = workspace.db.execute(f"SELECT * FROM {relation} ORDER BY _ordinal").fetchall()
            assert [row[1:] for row in rows] == list(table.rows)
