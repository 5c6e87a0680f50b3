"""A folder of CSV files in UTF-8 or GB18030, and the truth in a folder of its own."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal, TypeAlias

import duckdb

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained
from luodi.evidence.progress import Progress
from luodi.migration.model import ORDINAL
from luodi.migration.workspace import literal, quoted
from luodi.sandbox.data.generate import Hospital
from luodi.sandbox.data.model import faults, kinds
from luodi.sandbox.data.schema import tables

Encoding: TypeAlias = Literal["utf-8", "gb18030"]
TRUTH = "truth"
"""Folder of what is true: not part of the legacy system, always UTF-8."""
NULL = r"\N"
"""What stands for NULL in a table, as MySQL exports it and `luodi migrate` reads it."""
_CHUNK = 1 << 22


def write_folder(
    db: duckdb.DuckDBPyConnection,
    hospital: Hospital,
    folder: Path,
    encoding: Encoding = "utf-8",
    *,
    progress: Progress,
) -> None:
    r"""Write every table as ``<table>.csv``: header, comma, quotes where needed, NULL as ``\N``.

    An empty text is written as nothing and so differs from NULL.

    Raises
    ------
    WrongUse
        ``sandbox.folder_not_empty``.
    """
    with explained(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WrongUse("sandbox.folder_not_empty", {"path": str(folder)})
        (folder / TRUTH).mkdir(parents=True, exist_ok=True)
    progress.stage("sandbox.writing", len(tables()), "piece")
    for table in tables():
        relation = f"{quoted(hospital.system)}.{quoted(table.name)}"
        query = f"SELECT * EXCLUDE ({ORDINAL}) FROM {relation} ORDER BY {ORDINAL}"
        write_csv(db, query, folder / f"{table.name}.csv", encoding, NULL)
        progress.advance()
    write_truth(db, hospital, folder / TRUTH)


def write_truth(db: duckdb.DuckDBPyConnection, hospital: Hospital, folder: Path) -> None:
    """Write who is who, which row has which fault, and how often each is injected."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    truth = quoted(hospital.truth)
    write_csv(db, f"SELECT * FROM {truth}.person ORDER BY BRID", folder / "person.csv")
    write_csv(
        db,
        f"SELECT * FROM {truth}.fault ORDER BY table_name, column_name, ordinal",
        folder / "fault.csv",
    )
    with explained(folder), (folder / "rates.csv").open("w", encoding="utf-8", newline="") as sink:
        out = csv.writer(sink, lineterminator="\n")
        out.writerow(("what", "id", "per_10k", "table_name", "column_name"))
        out.writerows(("kind", k.id, k.per_10k, "BRXX", "") for k in kinds().kinds)
        out.writerows(("fault", f.id, f.per_10k, f.table, f.column) for f in faults().faults)


def write_csv(
    db: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    encoding: Encoding = "utf-8",
    null: str = "",
) -> None:
    """Write the rows of a query, in its order, with a header; `null` stands for NULL."""
    plain = path if encoding == "utf-8" else path.with_suffix(".utf8")
    with explained(path):
        db.execute(
            f"COPY ({query}) TO {literal(str(plain))} "
            f"(FORMAT csv, HEADER, NULLSTR {literal(null)}, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')"
        )
        if plain != path:
            _transcode(plain, path, encoding)
            plain.unlink()


def _transcode(source: Path, target: Path, encoding: Encoding) -> None:
    with (
        source.open(encoding="utf-8", newline="") as text,
        target.open("w", encoding=encoding, newline="") as sink,
    ):
        while chunk := text.read(_CHUNK):
            sink.write(chunk)
