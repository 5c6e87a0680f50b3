"""Checks of what a profile says: no row is looked at again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from luodi.migration.model import Kind
from luodi.migration.profiling.model import ColumnProfile, TableProfile

STALE = timedelta(days=30)
"""Age of a source's newest entry from which it is no longer in use, or no longer extracted."""
LEAST_ROWS = 20
"""Rows below which uniformity says nothing."""

ColumnFact = Callable[[ColumnProfile, date], bool | None]
TableFact = Callable[[TableProfile, date], bool | None]


def _constant(column: ColumnProfile, today: date) -> bool | None:
    return column.distinct == 1 if column.rows >= LEAST_ROWS and column.distinct else None


def _empty(column: ColumnProfile, today: date) -> bool | None:
    return column.filled == 0 if column.rows else None


def _truncated(column: ColumnProfile, today: date) -> bool | None:
    """Whether several different values end exactly where the column does."""
    declared = _declared_length(column)
    if column.kind is not Kind.TEXT or declared is None or declared < 8 or not column.filled:
        return None
    if column.longest != declared or column.shortest == column.longest:
        return False
    return sum(p.rows for p in column.top if len(p.value) == declared) < column.filled


def _declared_length(column: ColumnProfile) -> int | None:
    digits = column.type.partition("(")[2].partition(")")[0].strip()
    return int(digits) if digits.isdigit() else None


def _mixed_dates(column: ColumnProfile, today: date) -> bool | None:
    return len(column.dates) > 1 if column.dates else None


def _midnight(column: ColumnProfile, today: date) -> bool | None:
    filled = column.rows - column.nulls
    if column.kind is not Kind.DATETIME or filled < LEAST_ROWS:
        return None
    return column.midnights == filled


def _stale(column: ColumnProfile, today: date) -> bool | None:
    dated = column.kind in (Kind.DATE, Kind.DATETIME) and column.rows >= LEAST_ROWS
    if not dated or not column.maximum:
        return None
    try:
        newest = date.fromisoformat(column.maximum[:10])
    except ValueError:
        return None
    return newest < today - STALE


def _number_as_text(column: ColumnProfile, today: date) -> bool | None:
    if not column.filled:
        return None
    return column.kind is Kind.TEXT


def _float_money(column: ColumnProfile, today: date) -> bool | None:
    return column.kind is Kind.FLOAT if column.filled else None


def _no_key(table: TableProfile, today: date) -> bool | None:
    return not table.keys if table.rows > 1 else None


COLUMN_FACTS: dict[str, ColumnFact] = {
    "constant": _constant,
    "empty": _empty,
    "truncated": _truncated,
    "mixed_dates": _mixed_dates,
    "midnight": _midnight,
    "stale": _stale,
    "number_as_text": _number_as_text,
    "float_money": _float_money,
}
TABLE_FACTS: dict[str, TableFact] = {"table_no_key": _no_key}
