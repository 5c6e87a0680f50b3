"""Profile and assess a table of a hospital: 2 million rows of 29 columns, patterns included.

Every contender runs in a process of its own, on the same rows in the form it likes best: ours in
the encrypted workspace, Polars on Parquet, DuckDB on its own file.  *Polars full* and *DuckDB
naive* give what a profile of ours gives of a column: NULLs, exact distinct values, least and
greatest, lengths, common values, patterns.  SUMMARIZE gives less: distinct values by estimate, no
common values, no patterns.  Assess includes the profile it binds its rules by; there is no peer
with such rules.  Targets (DESIGN, part 7): profile within 4 s and 750 MB, assess within 10 s.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import hospital_rows

from luodi.evidence.progress import Silent
from luodi.migration.assess import assess
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.profile import profile
from luodi.migration.profiling.columns import staged_kind
from luodi.migration.workspace import Workspace, _attach, _engine

ROWS = int(os.environ.get("LUODI_BENCH_ROWS", "2000000"))
KEY = b"0" * 32
PATTERNS = (("[一-鿿]", "汉"), ("[0-9]", "9"), ("[A-Z]", "A"), ("[a-z]", "a"))


# --- ours -----------------------------------------------------------------------------------------


def prepared(folder: Path) -> None:
    """The same rows for everybody."""
    plain = duckdb.connect(str(folder / "plain.duckdb"))
    plain.execute(f"CREATE TABLE bill AS {hospital_rows.query(ROWS)}")
    plain.execute(f"COPY bill TO '{folder / 'bill.parquet'}' (FORMAT parquet)")
    described = plain.execute("DESCRIBE bill").fetchall()
    plain.close()
    with _engine(folder / "spill", "1GB") as db:
        _attach(db, folder / "work.duckdb", KEY)
        workspace = Workspace._prepared(db)
        columns = tuple(
            Column(name=name, type=stored.lower(), kind=staged_kind(stored, Kind.TEXT))
            for name, stored, *_ in described
        )
        bill = Table(name="bill", columns=columns, rows=ROWS)
        workspace.keep(Catalogue(system="his", product="DuckDB", tables=(bill,)))
        db.execute(f"ATTACH '{folder / 'plain.duckdb'}' AS plain (READ_ONLY)")
        db.execute(
            "CREATE TABLE his.bill AS SELECT row_number() OVER () AS _ordinal, * FROM plain.bill"
        )


def ours(folder: Path, verb: str) -> int:
    with _engine(folder / "spill", "400MB") as db:
        _attach(db, folder / "work.duckdb", KEY)
        workspace = Workspace._prepared(db)
        begun = perf_counter()
        if verb == "profile":
            columns = profile(workspace, "his", progress=Silent()).result.tables[0].columns
            count = len([column for column in columns if column.distinct])
        else:
            found = assess(workspace, "his", progress=Silent()).result.assessment
            count = len(found.hits)
        return done(begun, count)


# --- peers ----------------------------------------------------------------------------------------


def polars_full(folder: Path) -> int:
    import polars as pl

    begun = perf_counter()
    count = 0
    for name, kind in pl.scan_parquet(folder / "bill.parquet").collect_schema().items():
        series = pl.read_parquet(folder / "bill.parquet", columns=[name])[name]
        told = [series.null_count(), series.n_unique(), series.min(), series.max()]
        if kind == pl.String:
            lengths = series.str.len_chars()
            told += [lengths.min(), lengths.max(), lengths.mean()]
            shape = series
            for expression, letter in PATTERNS:
                shape = shape.str.replace_all(expression, letter)
            told.append(shape.value_counts(sort=True).head(50))
        told.append(series.value_counts(sort=True).head(50))
        count += bool(told)
    return done(begun, count)


def duckdb_naive(folder: Path) -> int:
    db = duckdb.connect(str(folder / "plain.duckdb"), read_only=True)
    begun = perf_counter()
    count = 0
    for name, kind, *_ in db.execute("DESCRIBE bill").fetchall():
        sizes = f", min(length({name})), max(length({name}))" if kind == "VARCHAR" else ""
        db.execute(
            f"SELECT count(*) - count({name}), count(DISTINCT {name}), min({name}), max({name})"
            f"{sizes} FROM bill"
        ).fetchall()
        db.execute(
            f"SELECT {name}, count(*) FROM bill GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
        ).fetchall()
        if kind == "VARCHAR":
            shape = name
            for expression, letter in PATTERNS:
                shape = f"regexp_replace({shape}, '{expression}', '{letter}', 'g')"
            db.execute(
                f"SELECT {shape}, count(*) FROM bill GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
            ).fetchall()
        count += 1
    return done(begun, count)


def summarize(folder: Path) -> int:
    db = duckdb.connect(str(folder / "plain.duckdb"), read_only=True)
    begun = perf_counter()
    return done(begun, len(db.execute("SUMMARIZE bill").fetchall()))


# --- together -------------------------------------------------------------------------------------


def peak() -> float:
    """Most memory this process held.  What getrusage tells begins with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def done(begun: float, count: int) -> int:
    told = {
        "seconds": perf_counter() - begun,
        "cpu": sum(os.times()[:2]),
        "megabytes": peak(),
        "count": count,
    }
    print(json.dumps(told))
    return 0


CONTENDERS = {
    "luodi profile": lambda folder: ours(folder, "profile"),
    "Polars full": polars_full,
    "DuckDB naive": duckdb_naive,
    "DuckDB SUMMARIZE": summarize,
    "luodi assess": lambda folder: ours(folder, "assess"),
}


def measured(name: str, folder: Path) -> dict[str, float]:
    words = [sys.executable, __file__, name, str(folder)]
    ran = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def main() -> None:
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".room-") as place:
        folder = Path(place)
        prepared(folder)
        print(f"{ROWS:,} rows of {hospital_rows.COLUMNS} columns, {os.cpu_count()} cores")
        print(f"{'':<20}{'seconds':>9}{'cpu s':>9}{'MB peak':>9}  against profile")
        base = None
        for name in CONTENDERS:
            if name.startswith("Polars") and importlib.util.find_spec("polars") is None:
                print(f"{name:<20}{'absent: make bench installs it':>30}")
                continue
            found = measured(name, folder)
            base = base or found["seconds"]
            ratio = f"{found['seconds'] / base:.2f} x"
            print(
                f"{name:<20}{found['seconds']:>9.2f}{found['cpu']:>9.2f}"
                f"{found['megabytes']:>9.0f}  {ratio}"
            )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(CONTENDERS[sys.argv[1]](Path(sys.argv[2])))
    main()
