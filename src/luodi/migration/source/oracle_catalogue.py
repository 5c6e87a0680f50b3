"""The catalogue of Oracle, from the ``ALL_`` views, and how its columns are read.

Never run against a server here; the statements are tested as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source.model import Staged, Wire

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

TABLES = """
SELECT t.owner, t.table_name, 'TABLE', c.comments FROM all_tables t
LEFT JOIN all_tab_comments c ON c.owner = t.owner AND c.table_name = t.table_name
WHERE t.owner IN ({marks}) AND t.nested = 'NO' AND t.temporary = 'N' AND t.dropped = 'NO'
  AND (t.iot_type IS NULL OR t.iot_type = 'IOT')
UNION ALL
SELECT v.owner, v.view_name, 'VIEW', c.comments FROM all_views v
LEFT JOIN all_tab_comments c ON c.owner = v.owner AND c.table_name = v.view_name
WHERE v.owner IN ({again})
ORDER BY 1, 2
"""
COLUMNS = """
SELECT t.owner, t.table_name, t.column_name, t.data_type, t.data_length, t.char_length,
       t.data_precision, t.data_scale, t.nullable, c.comments
FROM all_tab_columns t
LEFT JOIN all_col_comments c ON c.owner = t.owner AND c.table_name = t.table_name
  AND c.column_name = t.column_name
WHERE t.owner IN ({marks}) ORDER BY t.owner, t.table_name, t.column_id
"""
KEYS = """
SELECT c.owner, c.table_name, c.constraint_name, c.constraint_type, k.column_name,
       r.owner, r.table_name, rk.column_name
FROM all_constraints c
JOIN all_cons_columns k ON k.owner = c.owner AND k.constraint_name = c.constraint_name
LEFT JOIN all_constraints r ON r.owner = c.r_owner AND r.constraint_name = c.r_constraint_name
LEFT JOIN all_cons_columns rk ON rk.owner = r.owner AND rk.constraint_name = r.constraint_name
  AND rk.position = k.position
