"""What of a profile may leave the vault, and how rows are shown to human eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from luodi.migration.model import ORDINAL, Kind
from luodi.migration.profiling.meaning import meanings
from luodi.migration.profiling.model import ColumnProfile, SystemProfile
from luodi.migration.profiling.patterns import pattern
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

SAMPLES = 5
"""Rows of a table that are shown."""
COMMON = 10
"""Rows that must hold a value before it is shown of a column whose meaning nobody knows."""


def is_personal(column: ColumnProfile) -> bool:
    """Whether any meaning the column may have is a person's."""
    return any(meanings()[guess.meaning].personal for guess in column.guesses)


def public(profile: SystemProfile) -> SystemProfile:
    """Take away every value that may name a person or speak of one.

    Counts, lengths and patterns stay.  Of a text column whose meaning is unknown only values that
    many rows share are kept, and no extremes.
    """
    tables = tuple(
        msgspec.structs.replace(table, columns=tuple(map(_public, table.columns)), samples=())
        for table in profile.tables
    )
    return msgspec.structs.replace(profile, tables=tables, private=False)


def _public(column: ColumnProfile) -> ColumnProfile:
    replace = msgspec.structs.replace
    if column.personal:
        return replace(
            column, minimum=None, maximum=None, smallest=None, largest=None, mean=None, top=()
        )
    if column.meaning and column.kind is not Kind.OTHER:
        return column
    top = tuple(count for count in column.top if count.rows >= COMMON)
    if column.kind in (Kind.TEXT, Kind.OTHER, Kind.BINARY):
        return replace(column, minimum=None, maximum=None, smallest=None, largest=None, top=top)
    return replace(column, top=top)


def masked_samples(
    db: duckdb.DuckDBPyConnection, relation: str, columns: tuple[ColumnProfile, ...], rows: int
) -> tuple[tuple[str, ...], ...]:
    """Show some rows, evenly spread, every personal column of them as its pattern.

    Masked together: no column of a row keeps a part of a name, a number, a birth date or an
    address that another column's part could complete.
    """
    step = max(1, rows // SAMPLES)
    chosen = ", ".join(str(1 + place * step) for place in range(SAMPLES))
    names = ", ".join(
        f"left({quoted(c.name)}::VARCHAR, 65)" if c.kind is not Kind.BINARY else "NULL"
        for c in columns
    )
    if not names:
        return ()
    found = db.execute(
        f"SELECT {names} FROM {relation} WHERE {ORDINAL} IN ({chosen}) ORDER BY {ORDINAL}"
    ).fetchall()
    return tuple(
        tuple(_masked(column, value) for column, value in zip(columns, row, strict=True))
        for row in found
    )


def _masked(column: ColumnProfile, value: str | None) -> str:
    if value is None:
        return ""
    return value if column.meaning and not column.personal else pattern(value)
