"""Two million generated rows through a real mapping into PostgreSQL, beside one raw stream of COPY.

212,000 patients, 600,000 visits and 1,200,000 prescriptions, extracted into the encrypted
workspace beforehand.  Our figure is the whole of `load`: transform, row fates, commit.  The limit
is what PostgreSQL takes when somebody pipes ready CSV of the same target rows into it, one COPY
after the other, commit included.  Empty, logged, unindexed tables; then filled, indexed ones.
Beside wall time stand the CPU seconds of the writing process and of the server, which say more on
a machine that others use too.
Peers (dlt, pandas, Polars) are given the ready target rows and only have to write them; they are
skipped by name where they are not installed.  ``BENCH_ROWS=0.1`` makes everything smaller.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

import servers  # noqa: E402 - beside this folder
from luodi.evidence.progress import Silent  # noqa: E402
from luodi.landing.home import Home  # noqa: E402
from luodi.landing.settings import read_settings  # noqa: E402
from luodi.landing.vault.init import init  # noqa: E402
from luodi.landing.vault.store import Vault  # noqa: E402
from luodi.migration.load import load  # noqa: E402
from luodi.migration.loading.account import Order  # noqa: E402
from luodi.migration.mapping.read import parse_mapping  # noqa: E402
from luodi.migration.model import Catalogue, Column, Kind, Table  # noqa: E402
from luodi.migration.target.postgresql import PostgreSQL  # noqa: E402
from luodi.migration.workspace import Workspace  # noqa: E402

SCALE = float(os.environ.get("BENCH_ROWS", "1"))
ROWS = {"patient": 212_000, "visit": 600_000, "prescription": 1_200_000}
COUNT = {name: int(rows * SCALE) for name, rows in ROWS.items()}
DDL = """
DROP TABLE IF EXISTS prescription, visit, patient, luodi_batch;
CREATE TABLE patient (id bigint, name varchar(40), sex char(1), birth date, id_card varchar(18),
  phone varchar(20), address varchar(200), created timestamp);
CREATE TABLE visit (id bigint, patient_id bigint, department varchar(20), doctor varchar(20),
  visited timestamp, diagnosis varchar(40), fee numeric(12,2), state varchar(10));
CREATE TABLE prescription (id bigint, visit_id bigint, drug varchar(60), specification varchar(40),
  quantity numeric(10,2), unit varchar(8), price numeric(12,4), amount numeric(14,2),
  usage varchar(80), prescribed timestamp);
