"""Values of drivers that give Python's own: as what they are staged, and how they are written."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from luodi.migration.model import Column, Kind
from luodi.migration.source.model import Staged, Wire


def staged(column: Column) -> Staged:
    """Stage a column by its kind; what has none of ours as text."""
    precision, scale = column.precision or 0, column.scale or 0
    match column.kind:
        case Kind.INTEGER:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.BOOLEAN:
            wire, type_ = Wire.INTEGER, "BOOLEAN"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, "DOUBLE"
        case Kind.DECIMAL if 0 < precision <= 38 and 0 <= scale <= precision:
            wire, type_ = Wire.TEXT, f"DECIMAL({precision}, {scale})"
        case Kind.DATE:
            wire, type_ = Wire.TEXT, "DATE"
        case Kind.DATETIME:
            wire, type_ = Wire.TEXT, "TIMESTAMP"
        case Kind.TIME:
            wire, type_ = Wire.TEXT, "TIME"
        case Kind.BINARY:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=column.name, type=type_, wire=wire)


def plain(value: Any) -> str:
    """Write a number or a moment as DuckDB does."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        text = value.isoformat(" ")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime.time):
        text = value.isoformat()
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
