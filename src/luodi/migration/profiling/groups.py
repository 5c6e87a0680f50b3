"""A column grouped by value: what everybody counts who looks at the column as a whole.

While a grouping is open, ``groups`` is a relation of every distinct ``v`` with its ``n`` rows.
Temporary relations belong to a connection: two cursors can group two columns at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

ROOM = 4_000_000
"""Distinct values that groupings may hold together while they are kept."""
_HOME = "grouped"
_SPAN = 16
"""Whole numbers this many times as wide apart as there are rows may still be marked in bits."""
_WIDEST = 1 << 28
"""Bits of the widest such marking: 32 MB."""


@dataclass
class Kept:
    """Groupings that stay for who looks at the same columns again, as far as there is room."""

    room: int = ROOM
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, db: duckdb.DuckDBPyConnection, relation: str, value: str, size: int) -> None:
        """Keep the grouping that is open, of `size` values, where it is small enough."""
        if size > self.room:
            return
        self.room -= size
        name = f"{_HOME}.{quoted(f'{relation} {value}')}"
        db.execute(f"CREATE TABLE {name} AS FROM groups")
        self.names[relation, value] = name


@contextmanager
def kept(db: duckdb.DuckDBPyConnection) -> Iterator[Kept]:
    """Keep groupings in memory for a while; beyond its limit they spill, encrypted."""
    db.execute(f"ATTACH ':memory:' AS {_HOME}")
    try:
        yield Kept()
    finally:
        db.execute(f"DETACH {_HOME}")


@contextmanager
def grouped(
    db: duckdb.DuckDBPyConnection,
    relation: str,
    value: str,
    *,
    kept: Kept | None = None,
    unique: bool = False,
) -> Iterator[None]:
    """Open ``groups`` over `value`, SQL of a column of `relation`, mostly a quoted name.

    Where the column is known to be `unique`, every row is a group and nothing is copied.
    """
    known = kept.names.get((relation, value)) if kept else None
    if unique:
        made = f"VIEW groups AS SELECT {value} AS v, 1::BIGINT AS n, rowid FROM {relation}"
    elif known:
        made = f"VIEW groups AS SELECT v, n, rowid FROM {known}"
    else:
        made = f"TABLE groups AS SELECT {value} AS v, count(*) AS n FROM {relation} GROUP BY ALL"
    db.execute(f"CREATE OR REPLACE TEMP {made}")
    try:
        yield
    finally:
        db.execute(f"DROP {made.partition(' ')[0]} groups")


def is_dense_key(db: duckdb.DuckDBPyConnection, relation: str, value: str) -> bool:
    """Whether a column of whole numbers is unique, where a bit a number shows it cheaply.

    That spares grouping what most tables have for a key: numbers handed out one after another.
    False says nothing.
    """
    row = db.execute(
        f"SELECT count(*), count({value}), min({value})::HUGEINT, max({value})::HUGEINT "
        f"FROM {relation}"
    ).fetchone()
    rows, filled, low, high = row or (0, 0, None, None)
    if not rows or filled != rows:
        return False
    span = high - low + 1
    if span < rows or span > min(_SPAN * rows, _WIDEST):
        return False
    row = db.execute(
        f"SELECT bit_count(bitstring_agg({value}, {low}, {high})) FROM {relation}"
    ).fetchone()
    return row is not None and row[0] == rows
