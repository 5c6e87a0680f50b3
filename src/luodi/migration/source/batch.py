"""Rows of a source become an Arrow table, or it is said which column holds what it should not."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import arro3.core as arrow

from luodi.migration.model import ORDINAL
from luodi.migration.source.model import Rows, Staged, Value, Wire

_TYPES = {
    Wire.TEXT: arrow.DataType.string(),
    Wire.INTEGER: arrow.DataType.int64(),
    Wire.FLOAT: arrow.DataType.float64(),
    Wire.BINARY: arrow.DataType.binary(),
}
AS_READ = "VARCHAR"
"""Staged type of a column whose values do not fit the type that was promised."""


class Misfit(Exception):
    """Columns, by place, that hold values of another type than their own."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__()
        self.places = tuple(places)


def table_of(rows: Rows, staged: Sequence[Staged], first: int) -> arrow.Table:
    """Make an Arrow table; its first column is the ordinal, counted from `first`.

    Raises
    ------
    Misfit
    """
    data: dict[str, Any] = {
        ORDINAL: arrow.Array.from_buffer(array("q", range(first, first + rows.count)))
    }
    wrong = []
    for place, (column, values) in enumerate(zip(staged, rows.columns, strict=True)):
        try:
            arrived = isinstance(values, arrow.Array)
            data[f"c{place}"] = values if arrived else _array(values, column)
        except (TypeError, OverflowError):
            wrong.append(place)
    if wrong:
        raise Misfit(wrong)
    return arrow.Table.from_pydict(data)


def _array(values: Sequence[Value], column: Staged) -> arrow.Array:
    type_ = _TYPES[column.wire]
    try:
        return arrow.Array(values, type_)
    except TypeError:
        if column.wire is Wire.FLOAT:
            return arrow.Array(list(map(_double, values)), type_)
        if column.wire is not Wire.TEXT:
            raise
        return arrow.Array(list(map(as_text, values)), type_)
    except UnicodeEncodeError:  # half of a surrogate pair, which no UTF-8 can hold
        return arrow.Array([_whole(value) for value in map(as_text, values)], type_)


def _double(value: Value) -> float | None:
    """Take a whole number for a double where it is one exactly."""
    if value is None or isinstance(value, float):
        return value
    if isinstance(value, int) and abs(value) <= 2**53:
        return float(value)
    raise TypeError


def as_text(value: Value) -> str | None:
    """Write a value as text, so that nothing of it is lost."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return repr(value) if isinstance(value, float) else str(value)


def _whole(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def cast(place: int, column: Staged) -> str:
    """SQL that stages a column of the Arrow table."""
    name = f"c{place}"
    travels = {Wire.TEXT: "VARCHAR", Wire.INTEGER: "BIGINT", Wire.FLOAT: "DOUBLE"}
    return (
        name
        if travels.get(column.wire, "BLOB") == column.type
        else f"CAST({name} AS {column.type})"
    )


def unsound(place: int, column: Staged) -> str | None:
    """SQL that counts the texts which would not come back as they were read; None: all would.

    DuckDB reads ``0044-03-15 BC`` as the year 44 and rounds what a decimal cannot hold, so that a
    value must be written back to be believed.
    """
    if column.wire is not Wire.TEXT or column.type == AS_READ:
        return None
    name = f"c{place}"
    said = name
    if column.type in ("TIMESTAMP", "TIME") and column.digits:
        # The source always writes its digits, DuckDB none that are zero.
        said = (
            f"CASE WHEN contains({name}, '.') THEN rtrim(rtrim({name}, '0'), '.') ELSE {name} END"
        )
    back = f"CAST(TRY_CAST({name} AS {column.type}) AS VARCHAR)"
    return f"count(*) FILTER ({name} IS NOT NULL AND {back} IS DISTINCT FROM {said})"


def written(column: Staged, name: str) -> str:
    """SQL that writes a staged column back as it was read."""
    if column.type == "TIMESTAMP" and column.digits:
        length = 20 + column.digits
        return f"strftime({name}, '%Y-%m-%d %H:%M:%S.%f')[:{length}]"
    if column.type == "BLOB":
        return f"'\\x' || lower(hex({name}))"
    return f"CAST({name} AS VARCHAR)"
