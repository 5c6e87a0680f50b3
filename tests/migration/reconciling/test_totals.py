"""Control totals: item by item, to the cent, read-only whatever the file says."""

import sqlite3
from decimal import Decimal

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.reconciling.totals import balance, read_totals
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace

OLD = "SELECT ward AS part, zyh AS item, sum(je::DECIMAL(12, 2)) AS value FROM {yjj} GROUP BY ALL"
NEW = "SELECT ward AS part, stay AS item, sum(amount) AS value FROM {deposit} GROUP BY ALL"
DEPOSITS = {
    "id": "deposits",
    "title": {"zh": "预交金", "en": "Deposits"},
    "unit": "CNY",
    "owner": "finance",
    "system": "old_his",
    "target": "new_his",
    "old": OLD,
    "new": NEW,
}


@pytest.fixture
def his(tmp_path):
    path = tmp_path / "new.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("CREATE TABLE deposit (ward TEXT, stay INTEGER, amount DECIMAL(12, 2))")
    db.executemany(
        "INSERT INTO deposit VALUES (?, ?, ?)",
        [("W1", 1, 1000), ("W1", 2, "500.10"), ("W2", 3, "0.20")],
    )
    target = SqliteTarget("new_his", path)
    yield db, target
    target.close()
    db.close()


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        workspace.db.execute("CREATE SCHEMA old_his")
        workspace.db.execute(
            "CREATE TABLE old_his.yjj AS FROM (VALUES ('W1', 1, '1000.00'), ('W1', 2, '500.10'), "
            "('W2', 3, '0.20')) t(ward, zyh, je)"
        )
        yield workspace


def take(workspace, target, **changes):
    totals = read_totals({"format": 1, "total": [{**DEPOSITS, **changes}]}, "totals.toml")
    return balance(workspace, totals.total[0], target, progress=Silent())


def test_it_works(workspace, his):
    outcome = take(workspace, his[1])
    assert (outcome.subject, outcome.verdict) == ("balance:deposits", Verdict.PASS)
    figures = {figure.name: (figure.value, figure.unit) for figure in outcome.figures}
    assert figures["old"] == figures["new"] == (Decimal("1500.30"), "CNY")
    assert figures["difference"] == (0, "CNY")


def test_a_cent_is_found(workspace, his):
    his[0].execute("UPDATE deposit SET amount = '0.21' WHERE stay = 3")
    outcome = take(workspace, his[1])
    assert outcome.verdict is Verdict.FAIL
    assert outcome.result.difference == Decimal("0.01")
    (finding,) = outcome.findings
    assert finding.params == {"total": "deposits", "part": "W2", "old": "0.20", "new": "0.21"}


def test_a_surplus_does_not_hide_a_shortage(workspace, his):
    his[0].execute("UPDATE deposit SET amount = 900 WHERE stay = 1")
    his[0].execute("UPDATE deposit SET amount = '600.10' WHERE stay = 2")
    outcome = take(workspace, his[1])
    assert outcome.result.old == outcome.result.new
    assert outcome.result.difference == 200
    assert outcome.verdict is Verdict.FAIL


def test_items_are_never_shown(workspace, his):
    his[0].execute("DELETE FROM deposit WHERE stay = 2")
    outcome = take(workspace, his[1])
    assert [(line.part, line.items) for line in outcome.result.lines] == [("W1", 1), ("W2", 0)]
    assert "item" not in outcome.findings[0].params


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM {yjj}",
        "SELECT 1 AS part, 1 AS value; DROP TABLE {yjj}",
        "SELECT 1 AS part",
        "SELECT 'x' AS part, 'abc' AS value",
        "SELEC",
        "COPY (SELECT 1) TO 'out.csv'",
    ],
)
def test_a_query_that_is_none(workspace, his, query):
    with pytest.raises(WrongUse) as refused:
        take(workspace, his[1], old=query)
    assert refused.value.code == "migration.reconcile_total_query"
    assert workspace.count("old_his.yjj") == 3


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_table_that_is_not_there(workspace, his, side):
    with pytest.raises(WrongUse) as refused:
        take(workspace, his[1], **{side: "SELECT 1 AS part, 1 AS value FROM {nothing}"})
    assert refused.value.code == "migration.reconcile_total_table"
    assert refused.value.params["table"] == "nothing"


def test_a_total_is_written_once():
    with pytest.raises(WrongUse) as refused:
        read_totals({"format": 1, "total": [DEPOSITS, DEPOSITS]}, "totals.toml")
    assert refused.value.code == "migration.reconcile_total_twice"
