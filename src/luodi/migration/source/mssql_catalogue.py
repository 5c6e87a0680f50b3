"""The catalogue of SQL Server, 2000 to 2022: what ``INFORMATION_SCHEMA`` has said in all of them.

Comments are extended properties (``MS_Description``); SQL Server 2000 keeps them elsewhere.
Never run against a server here; the statements are tested as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from luodi.evidence.model import Finding
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source.model import Staged, Wire

Ask = Callable[[str], list[tuple[Any, ...]]]

TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.TABLES
WHERE TABLE_NAME NOT IN ('dtproperties', 'sysdiagrams', 'sysconstraints', 'syssegments')
ORDER BY TABLE_SCHEMA, TABLE_NAME
"""
COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH,
       NUMERIC_PRECISION, NUMERIC_SCALE, IS_NULLABLE, COLUMN_DEFAULT, COLLATION_NAME,
       COLLATIONPROPERTY(COLLATION_NAME, 'CodePage'),
       COLUMNPROPERTY(OBJECT_ID(QUOTENAME(TABLE_SCHEMA) + '.' + QUOTENAME(TABLE_NAME)),
                      COLUMN_NAME, 'IsComputed')
FROM INFORMATION_SCHEMA.COLUMNS ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""
KEYS = """
SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.CONSTRAINT_NAME, c.CONSTRAINT_TYPE, k.COLUMN_NAME
FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS c
JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE k ON k.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA
  AND k.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND k.TABLE_NAME = c.TABLE_NAME
WHERE c.CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE')
ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.CONSTRAINT_NAME, k.ORDINAL_POSITION
"""
FOREIGN = """
SELECT f.TABLE_SCHEMA, f.TABLE_NAME, r.CONSTRAINT_NAME, f.COLUMN_NAME, u.TABLE_SCHEMA,
       u.TABLE_NAME, u.COLUMN_NAME
FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS r
JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE f ON f.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA
  AND f.CONSTRAINT_NAME = r.CONSTRAINT_NAME
JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE u ON u.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA
  AND u.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME AND u.ORDINAL_POSITION = f.ORDINAL_POSITION
ORDER BY f.TABLE_SCHEMA, f.TABLE_NAME, r.CONSTRAINT_NAME, f.ORDINAL_POSITION
"""
COMMENTS = """
SELECT SCHEMA_NAME(o.schema_id), o.name, c.name, CAST(p.value AS NVARCHAR(4000))
FROM sys.extended_properties p JOIN sys.objects o ON o.object_id = p.major_id
LEFT JOIN sys.columns c ON c.object_id = p.major_id AND c.column_id = p.minor_id
WHERE p.class = 1 AND p.name = N'MS_Description'
"""
COMMENTS_2000 = """
SELECT USER_NAME(o.uid), o.name, c.name, CAST(p.value AS NVARCHAR(4000))
FROM sysproperties p JOIN sysobjects o ON o.id = p.id
LEFT JOIN syscolumns c ON c.id = p.id AND c.colid = p.smallid AND p.smallid > 0
WHERE p.name = N'MS_Description'
"""
SQL_2005 = 9
"""Its major version: before it there is no ``sys`` and no ``NVARCHAR(MAX)``."""
DEFAULT = "dbo"
_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), Kind.INTEGER),
    **dict.fromkeys(("decimal", "numeric", "money", "smallmoney"), Kind.DECIMAL),
    **dict.fromkeys(("float", "real"), Kind.FLOAT),
    **dict.fromkeys(
        ("char", "varchar", "text", "nchar", "nvarchar", "ntext", "uniqueidentifier", "xml"),
        Kind.TEXT,
    ),
    **dict.fromkeys(("binary", "varbinary", "image", "timestamp", "rowversion"), Kind.BINARY),
    **dict.fromkeys(("datetime", "smalldatetime", "datetime2"), Kind.DATETIME),
    "bit": Kind.BOOLEAN,
    "date": Kind.DATE,
    "time": Kind.TIME,
}
_NARROW = ("char", "varchar", "text")
_MONEY = {"money": (19, 4), "smallmoney": (10, 4)}
_CHINESE = (936, 950, 54936, 65001)
_LONGEST = 4000


