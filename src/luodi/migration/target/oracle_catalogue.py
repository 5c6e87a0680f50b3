"""The catalogue of Oracle (12c and later), from ``ALL_`` views, as a target's tables demand it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.target.model import Check, KeySource, Reference, TargetTable

Ask = Callable[..., list[Any]]
Place = tuple[str, str]

_TEXT = ("CHAR", "NCHAR", "VARCHAR2", "NVARCHAR2", "CLOB", "NCLOB", "LONG")
_BINARY = ("RAW", "BLOB", "LONG RAW")
_NEXTVAL = re.compile(r'((?:"[^"]+"|[\w$#]+)(?:\.(?:"[^"]+"|[\w$#]+))?)\s*\.\s*"?NEXTVAL"?', re.I)
_NOT_NULL = re.compile(r'^"[^"]+" IS NOT NULL$')

USER = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual"
TABLES = """
SELECT owner, object_name, object_type FROM all_objects
WHERE object_type IN ('TABLE', 'VIEW') AND object_name IN ({})
"""
COLUMNS = """
SELECT c.column_name, c.data_type, c.char_length, c.char_used, c.data_precision, c.data_scale,
  c.nullable, c.virtual_column, i.generation_type, i.sequence_name, c.data_default
FROM all_tab_cols c LEFT JOIN all_tab_identity_cols i
  ON i.owner = c.owner AND i.table_name = c.table_name AND i.column_name = c.column_name
WHERE c.owner = :x AND c.table_name = :x AND c.hidden_column = 'NO' ORDER BY c.column_id
"""
KEYS = """
SELECT k.constraint_name, k.constraint_type, c.column_name
FROM all_constraints k JOIN all_cons_columns c
  ON c.owner = k.owner AND c.constraint_name = k.constraint_name
WHERE k.owner = :x AND k.table_name = :x AND k.constraint_type IN ('P', 'U')
  AND k.status = 'ENABLED' ORDER BY k.constraint_name, c.position
"""
_FOREIGN = """
SELECT k.owner, k.constraint_name, k.table_name, c.column_name, r.owner, r.table_name, r.column_name
FROM all_constraints k
JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
JOIN all_cons_columns r ON r.owner = k.r_owner AND r.constraint_name = k.r_constraint_name
  AND r.position = c.position
WHERE k.constraint_type = 'R' AND k.status = 'ENABLED' AND {} ORDER BY 1, 2, c.position
"""
FOREIGN = _FOREIGN.format("k.owner = :x AND k.table_name = :x")
REFERRING = _FOREIGN.format("r.owner = :x AND r.table_name = :x")
CHECKS = """
SELECT constraint_name, search_condition FROM all_constraints WHERE owner = :x AND table_name = :x
  AND constraint_type = 'C' AND status = 'ENABLED' ORDER BY constraint_name
"""
TRIGGERS = """
SELECT trigger_name FROM all_triggers
WHERE table_owner = :x AND table_name = :x AND status = 'ENABLED' ORDER BY trigger_name
"""
SEQUENCE = "SELECT last_number FROM all_sequences WHERE sequence_owner = :x AND sequence_name = :x"
ARGUMENTS = """
SELECT argument_name, data_type FROM all_arguments WHERE owner = :x AND object_name = :x
  AND package_name IS NULL AND argument_name IS NOT NULL ORDER BY position
