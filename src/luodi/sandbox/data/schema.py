"""The schema of the legacy hospital, as its catalogue would describe it."""

from __future__ import annotations

import re
from functools import cache

from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.sandbox.data.model import rows_of

_TYPE = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?")
_KIND = {
    "varchar": Kind.TEXT,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "datetime": Kind.DATETIME,
}


@cache
def tables() -> tuple[Table, ...]:
    """Every table, in the order it is written out."""
    columns: dict[str, list[Column]] = {}
    for table, name, type_, nullable, comment in rows_of("columns.tsv"):
        columns.setdefault(table, []).append(_column(name, type_, nullable == "yes", comment))
    return tuple(
        Table(
            name=name,
            columns=tuple(columns[name]),
            comment=comment,
            primary_key=tuple(key.split(",")) if key else (),
        )
        for name, comment, key in rows_of("tables.tsv")
    )


def _column(name: str, type_: str, nullable: bool, comment: str) -> Column:
    found = _TYPE.fullmatch(type_)
    if found is None:
        raise ValueError(f"columns.tsv: {name} {type_}")
    kind = _KIND[found[1]]
    first, second = (int(part) if part else None for part in found.group(2, 3))
    return Column(
        name=name,
        type=type_,
        kind=kind,
        nullable=nullable,
        comment=comment,
        length=first if kind is Kind.TEXT else None,
        precision=first if kind is Kind.DECIMAL else None,
        scale=second if kind is Kind.DECIMAL else None,
    )


def catalogue(system: str, rows: dict[str, int], product: str = "sandbox") -> Catalogue:
    """The catalogue of a generated hospital, with the `rows` each table has."""
    counted = tuple(
        Table(
            name=t.name,
            columns=t.columns,
            comment=t.comment,
            primary_key=t.primary_key,
            rows=rows[t.name],
        )
        for t in tables()
    )
    return Catalogue(system=system, product=product, tables=counted)