def read_tables(
    ask: Ask, version: int, schemas: Sequence[str]
) -> tuple[list[Table], dict[tuple[str, str], str], list[Finding]]:
    """Read every table and view of `schemas`, by default of all.

    Returns
    -------
    tuple
        The tables, the collation of each column by full name and column, and what is to be said.
    """
    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    collations: dict[tuple[str, str], str] = {}
    pages: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    said = _comments(ask, version)
    for schema, table, name, *rest in ask(COLUMNS):
        column = _column(name, rest, said.get((schema, table, name), ""))
        columns[schema, table].append(column)
        collations[_full(schema, table), name] = str(rest[6] or "")
        if rest[7] and is_narrow(column):
            pages[schema, table][int(rest[7])] += 1
    keys: dict[tuple[str, str], dict[tuple[str, str], list[str]]]
    keys = defaultdict(lambda: defaultdict(list))
    for schema, table, constraint, kind, name in ask(KEYS):
        keys[schema, table][kind, constraint].append(name)
    links: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for schema, table, constraint, *link in ask(FOREIGN):
        links[schema, table][constraint].append(link)
    found = []
    for schema, name, kind in ask(TABLES):
        if schemas and schema not in schemas:
            continue
        place = (schema, name)
        own = keys[place]
        found.append(
            Table(
                name=name,
                schema="" if schema == DEFAULT else schema,
                columns=tuple(columns[place]),
                comment=said.get((schema, name, ""), ""),
                primary_key=next((tuple(k) for (t, _), k in own.items() if t[0] == "P"), ()),
                unique=tuple(tuple(k) for (t, _), k in own.items() if t[0] == "U"),
                foreign_keys=tuple(map(_link, links[place].values())),
                view=kind == "VIEW",
            )
        )
    wanted = {table.full_name for table in found}
    return found, collations, list(_foreign_pages(pages, wanted))


def _foreign_pages(
    pages: dict[tuple[str, str], dict[int, int]], wanted: set[str]
) -> Iterator[Finding]:
    for (schema, table), counts in pages.items():
        for page, count in counts.items():
            if page not in _CHINESE and _full(schema, table) in wanted:
                yield Finding(
                    code="migration.mssql_code_page",
                    params={"table": _full(schema, table), "page": page},
                    count=count,
                )


def _comments(ask: Ask, version: int) -> dict[tuple[str, str, str], str]:
    rows = ask(COMMENTS if version >= SQL_2005 else COMMENTS_2000)
    return {(schema, table, column or ""): text or "" for schema, table, column, text in rows}


def _full(schema: str, table: str) -> str:
    return table if schema == DEFAULT else f"{schema}.{table}"


def _link(rows: list[Any]) -> ForeignKey:
    return ForeignKey(
        columns=tuple(row[0] for row in rows),
        table=_full(rows[0][1], rows[0][2]),
        references=tuple(row[3] for row in rows),
    )


def _column(name: str, rest: Sequence[Any], comment: str) -> Column:
    type_, length, precision, scale, nullable, default, _, _, computed = rest
    kind = _KINDS.get(type_, Kind.OTHER)
    if type_ in _MONEY:
        precision, scale = _MONEY[type_]
    sized = kind in (Kind.TEXT, Kind.BINARY) and length is not None
    return Column(
        name=name,
        type=f"{type_}({'max' if length == -1 else length})" if sized else type_,
        kind=kind,
        nullable=nullable == "YES",
        comment=comment,
        length=int(length) if sized and length > 0 else None,
        precision=int(precision) if kind is Kind.DECIMAL else None,
        scale=int(scale or 0) if kind is Kind.DECIMAL else None,
        default=default,
        generated=bool(computed),
    )


def is_narrow(column: Column) -> bool:
    """Tell whether a column's texts are in the code page of its collation."""
    return column.type.partition("(")[0] in _NARROW


def nvarchar(name: str, column: Column, version: int = SQL_2005) -> str:
    """Have SQL Server turn a text of a narrow type into Unicode before its driver does."""
    if column.kind is not Kind.TEXT or not is_narrow(column):
        return name
    if 0 < (column.length or 0) <= _LONGEST:
        return f"CAST({name} AS NVARCHAR({column.length}))"
    return f"CAST({name} AS {'NVARCHAR(MAX)' if version >= SQL_2005 else 'NTEXT'})"


def as_bytes(name: str, column: Column, version: int) -> str:
    """Select a text of a narrow type as the bytes that its program wrote."""
    if 0 < (column.length or 0) <= 8000:
        return f"CAST({name} AS VARBINARY({column.length}))"
    if version >= SQL_2005:
        # No cast leads from TEXT to bytes; as VARCHAR they are what they were.
        return f"CAST(CAST({name} AS VARCHAR(MAX)) AS VARBINARY(MAX))"
    return f"CAST(CAST({name} AS VARCHAR(8000)) AS VARBINARY(8000))"


def written(name: str, column: Column, version: int) -> str:
    """Select moments and what has no kind of ours as text, in a form that no setting changes."""
    type_ = column.type.partition("(")[0]
    if column.kind in (Kind.DATE, Kind.TIME, Kind.DATETIME) or type_ == "datetimeoffset":
        return f"CONVERT(VARCHAR(34), {name}, 121)"
    if type_ == "uniqueidentifier":
        return f"CONVERT(VARCHAR(36), {name})"
    if type_ == "xml":
        return f"CONVERT(NVARCHAR(MAX), {name})"
    if type_ in ("hierarchyid", "geometry", "geography"):
        return f"{name}.ToString()"
    return f"CONVERT(NVARCHAR({_LONGEST}), {name})" if column.kind is Kind.OTHER else name


def digits(column: Column, as_: Staged) -> Staged:
    """Moments come with all the digits of their fraction; numbers come as the driver has them."""
    if column.kind in (Kind.DATETIME, Kind.TIME):
        return Staged(name=as_.name, type=as_.type, wire=Wire.TEXT, digits=3)
    return as_