"""
SOURCE = """
SELECT text FROM all_source WHERE owner = :x AND name = :x AND type = 'PROCEDURE' ORDER BY line
"""
PROCEDURE = """
SELECT count(*) FROM all_procedures
WHERE owner = :x AND object_name = :x AND object_type = 'PROCEDURE'
"""


def describe(ask: Ask, quote: Callable[[str], str], names: Iterable[str]) -> dict[str, TargetTable]:
    """Describe those of the tables that exist, by full name, spelled as the catalogue does."""
    wanted = set(names)
    if not wanted:
        return {}
    own = str(ask(USER)[0][0])
    bare = sorted({name.rpartition(".")[2] for name in wanted})
    found = {}
    for owner, name, type_ in ask(TABLES.format(", ".join([":x"] * len(bare))), bare):
        full = _full(own, owner, name)
        if full in wanted:
            found[full] = _described(ask, quote, own, (owner, name), view=type_ == "VIEW")
    return found


def procedures(ask: Ask, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
    """Describe procedures outside of packages by full name: parameters, and the text."""
    own = str(ask(USER)[0][0])
    found = {}
    for full in names:
        schema, _, name = full.rpartition(".")
        place = (schema or own, name)
        if not ask(PROCEDURE, place)[0][0]:
            continue
        columns = tuple(
            Column(name=argument, type=type_, kind=_kind(type_ or "", None))
            for argument, type_ in ask(ARGUMENTS, place)
        )
        text = "".join(str(line or "") for (line,) in ask(SOURCE, place))
        found[full] = (Table(name=name, schema=schema, columns=columns), text)
    return found


def _full(own: str, owner: str, name: str) -> str:
    return name if owner == own else f"{owner}.{name}"


def _kind(type_: str, scale: int | None) -> Kind:
    if type_ in _TEXT:
        return Kind.TEXT
    if type_ in _BINARY:
        return Kind.BINARY
    if type_ == "NUMBER":
        return Kind.INTEGER if scale == 0 else Kind.DECIMAL
    if type_ in ("FLOAT", "BINARY_FLOAT", "BINARY_DOUBLE"):
        return Kind.FLOAT
    # A DATE of Oracle has a time of day.
    return Kind.DATETIME if type_ == "DATE" or type_.startswith("TIMESTAMP") else Kind.OTHER


def _described(
    ask: Ask, quote: Callable[[str], str], own: str, place: Place, *, view: bool
) -> TargetTable:
    schema = "" if place[0] == own else place[0]
    where = ".".join(quote(part) for part in (schema, place[1]) if part)
    columns, sources = [], []
    for line in ask(COLUMNS, place):
        columns.append(_column(line))
        name, sequence, default = line[0], line[9], str(line[10] or "")
        spoken = _NEXTVAL.search(default)
        if sequence or spoken:
            source = _sequence(own, place[0], sequence, spoken[1] if spoken else "")
            value = ask(SEQUENCE, source)
            ((top,),) = ask(f"SELECT max({quote(name)}) FROM {where}")
            sources.append(
                KeySource(
                    column=name,
                    name=".".join(map(quote, source)),
                    next=int(value[0][0]) if value else int(top or 0) + 1,
                    highest=int(top or 0),
                )
            )
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    for constraint, type_, column in ask(KEYS, place):
        keys[constraint, type_].append(column)
    checks = [
        Check(name=name, expression=str(text))
        for name, text in ask(CHECKS, place)
        if text and not _NOT_NULL.match(str(text))
    ]
    primary = next((tuple(c) for (_, type_), c in keys.items() if type_ == "P"), ())
    return TargetTable(
        table=Table(
            name=place[1],
            schema=schema,
            columns=tuple(columns),
            primary_key=primary,
            unique=tuple(tuple(c) for (_, type_), c in keys.items() if type_ == "U"),
            foreign_keys=tuple(each.key for each in _foreign(own, ask(FOREIGN, place))),
            view=view,
        ),
        rows=int(ask(f"SELECT count(*) FROM {where}")[0][0]),
        checks=tuple(checks),
        triggers=tuple(str(name) for (name,) in ask(TRIGGERS, place)),
        key_sources=tuple(sources),
        references=tuple(_foreign(own, ask(REFERRING, place))),
    )


def _column(line: Any) -> Column:
    name, type_, length, used, precision, scale, nullable, virtual, generation, _, default = line
    kind = _kind(type_, scale)
    # A length in bytes holds a third of the characters or all: the server judges.
    characters = length if kind is Kind.TEXT and (used == "C" or type_[0] == "N") else None
    return Column(
        name=name,
        type=type_,
        kind=kind,
        nullable=nullable == "Y",
        length=characters or None,
        precision=(precision or 38) if kind is Kind.DECIMAL and scale is not None else None,
        scale=scale if kind is Kind.DECIMAL else None,
        default=str(default).strip() if default is not None else None,
        generated=virtual == "YES" or generation == "ALWAYS",
    )


def _sequence(own: str, owner: str, identity: str | None, spoken: str) -> Place:
    if identity:
        return owner, identity
    schema, _, name = spoken.replace('"', "").rpartition(".")
    return schema or own, name


def _foreign(own: str, lines: list[Any]) -> list[Reference]:
    grouped: dict[tuple[str, str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for owner, constraint, child, mine, r_owner, parent, theirs in lines:
        tables = (_full(own, owner, child), _full(own, r_owner, parent))
        grouped[owner, constraint, *tables].append((mine, theirs))
    return [
        Reference(
            table=child,
            key=ForeignKey(
                columns=tuple(mine for mine, _ in pairs),
                table=parent,
                references=tuple(theirs for _, theirs in pairs),
            ),
        )
        for (_, _, child, parent), pairs in grouped.items()
    ]
