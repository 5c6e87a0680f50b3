"""DuckDB as a reader of what is Arrow already: its own files, and Parquet."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import arro3.core as arrow
import duckdb

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Column, Kind
from luodi.migration.source.model import Rows, Staged, Wire

BATCH = 100_000
_INTEGERS = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
_KINDS = {
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
    "BLOB": Kind.BINARY,
    "FLOAT": Kind.FLOAT,
    "DOUBLE": Kind.FLOAT,
    "HUGEINT": Kind.INTEGER,
    "UBIGINT": Kind.INTEGER,
    "VARCHAR": Kind.TEXT,
    "UUID": Kind.TEXT,
    "TIMESTAMP": Kind.DATETIME,
    "TIMESTAMP_S": Kind.DATETIME,
    "TIMESTAMP_MS": Kind.DATETIME,
}
_SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "200MB",
    "threads": 1,
}


def connected(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file read-only, or DuckDB without a file."""
    if path is None:
        db = duckdb.connect(":memory:", config=_SETTINGS)
    else:
        db = duckdb.connect(str(path), read_only=True, config=_SETTINGS)
    db.execute("SET enable_progress_bar = false")
    return db


def column(name: str, type_: str, *, nullable: bool = True, comment: str = "") -> Column:
    """Describe a column by DuckDB's type."""
    precision = scale = None
    kind = Kind.INTEGER if type_ in _INTEGERS else _KINDS.get(type_, Kind.OTHER)
    if type_.startswith("DECIMAL("):
        kind = Kind.DECIMAL
        precision, scale = (int(part) for part in type_[8:-1].split(","))
    elif type_.startswith("ENUM("):
        kind = Kind.TEXT
    return Column(
        name=name,
        type=type_,
        kind=kind,
        nullable=nullable,
        comment=comment,
        precision=precision,
        scale=scale,
    )


def staged(found: Column) -> Staged:
    """Stage a column as the type it has; what has none of ours as DuckDB writes it."""
    match found.kind:
        case Kind.INTEGER if found.type in _INTEGERS:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.INTEGER:
            wire, type_ = Wire.TEXT, "HUGEINT"
        case Kind.BOOLEAN:
            wire, type_ = Wire.INTEGER, "BOOLEAN"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, found.type
        case Kind.DECIMAL | Kind.DATE | Kind.TIME:
            wire, type_ = Wire.TEXT, found.type
        case Kind.DATETIME:
            wire, type_ = Wire.TEXT, "TIMESTAMP"
        case Kind.BINARY:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=found.name, type=type_, wire=wire)


_TRAVELS = {
    Wire.TEXT: "VARCHAR",
    Wire.INTEGER: "BIGINT",
    Wire.FLOAT: "DOUBLE",
    Wire.BINARY: "BLOB",
}


def expression(as_: Staged) -> str:
    """Select a column as what it travels as."""
    return f'CAST("{as_.name.replace(chr(34), chr(34) * 2)}" AS {_TRAVELS[as_.wire]})'


def pieces(
    db: duckdb.DuckDBPyConnection, relation: str, number: str, columns: Sequence[Staged]
) -> Iterator[Rows]:
    """Read a relation by ranges of its row numbers, `number`; those that are gone leave gaps."""
    row = db.execute(f"SELECT max({number}) FROM {relation}").fetchone()
    last = row[0] if row and row[0] is not None else -1
    selected = ", ".join(f"{expression(as_)} AS c{n}" for n, as_ in enumerate(columns))
    for begin in range(0, last + 1, BATCH):
        found = db.sql(
            f"SELECT {selected} FROM {relation} "
            f"WHERE {number} >= {begin} AND {number} < {begin + BATCH} ORDER BY {number}"
        )
        for batch in arrow.RecordBatchReader.from_stream(found):
            if batch.num_rows:
                yield Rows(cast(Any, batch.columns), batch.num_rows)  # Arrow is what it becomes


@contextlib.contextmanager
def explained(path: Path, table: str = "") -> Iterator[None]:
    """Say what DuckDB could not read; its own words may quote a value."""
    try:
        yield
    except duckdb.CatalogException:
        raise LuodiError("migration.table_vanished", {"table": table}) from None
    except duckdb.BinderException:
        raise LuodiError("migration.column_vanished", {"table": table}) from None
    except duckdb.Error as error:
        params = {"path": str(path), "reason": type(error).__name__}
        raise LuodiError("migration.file_damaged", params) from None
