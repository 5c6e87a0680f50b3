"""Rows made in Python, into a table of DuckDB by way of Arrow: a thousand times an INSERT."""

from __future__ import annotations

from collections.abc import Sequence

import arro3.core as arrow
import duckdb

TYPES = {
    "VARCHAR": arrow.DataType.utf8(),
    "BOOLEAN": arrow.DataType.bool(),
    "TINYINT": arrow.DataType.int8(),
    "INTEGER": arrow.DataType.int32(),
    "BIGINT": arrow.DataType.int64(),
}
"""DuckDB's types that are written here, as Arrow's."""


def into(db: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Append `rows` to `table`, whose columns are of `TYPES`."""
    if not rows:
        return
    described = db.execute(f"DESCRIBE {table}").fetchall()
    columns = zip(*rows, strict=True)
    batch = arrow.Table.from_pydict(
        {
            name: arrow.Array(list(values), type=TYPES[kind])
            for (name, kind, *_), values in zip(described, columns, strict=True)
        }
    )
    db.register("_rows", batch)
    db.execute(f"INSERT INTO {table} SELECT * FROM _rows")
    db.unregister("_rows")
