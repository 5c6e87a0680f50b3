"""The catalogue of SQL Server (2016 and later), from ``sys``, as a target's tables demand it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.target.model import Check, KeySource, Reference, TargetTable

Ask = Callable[..., list[Any]]

_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), Kind.INTEGER),
    **dict.fromkeys(("decimal", "numeric", "money", "smallmoney"), Kind.DECIMAL),
    **dict.fromkeys(("float", "real"), Kind.FLOAT),
    **dict.fromkeys(("char", "varchar", "text", "nchar", "nvarchar", "ntext"), Kind.TEXT),
    **dict.fromkeys(("datetime", "datetime2", "smalldatetime", "datetimeoffset"), Kind.DATETIME),
    **dict.fromkeys(("binary", "varbinary", "image"), Kind.BINARY),
    "bit": Kind.BOOLEAN,
    "date": Kind.DATE,
    "time": Kind.TIME,
}
_MONEY = {"money": (19, 4), "smallmoney": (10, 4)}
_NARROW = ("char", "varchar", "text")
_NEXT_VALUE = re.compile(r"NEXT VALUE FOR\s+((?:\[[^\]]+\]|\w+)(?:\.(?:\[[^\]]+\]|\w+))?)", re.I)

TABLES = """
SELECT o.object_id, CASE WHEN s.name = SCHEMA_NAME() THEN N'' ELSE s.name END, o.name,
  CASE WHEN o.type = 'V' THEN 1 ELSE 0 END,
  HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT'),
  HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'INSERT')
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
"""
COLUMNS = """
SELECT c.object_id, c.name, COALESCE(b.name, t.name), c.max_length, c.precision, c.scale,
  c.is_nullable, d.definition, c.is_computed, c.is_identity,
  CAST(COLLATIONPROPERTY(c.collation_name, 'CodePage') AS int),
  CAST(i.last_value AS bigint), CAST(i.seed_value AS bigint), CAST(i.increment_value AS bigint)
FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.types b ON b.user_type_id = t.system_type_id
LEFT JOIN sys.default_constraints d ON d.object_id = c.default_object_id
LEFT JOIN sys.identity_columns i ON i.object_id = c.object_id AND i.column_id = c.column_id
WHERE c.object_id IN ({}) ORDER BY c.object_id, c.column_id
"""
KEYS = """
SELECT i.object_id, i.index_id, i.is_primary_key, c.name
FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id IN ({}) AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0
  AND k.is_included_column = 0 ORDER BY i.object_id, i.index_id, k.key_ordinal
"""
FOREIGN = """
SELECT f.object_id, f.parent_object_id, f.referenced_object_id, p.name, r.name
FROM sys.foreign_keys f JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id
JOIN sys.columns p ON p.object_id = k.parent_object_id AND p.column_id = k.parent_column_id
JOIN sys.columns r ON r.object_id = k.referenced_object_id
  AND r.column_id = k.referenced_column_id
WHERE f.is_disabled = 0 ORDER BY f.object_id, k.constraint_column_id
"""
CHECKS = """
SELECT parent_object_id, name, definition FROM sys.check_constraints
WHERE is_disabled = 0 AND parent_object_id IN ({}) ORDER BY name
"""
TRIGGERS = """
SELECT parent_id, name FROM sys.triggers WHERE is_disabled = 0 AND parent_id IN ({}) ORDER BY name
"""
SEQUENCE = """
SELECT CAST(current_value AS bigint) + CAST(increment AS bigint) FROM sys.sequences
WHERE object_id = OBJECT_ID(%s)
"""
PROCEDURES = """
SELECT CASE WHEN s.name = SCHEMA_NAME() THEN N'' ELSE s.name END, o.name,
  COALESCE(OBJECT_DEFINITION(o.object_id), N''), p.name, t.name
