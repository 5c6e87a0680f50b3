"""A load whose steps run in Spark comes to what DuckDB comes to; it needs Java (``make soak``)."""

import subprocess
import sys

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Silent
from luodi.migration.load import load
from luodi.migration.loading.engine import IN_WORKSPACE
from luodi.migration.loading.spark import started
from luodi.migration.reconcile import reconcile
from luodi.migration.rollback import rollback
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, changed, fates, fill, order, rules


def test_without_spark_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(WrongUse) as caught, started({}):
        pass
    assert caught.value.code == "migration.engine_absent"


def test_nobody_loads_pyspark_unasked():
    modules = "luodi.cli.migrate.load, luodi.migration.load"
    code = f"import {modules}, sys; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.fixture(scope="module")
def engine():
    with started({"LUODI_SPARK_MASTER": "local[2]"}) as engine:
        yield engine


def staged(engine, target, mapping):
    """Everything a load comes to, with an engine of its own."""
    with Workspace.in_memory() as workspace:
        fill(workspace)
        outcome = load(
            workspace, mapping, target, DICTIONARIES, order(engine=engine), progress=Silent()
        )
        batch = outcome.result.batch
        rows = {}
        for feed in mapping.feeds:
            relation = f'"batch_{batch}"."{feed.id}"'
            shape = workspace.db.execute(f"DESCRIBE {relation}").fetchall()
            content = workspace.db.execute(f"SELECT * FROM {relation} ORDER BY ALL").fetchall()
            rows[feed.id] = ([line[:2] for line in shape], content)
        found = reconcile(workspace, batch, target, mapping, progress=Silent())
        back = rollback(workspace, batch, target, confirm=batch, progress=Silent())
        assert (found.result.mismatched, found.result.unaccounted) == (0, 0)
        assert back.result.as_before
        return rows, fates(workspace, outcome)


SPECIAL = changed(
    "patient",
    column=[
        {"to": "name", "from": ["xm"], "steps": [{"op": "trim"}, {"op": "half_width"}]},
        {"to": "sex", "from": ["xb"], "steps": [{"op": "dictionary", "name": "sex"}]},
        {"to": "birth", "from": ["csrq"], "steps": [{"op": "date"}]},
        {
            "to": "note",
            "from": ["xm"],
            "steps": [{"op": "hash"}, {"op": "slice", "start": 1, "length": 8}],
        },
    ],
)


@pytest.mark.soak
@pytest.mark.needs("module:pyspark", "java")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("feeds", [None, SPECIAL], ids=["plain", "more"])
def test_it_works(engine, new_his, feeds):
    mapping = rules(feed=feeds) if feeds else rules()
    mine = staged(engine, new_his.target, mapping)
    assert mine == staged(IN_WORKSPACE, new_his.target, mapping)
    assert mine[1]["pms_patient", 4] == ("rejected", "dictionary")