WHERE c.owner IN ({marks}) AND c.constraint_type IN ('P', 'U', 'R') AND c.status = 'ENABLED'
ORDER BY c.owner, c.table_name, c.constraint_name, k.position
"""
_TEXTS = ("VARCHAR2", "CHAR", "NVARCHAR2", "NCHAR", "CLOB", "NCLOB", "LONG", "ROWID", "UROWID")
_NARROW = ("VARCHAR2", "CHAR")
_RAW = 2000
"""Bytes that UTL_RAW takes in a statement."""
NARROW_CHARSETS = ("US7ASCII", "WE8ISO8859P1", "WE8MSWIN1252", "WE8ISO8859P15")
"""Character sets without Chinese, into which programs of old wrote it all the same."""


def read_tables(ask: Ask, schemas: Sequence[str]) -> list[Table]:
    """Read every table and view that `schemas` own, by default the user."""
    ((own,),) = ask("SELECT USER FROM dual", ())
    owners = list(schemas) or [own]

    def rows(statement: str) -> list[tuple[Any, ...]]:
        marks = [f":{place}" for place in range(1, 2 * len(owners) + 1)]
        twice = "{again}" in statement
        asked = statement.format(
            marks=", ".join(marks[: len(owners)]), again=", ".join(marks[len(owners) :])
        )
        return ask(asked, owners * 2 if twice else owners)

    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for owner, table, *rest in rows(COLUMNS):
        columns[owner, table].append(_column(*rest))
    keys: dict[tuple[str, str], dict[tuple[str, str], list[Any]]]
    keys = defaultdict(lambda: defaultdict(list))
    for owner, table, name, kind, *rest in rows(KEYS):
        keys[owner, table][kind, name].append(rest)

    def full(owner: str, table: str) -> str:
        return table if owner == own else f"{owner}.{table}"

    found = []
    for owner, name, kind, comment in rows(TABLES):
        own_keys = keys[owner, name]
        named = {key: tuple(row[0] for row in group) for key, group in own_keys.items()}
        found.append(
            Table(
                name=name,
                schema="" if owner == own else owner,
                columns=tuple(columns[owner, name]),
                comment=comment or "",
                primary_key=next((key for (kind, _), key in named.items() if kind == "P"), ()),
                unique=tuple(key for (kind, _), key in named.items() if kind == "U"),
                foreign_keys=tuple(
                    ForeignKey(
                        columns=named[key],
                        table=full(group[0][1], group[0][2]),
                        references=tuple(row[3] for row in group),
                    )
                    for key, group in own_keys.items()
                    if key[0] == "R" and group[0][2]
                ),
                view=kind == "VIEW",
            )
        )
    return found


def _column(
    name: str,
    type_: str,
    bytes_: int,
    characters: int | None,
    precision: int | None,
    scale: int | None,
    nullable: str,
    comment: str | None,
) -> Column:
    kind = _kind(type_)
    length = int(characters or bytes_) if kind is Kind.TEXT and type_ in _NARROW else None
    if kind is Kind.DECIMAL and scale == 0 and precision and precision <= 18:
        kind = Kind.INTEGER
    said = type_
    if kind in (Kind.INTEGER, Kind.DECIMAL) and precision:
        said = f"{type_}({precision},{scale or 0})"
    elif length:
        said = f"{type_}({length})"
    return Column(
        name=name,
        type=said,
        kind=kind,
        nullable=nullable == "Y",
        comment=comment or "",
        length=length,
        precision=int(precision) if kind is Kind.DECIMAL and precision else None,
        scale=int(scale) if kind is Kind.DECIMAL and scale is not None else None,
    )


def _kind(type_: str) -> Kind:
    if type_ in _TEXTS:
        return Kind.TEXT
    if type_ in ("NUMBER", "FLOAT"):
        return Kind.DECIMAL
    if type_ in ("BINARY_FLOAT", "BINARY_DOUBLE"):
        return Kind.FLOAT
    if type_ in ("RAW", "BLOB", "LONG RAW"):
        return Kind.BINARY
    # DATE has hours, minutes and seconds.
    return Kind.DATETIME if type_ == "DATE" or type_.startswith("TIMESTAMP") else Kind.OTHER


def is_narrow(column: Column) -> bool:
    """Tell whether a column's texts are in the database's own character set."""
    return column.type.partition("(")[0] in _NARROW


def staged(column: Column) -> Staged:
    """As what a column of Oracle is staged."""
    precision, scale = column.precision or 0, column.scale
    match column.kind:
        case Kind.INTEGER:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.DECIMAL if scale is not None and 0 <= scale <= precision <= 38 and precision:
            wire, type_ = Wire.TEXT, f"DECIMAL({precision}, {scale})"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, "DOUBLE"
        case Kind.DATETIME if "TIME ZONE" not in column.type:
            digits = 9 if column.type.startswith("TIMESTAMP") else 0
            return Staged(name=column.name, type="TIMESTAMP", wire=Wire.TEXT, digits=digits)
        case Kind.BINARY:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=column.name, type=type_, wire=wire)


def as_hex(name: str, column: Column) -> str:
    """Select a text's bytes as hexadecimal digits, which no character set changes.

    A statement takes 2,000 bytes at a time; a longer text is put together from two halves.
    """
    if (column.length or 0) <= _RAW:
        return f"RAWTOHEX(UTL_RAW.CAST_TO_RAW({name}))"
    halves = [
        f"RAWTOHEX(UTL_RAW.CAST_TO_RAW(SUBSTRB({name}, {begin}, {_RAW})))"
        for begin in (1, _RAW + 1)
    ]
    return f"TO_CLOB({halves[0]}) || {halves[1]}"


def written(name: str, column: Column) -> str:
    """Select moments and what has no kind of ours as text, in a form that no setting changes."""
    if column.kind is Kind.DATETIME:
        fraction = ".FF9" if column.type.startswith("TIMESTAMP") else ""
        zone = " TZH:TZM" if "TIME ZONE" in column.type else ""
        return f"TO_CHAR({name}, 'SYYYY-MM-DD HH24:MI:SS{fraction}{zone}')"
    if column.type.startswith("INTERVAL"):
        return f"TO_CHAR({name})"
    if column.type in ("ROWID", "UROWID"):
        return f"ROWIDTOCHAR({name})"
    return f"XMLSERIALIZE(CONTENT {name} AS CLOB)" if column.type == "XMLTYPE" else name