FROM sys.procedures o JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.parameters p ON p.object_id = o.object_id
LEFT JOIN sys.types t ON t.user_type_id = p.user_type_id
WHERE HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'EXECUTE') = 1
ORDER BY s.name, o.name, p.parameter_id
"""


def describe(ask: Ask, quote: Callable[[str], str], names: Iterable[str]) -> dict[str, TargetTable]:
    """Describe those of the tables that exist, by full name."""
    wanted = set(names)
    every = {line[0]: (*line[1:], _full(line[1], line[2])) for line in ask(TABLES)}
    ids = [id for id, line in every.items() if line[-1] in wanted]
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    columns: dict[int, list[Column]] = defaultdict(list)
    charsets: dict[int, dict[str, str]] = defaultdict(dict)
    sources: dict[int, list[KeySource]] = defaultdict(list)
    for line in ask(COLUMNS.format(marks), ids):
        id, name, type_ = line[:3]
        columns[id].append(_column(line))
        page = line[10]
        if type_ in _NARROW and page not in (None, 0, 65001):
            charsets[id][name] = f"cp{page}"
        if source := _source(ask, every[id], line):
            schema, table = every[id][:2]
            where = ".".join(quote(part) for part in (schema, table) if part)
            ((top,),) = ask(f"SELECT max({quote(name)}) FROM {where}")
            highest = int(top or 0)
            sources[id].append(
                KeySource(column=name, name=source[0], next=source[1], highest=highest)
            )
    primary, unique = _keys(ask(KEYS.format(marks), ids))
    foreign, references = _foreign(ask(FOREIGN), {id: line[-1] for id, line in every.items()})
    checks: dict[int, list[Check]] = defaultdict(list)
    for id, name, text in ask(CHECKS.format(marks), ids):
        checks[id].append(Check(name=name, expression=text))
    triggers: dict[int, list[str]] = defaultdict(list)
    for id, name in ask(TRIGGERS.format(marks), ids):
        triggers[id].append(name)
    found = {}
    for id in ids:
        schema, name, view, may_read, may_write, full = every[id]
        where = ".".join(quote(part) for part in (schema, name) if part)
        found[full] = TargetTable(
            table=Table(
                name=name,
                schema=schema,
                columns=tuple(columns[id]),
                primary_key=primary.get(id, ()),
                unique=tuple(unique[id]),
                foreign_keys=tuple(foreign[id]),
                view=bool(view),
            ),
            rows=int(ask(f"SELECT COUNT_BIG(*) FROM {where}")[0][0]) if may_read else 0,
            checks=tuple(checks[id]),
            triggers=tuple(triggers[id]),
            key_sources=tuple(sources[id]),
            references=tuple(references[id]),
            missing_rights=tuple(
                right for right, may in (("SELECT", may_read), ("INSERT", may_write)) if not may
            ),
            charsets=charsets[id],
        )
    return found


def procedures(ask: Ask, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
    """Describe procedures by full name: parameters, without their ``@``, and the text."""
    wanted = set(names)
    found: dict[str, tuple[Table, str]] = {}
    for schema, name, text, parameter, type_ in ask(PROCEDURES):
        full = _full(schema, name)
        if full not in wanted:
            continue
        known = found[full][0].columns if full in found else ()
        more = (
            ()
            if parameter is None
            else (
                Column(
                    name=parameter.removeprefix("@"), type=type_, kind=_KINDS.get(type_, Kind.OTHER)
                ),
            )
        )
        found[full] = (Table(name=name, schema=schema, columns=(*known, *more)), text)
    return found


def _full(schema: str, name: str) -> str:
    return f"{schema}.{name}" if schema else name


def _column(line: Any) -> Column:
    _, name, type_, length, precision, scale, nullable, default, computed = line[:9]
    kind = _KINDS.get(type_, Kind.OTHER)
    characters = None
    if type_ in ("char", "varchar", "nchar", "nvarchar") and length > 0:
        characters = length // 2 if type_.startswith("n") else None  # bytes: the server judges
    if kind is Kind.DECIMAL:
        precision, scale = _MONEY.get(type_, (precision, scale))
    return Column(
        name=name,
        type=type_,
        kind=kind,
        nullable=bool(nullable),
        length=characters,
        precision=precision if kind is Kind.DECIMAL else None,
        scale=scale if kind is Kind.DECIMAL else None,
        default=default,
        generated=bool(computed) or type_ in ("timestamp", "rowversion"),
    )


def _source(ask: Ask, table: Any, line: Any) -> tuple[str, int] | None:
    """What hands out a column's values, and the next one: an identity, or a sequence's default."""
    name, default, identity = line[1], line[7], line[9]
    last, seed, step = line[11:14]
    if identity:
        return f"{table[-1]}.{name}", int(seed if last is None else last + step)
    found = _NEXT_VALUE.search(default or "")
    if found is None:
        return None
    value = ask(SEQUENCE, (found[1],))
    return (found[1], int(value[0][0])) if value else None


def _keys(
    lines: list[Any],
) -> tuple[dict[int, tuple[str, ...]], dict[int, list[tuple[str, ...]]]]:
    grouped: dict[tuple[int, int, bool], list[str]] = defaultdict(list)
    for id, index, is_primary, column in lines:
        grouped[id, index, bool(is_primary)].append(column)
    primary = {id: tuple(names) for (id, _, own), names in grouped.items() if own}
    unique: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for (id, _, own), names in grouped.items():
        if not own:
            unique[id].append(tuple(names))
    return primary, unique


def _foreign(
    lines: list[Any], names: dict[int, str]
) -> tuple[dict[int, list[ForeignKey]], dict[int, list[Reference]]]:
    grouped: dict[tuple[int, int, int], list[tuple[str, str]]] = defaultdict(list)
    for key, child, parent, mine, theirs in lines:
        grouped[key, child, parent].append((mine, theirs))
    foreign: dict[int, list[ForeignKey]] = defaultdict(list)
    references: dict[int, list[Reference]] = defaultdict(list)
    for (_, child, parent), pairs in grouped.items():
        key = ForeignKey(
            columns=tuple(mine for mine, _ in pairs),
            table=names.get(parent, ""),
            references=tuple(theirs for _, theirs in pairs),
        )
        foreign[child].append(key)
        references[parent].append(Reference(table=names.get(child, ""), key=key))
    return foreign, references