"""
INDEXES = """
ALTER TABLE patient ADD PRIMARY KEY (id);
ALTER TABLE visit ADD PRIMARY KEY (id);
ALTER TABLE prescription ADD PRIMARY KEY (id);
CREATE INDEX ON visit (patient_id);
CREATE INDEX ON prescription (visit_id);
INSERT INTO patient (id, name) SELECT -g, '旧人' FROM generate_series(1, 1000) g;
"""
SOURCE = {
    "patient": """SELECT range + 1 AS _ordinal, range + 1 AS pid,
      ' 患者' || hash(range) % 100000 AS xm, CASE WHEN range % 2 = 0 THEN '1' ELSE '2' END AS xb,
      strftime(DATE '1940-01-01' + CAST(hash(range) % 25000 AS INTEGER), '%Y%m%d') AS csrq,
      lpad(CAST(hash(range) % 1000000000000000000 AS VARCHAR), 18, '1') AS sfzh,
      '138' || lpad(CAST(hash(range) % 100000000 AS VARCHAR), 8, '0') AS dh,
      CASE WHEN range % 7 = 0 THEN NULL ELSE '某省某市某区五一北路' || range || '号' END AS dz,
      TIMESTAMP '2010-01-01' + to_seconds(CAST(hash(range) % 300000000 AS BIGINT)) AS jdrq
      FROM range({rows})""",
    "visit": """SELECT range + 1 AS _ordinal, range + 1 AS vid,
      hash(range) % {patients} + 1 AS pid, 'D' || range % 50 AS ks, 'S' || range % 400 AS ys,
      TIMESTAMP '2015-01-01' + to_seconds(range * 300) AS rq, 'J06.90' || range % 10 AS zd,
      CAST(hash(range) % 100000 / 100 AS DECIMAL(12,2)) AS je, CAST(range % 4 AS VARCHAR) AS zt
      FROM range({rows})""",
    "prescription": """SELECT range + 1 AS _ordinal, range + 1 AS cfid,
      hash(range) % {visits} + 1 AS vid, '药品' || hash(range) % 3000 AS yp,
      '0.25g×24片/盒' AS gg, CAST(1 + range % 10 AS DECIMAL(10,2)) AS sl, '盒' AS dw,
      CAST(hash(range) % 100000 / 10000 AS DECIMAL(12,4)) AS dj,
      CAST(hash(range) % 1000000 / 100 AS DECIMAL(14,2)) AS je, '口服 每日三次 每次2片' AS yf,
      TIMESTAMP '2015-01-01' + to_seconds(range * 150) AS rq FROM range({rows})""",
}
RULES = {
    "patient": ("pid", "id", {
        "name": ("xm", [{"op": "trim"}, {"op": "require"}]),
        "sex": ("xb", [{"op": "dictionary", "name": "sex"}]),
        "birth": ("csrq", [{"op": "date", "formats": ["%Y%m%d"]}]),
        "id_card": ("sfzh", []), "phone": ("dh", []), "address": ("dz", []),
        "created": ("jdrq", []),
    }),
    "visit": ("vid", "id", {
        "patient_id": ("pid", [{"op": "lookup", "feed": "patient"}]),
        "department": ("ks", []), "doctor": ("ys", []), "visited": ("rq", []),
        "diagnosis": ("zd", []), "fee": ("je", []),
        "state": ("zt", [{"op": "dictionary", "name": "state"}]),
    }),
    "prescription": ("cfid", "id", {
        "visit_id": ("vid", [{"op": "lookup", "feed": "visit"}]),
        "drug": ("yp", [{"op": "trim"}]), "specification": ("gg", []), "quantity": ("sl", []),
        "unit": ("dw", []), "price": ("dj", []), "amount": ("je", []), "usage": ("yf", []),
        "prescribed": ("rq", []),
    }),
}  # fmt: skip
DICTIONARIES = {
    "sex": {"1": "M", "2": "F"},
    "state": {"0": "new", "1": "seen", "2": "paid", "3": "closed"},
}
_KINDS = {
    "BIGINT": Kind.INTEGER,
    "UBIGINT": Kind.INTEGER,
    "TIMESTAMP": Kind.DATETIME,
    "VARCHAR": Kind.TEXT,
}


def mapping():
    feeds = [
        {
            "id": table,
            "from": table,
            "to": table,
            "source_key": [source],
            "key": {"column": key},
            "column": [
                {"to": to, "from": [column], "steps": steps}
                for to, (column, steps) in columns.items()
            ],
        }
        for table, (source, key, columns) in RULES.items()
    ]
    table = {
        "format": 1,
        "domain": "patients",
        "title": {"zh": "患者", "en": "Patients"},
        "owner": "medical_records",
        "source": "old_his",
        "target": "new_his",
        "feed": feeds,
    }
    return parse_mapping(table, "patients", "benchmark")


def vault():
    settings = read_settings()
    return Vault.open(Home.of(settings), settings, "p1")


def prepare(folder: Path) -> None:
    """Fill the workspace, as `extract` would have, and write the limit's CSV."""
    settings = read_settings()
    init(Home.of(settings), settings, "p1")
    counts = {"patients": COUNT["patient"], "visits": COUNT["visit"]}
    with Workspace.in_vault(vault()) as workspace:
        tables = []
        db = workspace.db
        db.execute('CREATE SCHEMA IF NOT EXISTS "old_his"')
        for name, select in SOURCE.items():
            relation = workspace.relation("old_his", name)
            db.execute(f"CREATE TABLE {relation} AS {select.format(rows=COUNT[name], **counts)}")
            columns = tuple(
                Column(name=column, type=str(kind), kind=_KINDS.get(str(kind), Kind.DECIMAL))
                for column, kind, *_ in db.execute(f"DESCRIBE {relation}").fetchall()
                if column != "_ordinal"
            )
            tables.append(Table(name=name, columns=columns, primary_key=(columns[0].name,)))
        workspace.keep(Catalogue(system="old_his", product="benchmark", tables=tuple(tables)))


def ours(folder: Path) -> None:
    """The whole of load, in this process; its report goes to standard output."""
    parameters = json.loads((folder / "target.json").read_text())
    with Workspace.in_vault(vault()) as workspace:
        target = PostgreSQL("new_his", parameters)
        started, used = time.perf_counter(), time.process_time()
        outcome = load(workspace, mapping(), target, DICTIONARIES, Order(), progress=Silent())
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
        target.close()
        batch = outcome.result.batch
        for name in ROWS:
            path = folder / f"{name}.csv"
            if not path.exists():
                listed = ", ".join(f'"{c}"' for c in ("id", *RULES[name][2]))
                workspace.db.execute(
                    f'COPY (SELECT {listed} FROM "batch_{batch}"."{name}") TO \'{path}\' '
                    "(FORMAT csv, HEADER false)"
                )
        workspace.db.execute("DELETE FROM _luodi.batch")
        workspace.db.execute(f'DROP SCHEMA "batch_{batch}" CASCADE')
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    fates = {figure.name: int(figure.value) for figure in outcome.figures if figure.unit == "row"}
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, **fates}) + "\n")


def raw(folder: Path) -> None:
    parameters = json.loads((folder / "target.json").read_text())
    started, used = time.perf_counter(), time.process_time()
    with psycopg.connect(**parameters) as connection, connection.cursor() as cursor:
        for name in ROWS:
            columns = ", ".join(("id", *RULES[name][2]))
            with (
                (folder / f"{name}.csv").open("rb") as file,
                cursor.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)") as copy,
            ):
                while block := file.read(1 << 18):
                    copy.write(block)
    report(time.perf_counter() - started, time.process_time() - used)


