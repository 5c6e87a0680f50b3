"""The catalogue of PostgreSQL, from ``pg_catalog``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source.model import Staged, Wire

Ask = Callable[..., list[tuple[Any, ...]]]

_TABLES = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {whole}
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END,
       CASE WHEN t.typtype = 'd' THEN b.typtype::text ELSE t.typtype::text END,
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
       a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum),
       {generated}
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
_UNIQUE = """
SELECT indrelid, indisprimary, indkey::text FROM pg_index
WHERE indrelid = ANY (%s) AND indisunique AND indpred IS NULL AND indexprs IS NULL
  AND indisvalid ORDER BY indrelid, indexrelid
"""
_FOREIGN = """
SELECT conrelid, conkey::text, confrelid, confkey::text, n.nspname, c.relname
FROM pg_constraint
JOIN pg_class c ON c.oid = confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE contype = 'f' AND conrelid = ANY (%s) ORDER BY conrelid, conname
"""
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), Kind.INTEGER),
    **dict.fromkeys(("numeric", "money"), Kind.DECIMAL),
    **dict.fromkeys(("float4", "float8"), Kind.FLOAT),
    **dict.fromkeys(("timestamp", "timestamptz"), Kind.DATETIME),
    **dict.fromkeys(("time", "timetz"), Kind.TIME),
    **dict.fromkeys(
        ("text", "varchar", "bpchar", "name", "char", "citext", "uuid", "json", "jsonb", "xml"),
        Kind.TEXT,
    ),
    "bool": Kind.BOOLEAN,
    "date": Kind.DATE,
    "bytea": Kind.BINARY,
}
_MONEY_DIGITS = (19, 2)


def read_tables(ask: Ask, version: int, schemas: Sequence[str]) -> list[Table]:
    """Read every table and view of `schemas`, by default of the connection's own."""
    ((own,),) = ask("SELECT current_schema()")
    wanted = list(schemas) or [own]
    whole = "NOT c.relispartition" if version >= 100000 else "true"
    generated = "a.attgenerated::text <> ''" if version >= 120000 else "false"
    found = ask(_TABLES.format(whole=whole), (wanted,))
    oids = [row[0] for row in found]
    columns: dict[int, dict[int, Column]] = defaultdict(dict)
    for oid, number, *rest in ask(_COLUMNS.format(generated=generated), (oids,)):
        columns[oid][number] = _column(*rest)
    primary: dict[int, tuple[str, ...]] = {}
    unique: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for oid, is_primary, numbers in ask(_UNIQUE, (oids,)):
        names = _names(columns[oid], numbers)
        if is_primary:
            primary[oid] = names
        else:
            unique[oid].append(names)
    foreign: dict[int, list[ForeignKey]] = defaultdict(list)
    others = {row[2] for row in ask(_FOREIGN, (oids,))} - set(oids)
    if others:
        for oid, number, *rest in ask(_COLUMNS.format(generated=generated), (list(others),)):
            columns[oid][number] = _column(*rest)
    for oid, numbers, other, other_numbers, schema, table in ask(_FOREIGN, (oids,)):
        foreign[oid].append(
            ForeignKey(
                columns=_names(columns[oid], numbers),
                table=table if schema == own else f"{schema}.{table}",
                references=_names(columns[other], other_numbers),
            )
        )
    return [
        Table(
            name=name,
            schema="" if schema == own else schema,
            columns=tuple(columns[oid].values()),
            comment=comment or "",
            primary_key=primary.get(oid, ()),
            unique=tuple(unique[oid]),
            foreign_keys=tuple(foreign[oid]),
            view=kind in ("v", "m"),
        )
        for oid, schema, name, kind, comment in found
    ]


def _names(columns: dict[int, Column], numbers: str) -> tuple[str, ...]:
    """Names of columns by their numbers, as an array or a vector writes them."""
    return tuple(columns[int(n)].name for n in numbers.strip("{}").replace(",", " ").split())


def _column(
    name: str,
    type_: str,
    base: str,
    sort: str,
    modifier: int,
    not_null: bool,
    default: str | None,
    comment: str | None,
    generated: bool,
) -> Column:
    kind = Kind.TEXT if sort == "e" else _KINDS.get(base, Kind.OTHER)
    precision = scale = length = None
    if base == "numeric" and modifier >= 4:
        precision = ((modifier - 4) >> 16) & 0xFFFF
        scale = (((modifier - 4) & 0x7FF) ^ 1024) - 1024  # eleven bits with a sign since 15
    elif base == "money":
        precision, scale = _MONEY_DIGITS
    elif base in ("varchar", "bpchar") and modifier >= 4:
        length = modifier - 4
    return Column(
        name=name,
        type=type_,
        kind=kind,
        nullable=not not_null,
        comment=comment or "",
        length=length,
        precision=precision,
        scale=scale,
        default=default,
        generated=generated,
    )


def staged(column: Column) -> Staged:
    """As what a column of PostgreSQL is staged.

    A moment with a time zone stays the text that was read: without its zone it would be another.
    """
    precision, scale = column.precision or 0, column.scale or 0
    match column.kind:
        case Kind.INTEGER:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.BOOLEAN:
            wire, type_ = Wire.INTEGER, "BOOLEAN"
        case Kind.DECIMAL if 0 < precision <= 38 and 0 <= scale <= precision:
            wire, type_ = Wire.TEXT, f"DECIMAL({precision}, {scale})"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, "FLOAT" if column.type == "real" else "DOUBLE"
        case Kind.DATE:
            wire, type_ = Wire.TEXT, "DATE"
        case Kind.DATETIME if "with time zone" not in column.type:
            wire, type_ = Wire.TEXT, "TIMESTAMP"
        case Kind.TIME if "with time zone" not in column.type:
            wire, type_ = Wire.TEXT, "TIME"
        case Kind.BINARY:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=column.name, type=type_, wire=wire)
