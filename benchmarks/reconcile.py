"""Two million loaded rows, reconciled: counted, read back, compared at both ends, summed.

The generated hospital (212,000 patients, 600,000 visits, 1,200,000 lines of prescriptions) goes
through its mapping into the reference HIS on PostgreSQL.  Our figure is the whole of `reconcile`
for these three tables.  The limit beside it is what it costs to get the same rows out of
PostgreSQL at all, as COPY in CSV, without looking at them.  ``BENCH_ROWS=0.1`` makes everything
smaller.
"""

from __future__ import annotations

import os
import resource
import sys
import time
import tomllib
from pathlib import Path

import msgspec
import psycopg

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

import servers  # noqa: E402 - beside this folder
from luodi.evidence.progress import Silent  # noqa: E402
from luodi.migration.load import load  # noqa: E402
from luodi.migration.loading.account import Order  # noqa: E402
from luodi.migration.mapping.model import Mapping  # noqa: E402
from luodi.migration.mapping.read import parse_dictionary  # noqa: E402
from luodi.migration.reconcile import reconcile  # noqa: E402
from luodi.migration.target.postgresql import PostgreSQL  # noqa: E402
from luodi.migration.workspace import Workspace  # noqa: E402
from luodi.sandbox.data.generate import generate_into  # noqa: E402
from luodi.sandbox.data.model import Size  # noqa: E402
from luodi.sandbox.database import database_at  # noqa: E402
from luodi.sandbox.his.create import create  # noqa: E402
from luodi.sandbox.landing import files  # noqa: E402

PATIENTS = int(212_000 * float(os.environ.get("BENCH_ROWS", "1")))
FEEDS = {
    "dictionaries": {"department", "staff", "drug"},
    "patients": {"patient"},
    "outpatients": {"visit", "prescription", "prescription_line"},
}
"""Domains that are loaded, with the feeds of each; the prescriptions are needed by their lines."""
TABLES = ("patient", "visit", "prescription_line")


def rules(domain: str) -> Mapping:
    whole = msgspec.convert(tomllib.loads(files()[f"mapping/{domain}.toml"].decode()), Mapping)
    feeds = tuple(feed for feed in whole.feeds if feed.id in FEEDS[domain])
    return msgspec.structs.replace(whole, feeds=feeds, exclusions=())


def main() -> None:
    dictionaries = {
        name[8:-4]: parse_dictionary(content.decode(), name[8:-4], name).in_force
        for name, content in files().items()
        if name.endswith(".tsv")
    }
    with servers.postgresql("fsync=off") as server, Workspace.in_memory() as workspace:
        with psycopg.connect(
            server.url("postgres"), password=server.password, autocommit=True
        ) as db:
            db.execute("CREATE DATABASE new_his")
        url = server.url("new_his")
        create(database_at(url), server.password, progress=Silent())
        began = time.perf_counter()
        generate_into(workspace, Size(patients=PATIENTS), "old_his", progress=Silent())
        print(f"generated in {time.perf_counter() - began:.1f} s")
        target = PostgreSQL(
            "new_his",
            {
                "host": server.host,
                "port": server.port,
                "user": server.user,
                "password": server.password,
                "dbname": "new_his",
            },
        )
        rows, seconds = 0, 0.0
        for domain in FEEDS:
            mapping = rules(domain)
            done = load(workspace, mapping, target, dictionaries, Order(), progress=Silent())
            began = time.perf_counter()
            outcome = reconcile(workspace, done.result.batch, target, mapping, progress=Silent())
            took = time.perf_counter() - began
            compared = sum(each.rows for each in outcome.result.compared)
            print(f"reconcile {domain}: {compared:,} rows in {took:.1f} s, {outcome.verdict.value}")
            rows, seconds = rows + compared, seconds + took
        began = time.perf_counter()
        with psycopg.connect(url, password=server.password) as db, db.cursor() as cursor:
            for table in (*TABLES, "prescription"):
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copied:
                    for _ in copied:
                        pass
        raw = time.perf_counter() - began
        target.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"reconcile    {rows:>10,} rows  {seconds:6.1f} s   {rows / seconds:>10,.0f} rows/s")
    print(f"raw COPY out {'':>10}       {raw:6.1f} s   {seconds / raw:.1f} x raw COPY")
    print(f"peak memory {peak:,.0f} MB (with the generated hospital in the workspace)")


if __name__ == "__main__":
    main()
