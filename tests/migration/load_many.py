"""Prescriptions in any number, made and loaded by a process of their own; see test_load_many.

``python load_many.py make ROWS`` fills the workspace; ``python load_many.py load ROWS`` reads the
target's parameters as JSON from standard input and writes what it took as JSON.
"""

import json
import resource
import sys
import time

from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.load import load
from luodi.migration.loading.account import Order
from luodi.migration.mapping.read import parse_mapping
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.workspace import Workspace

DDL = """
CREATE TABLE prescription (id bigint, visit_id bigint, drug varchar(60), quantity numeric(10,2),
  unit varchar(8), amount numeric(14,2), usage varchar(80), prescribed timestamp, state varchar(8))
"""
MADE = """
SELECT range + 1 AS _ordinal, range + 1 AS cfid, range // 2 + 1 AS vid,
  ' 药品' || hash(range) % 3000 AS yp, CAST(1 + range % 10 AS DECIMAL(10,2)) AS sl, '盒' AS dw,
  CAST(hash(range) % 1000000 / 100 AS DECIMAL(14,2)) AS je, '口服 每日三次 每次2片' AS yf,
  TIMESTAMP '2005-01-01' + to_seconds(range * 6) AS rq, CAST(range % 3 AS VARCHAR) AS zt
FROM range({rows})
"""
KINDS = {
    "cfid": Kind.INTEGER,
    "vid": Kind.INTEGER,
    "yp": Kind.TEXT,
    "sl": Kind.DECIMAL,
    "dw": Kind.TEXT,
    "je": Kind.DECIMAL,
    "yf": Kind.TEXT,
    "rq": Kind.DATETIME,
    "zt": Kind.TEXT,
}
PRESCRIPTION = Table(
    name="cfmx",
    columns=tuple(Column(name=name, type=kind.value, kind=kind) for name, kind in KINDS.items()),
    primary_key=("cfid",),
)
RULES = {
    "visit_id": ("vid", []),
    "drug": ("yp", [{"op": "trim"}, {"op": "require"}]),
    "quantity": ("sl", []),
    "unit": ("dw", []),
    "amount": ("je", []),
    "usage": ("yf", []),
    "prescribed": ("rq", []),
    "state": ("zt", [{"op": "dictionary", "name": "state"}]),
}
DICTIONARIES = {"state": {"0": "new", "1": "paid"}}
"""State 2 is in no dictionary: every third row is rejected."""


def mapping():
    feed = {
        "id": "prescription",
        "from": "cfmx",
        "to": "prescription",
        "source_key": ["cfid"],
        "key": {"column": "id"},
        "column": [
            {"to": to, "from": [column], "steps": steps} for to, (column, steps) in RULES.items()
        ],
    }
    table = {
        "format": 1,
        "domain": "prescriptions",
        "title": {"zh": "处方", "en": "Prescriptions"},
        "owner": "pharmacy",
        "source": "old_his",
        "target": "new_his",
        "feed": [feed],
    }
    return parse_mapping(table, "prescriptions", "soak")


def main():
    action, rows = sys.argv[1], int(sys.argv[2])
    settings = read_settings()
    home = Home.of(settings)
    if action == "make":
        init(home, settings, "p1")
    with Workspace.in_vault(Vault.open(home, settings, "p1")) as workspace:
        if action == "make":
            workspace.db.execute("CREATE SCHEMA old_his")
            relation = workspace.relation("old_his", "cfmx")
            workspace.db.execute(f"CREATE TABLE {relation} AS {MADE.format(rows=rows)}")
            workspace.keep(Catalogue(system="old_his", product="test", tables=(PRESCRIPTION,)))
            return
        target = PostgreSQL("new_his", json.load(sys.stdin))
        started = time.perf_counter()
        outcome = load(workspace, mapping(), target, DICTIONARIES, Order(), progress=Silent())
        seconds = time.perf_counter() - started
        target.close()
    fates = {figure.name: int(figure.value) for figure in outcome.figures if figure.unit == "row"}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "peak": peak, **fates}))


if __name__ == "__main__":
    main()
