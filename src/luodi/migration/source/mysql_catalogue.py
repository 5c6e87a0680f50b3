"""The catalogue of MySQL and MariaDB, from ``information_schema``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from luodi.evidence.model import Finding
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source.model import Staged, Wire

Ask = Callable[..., list[tuple[Any, ...]]]

_TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COMMENT
FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ({marks}) ORDER BY TABLE_SCHEMA, TABLE_NAME
"""
_COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT,
       CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, EXTRA, COLUMN_COMMENT
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN ({marks})
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""
_UNIQUE = """
SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA IN ({marks}) AND NON_UNIQUE = 0
ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
_FOREIGN = """
SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA,
       REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA IN ({marks}) AND REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""
_INTEGERS = frozenset(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"))
_TEXTS = frozenset(
    ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json")
)
_BINARIES = frozenset(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"))
_DIGITS = re.compile(r"\((\d)\)")


def read_tables(
    ask: Ask, database: str, schemas: Sequence[str]
) -> tuple[list[Table], list[Finding]]:
    """Read every table and view of `schemas`, by default of the connection's database."""
    wanted = tuple(schemas) or (database,)
    marks = ", ".join(["%s"] * len(wanted))

    def rows(statement: str) -> list[tuple[Any, ...]]:
        return [tuple(map(_word, row)) for row in ask(statement.format(marks=marks), wanted)]

    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for schema, table, *rest in rows(_COLUMNS):
        columns[schema, table].append(_column(*rest))
    unique: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for schema, table, index, column, part in rows(_UNIQUE):
        # The key of an index on an expression, or on the beginning of a text, orders nothing.
        unique[schema, table][index].append(column if part is None and column else "")
    foreign: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for schema, table, name, *rest in rows(_FOREIGN):
        foreign[schema, table][name].append(rest)
    tables, findings = [], []
    for schema, name, kind, engine, comment in rows(_TABLES):
        place = (schema, name)
        keys = {index: tuple(names) for index, names in unique[place].items() if all(names)}
        view = "VIEW" in str(kind)
        table = Table(
            name=name,
            schema="" if schema == database else schema,
            columns=tuple(columns[place]),
            comment="" if view else str(comment or ""),
            primary_key=keys.pop("PRIMARY", ()),
            unique=tuple(keys.values()),
            foreign_keys=tuple(_foreign_key(links, database) for links in foreign[place].values()),
            view=view,
        )
        tables.append(table)
        if not view and engine and str(engine).lower() not in ("innodb", "rocksdb"):
            findings.append(
                Finding(
                    code="migration.engine_without_snapshot",
                    params={"table": table.full_name, "engine": str(engine)},
                )
            )
    return tables, findings


def _word(value: Any) -> Any:
    """Some servers and settings give words of the catalogue as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _foreign_key(links: list[Any], database: str) -> ForeignKey:
    schema, table = links[0][1], links[0][2]
    return ForeignKey(
        columns=tuple(link[0] for link in links),
        table=table if schema == database else f"{schema}.{table}",
        references=tuple(link[3] for link in links),
    )


def _column(
    name: str,
    data_type: str,
    column_type: str,
    nullable: str,
    default: str | None,
    length: int | None,
    precision: int | None,
    scale: int | None,
    extra: str,
    comment: str,
) -> Column:
    kind = _kind(data_type.lower())
    return Column(
        name=name,
        type=column_type,
        kind=kind,
        nullable=nullable == "YES",
        comment=comment or "",
        length=int(length) if length is not None and kind in (Kind.TEXT, Kind.BINARY) else None,
        precision=int(precision) if precision is not None else None,
        scale=int(scale) if scale is not None else None,
        default=None if default == "NULL" else default,
        generated="GENERATED" in extra.upper() and "DEFAULT_GENERATED" not in extra.upper(),
    )


def _kind(data_type: str) -> Kind:
    if data_type in _INTEGERS:
        return Kind.INTEGER
    if data_type in _TEXTS:
        return Kind.TEXT
    if data_type in _BINARIES:
        return Kind.BINARY
    named = {
        "decimal": Kind.DECIMAL,
        "float": Kind.FLOAT,
        "double": Kind.FLOAT,
        "date": Kind.DATE,
        "time": Kind.TIME,
        "datetime": Kind.DATETIME,
        "timestamp": Kind.DATETIME,
    }
    return named.get(data_type, Kind.OTHER)


def staged(column: Column) -> Staged:
    """As what a column of MySQL is staged."""
    word = column.type.lower()
    digits = _DIGITS.search(word) if column.kind in (Kind.DATETIME, Kind.TIME) else None
    match column.kind:
        case Kind.INTEGER if "unsigned" in word or "zerofill" in word or word == "bit(64)":
            big = word.startswith(("bigint", "bit"))
            wire = Wire.TEXT if big else Wire.INTEGER
            type_ = "HUGEINT" if big else "BIGINT"
        case Kind.INTEGER:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.DECIMAL if (column.precision or 99) <= 38:
            wire, type_ = Wire.TEXT, f"DECIMAL({column.precision}, {column.scale or 0})"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, "FLOAT" if word.startswith("float") else "DOUBLE"
        case Kind.DATE:
            wire, type_ = Wire.TEXT, "DATE"
        case Kind.DATETIME:
            wire, type_ = Wire.TEXT, "TIMESTAMP"
        case Kind.TIME:
            wire, type_ = Wire.TEXT, "TIME"
        case Kind.BINARY | Kind.OTHER:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=column.name, type=type_, wire=wire, digits=int(digits[1]) if digits else 0)