def polars(folder: Path) -> None:
    import polars

    url = address(folder)
    started = time.perf_counter()
    for name in ROWS:
        frame = polars.read_csv(folder / f"{name}.csv", has_header=False, infer_schema_length=0)
        frame.columns = ["id", *RULES[name][2]]
        frame.write_database(f"peer_{name}", url, engine="adbc", if_table_exists="replace")
    report(time.perf_counter() - started)


def pandas(folder: Path) -> None:
    import pandas
    import sqlalchemy

    engine = sqlalchemy.create_engine(address(folder).replace("postgresql", "postgresql+psycopg"))
    started = time.perf_counter()
    for name in ROWS:
        names = ["id", *RULES[name][2]]
        for frame in pandas.read_csv(folder / f"{name}.csv", names=names, chunksize=20_000):
            frame.to_sql(
                f"peer_{name}", engine, if_exists="append", index=False, method="multi",
                chunksize=2_000,
            )  # fmt: skip
    report(time.perf_counter() - started)


def dlt(folder: Path) -> None:
    import dlt

    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.postgres(address(folder)),
        dataset_name="peer",
    )

    def rows(name: str):
        db = duckdb.connect()
        names = ["id", *RULES[name][2]]
        listed = db.execute(
            f"SELECT * FROM read_csv('{folder / name}.csv', header=false, names={names})"
        )
        yield from listed.fetch_record_batch(100_000)

    for name in ROWS:
        pipeline.run(rows(name), table_name=name)
    report(time.perf_counter() - started)


def address(folder: Path) -> str:
    p = json.loads((folder / "target.json").read_text())
    return f"postgresql://{p['user']}:{p['password']}@{p['host']}:{p['port']}/{p['dbname']}"


def report(seconds: float, cpu: float = 0.0) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}) + "\n")


def server_cpu(admin: psycopg.Connection) -> float:
    """CPU seconds of the server and of every backend that has ended or still runs (Linux)."""
    (lines,) = admin.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    top = int(lines.split()[0])
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(folder.name) == top:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == top:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


STEPS: dict[str, Callable[[Path], None]] = {
    "prepare": prepare,
    "ours": ours,
    "raw": raw,
    "dlt": dlt,
    "pandas": pandas,
    "polars": polars,
}


def step(name: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, name, str(folder)],
        env={**os.environ, "LUODI_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    return json.loads(done.stdout) if done.stdout else {}


def main() -> None:
    with (
        servers.postgresql("max_wal_size=8GB", "checkpoint_timeout=30min") as server,
        TemporaryDirectory(prefix="luodi-bench-") as name,
    ):
        measure(server, Path(name))


def measure(server: servers.Server, folder: Path) -> None:
    parameters = {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        "dbname": "postgres",
    }
    (folder / "target.json").write_text(json.dumps(parameters))
    admin = servers.connect_postgresql(server)
    step("prepare", folder)
    rows = sum(COUNT.values())
    print(f"{rows:,} rows: " + ", ".join(f"{count:,} {name}" for name, count in COUNT.items()))
    limits = []
    for kind, extra in (("empty, unindexed", ""), ("filled, indexed", INDEXES)):
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "raw": []}
        for _ in range(3):
            for who in ("ours", "raw"):
                admin.execute(DDL + extra)
                admin.execute("CHECKPOINT")
                before = server_cpu(admin)
                done = step(who, folder)
                runs[who].append({**done, "server": server_cpu(admin) - before})
                (held,) = admin.execute("SELECT count(*) FROM prescription").fetchone()
                assert held == COUNT["prescription"]
        middle = {
            who: {
                name: statistics.median(run[name] for run in each)
                for name in ("seconds", "cpu", "server")
            }
            for who, each in runs.items()
        }
        limit, own = middle["raw"], middle["ours"]
        limits.append(limit["seconds"])
        peak = max(run["peak"] for run in runs["ours"])
        print(f"{kind}: raw COPY {limit['seconds']:.2f} s, ours {own['seconds']:.2f} s = ", end="")
        print(f"{own['seconds'] / limit['seconds']:.2f} x raw COPY, peak {peak:.0f} MB")
        for who, each in middle.items():
            print(f"  CPU of {who}: {each['cpu']:.2f} s, of its server {each['server']:.2f} s")
    for peer in ("polars", "dlt", "pandas"):
        if importlib.util.find_spec(peer) is None:
            print(f"{peer}: not installed")
            continue
        admin.execute(DDL)
        try:
            done = step(peer, folder)
        except SystemExit as failure:
            print(f"{peer}: did not run: {str(failure).strip().splitlines()[-1]}")
            continue
        print(
            f"{peer}: {done['seconds']:.2f} s, peak {done['peak']:.0f} MB; it writes only", end=""
        )
        print(f" ({done['seconds'] / limits[0]:.1f} x raw COPY into empty tables)")
    admin.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        STEPS[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
