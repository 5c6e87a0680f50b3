"""What PostgreSQL's own catalogue says of a table, in one statement per question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.target.model import Check, KeySource, Reference, TargetTable

_KINDS = {
    "bool": Kind.BOOLEAN,
    "int2": Kind.INTEGER,
    "int4": Kind.INTEGER,
    "int8": Kind.INTEGER,
    "oid": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "money": Kind.DECIMAL,
    "float4": Kind.FLOAT,
    "float8": Kind.FLOAT,
    "text": Kind.TEXT,
    "varchar": Kind.TEXT,
    "bpchar": Kind.TEXT,
    "citext": Kind.TEXT,
    "name": Kind.TEXT,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timestamp": Kind.DATETIME,
    "timestamptz": Kind.DATETIME,
    "bytea": Kind.BINARY,
}

_TABLES = """
SELECT c.oid, CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END, c.relname,
  c.relkind IN ('v', 'm'), coalesce(obj_description(c.oid), ''),
  array_remove(ARRAY[
    CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') THEN 'SELECT' END,
    CASE WHEN NOT has_table_privilege(c.oid, 'INSERT') THEN 'INSERT' END], NULL)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'
"""
_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), b.typname, a.atttypmod,
  NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)),
  pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '',
  coalesce(col_description(a.attrelid, a.attnum), ''),
  pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname),
  quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""
_KEYS = """
SELECT i.indrelid, i.indisprimary, (SELECT array_agg(a.attname::text ORDER BY k.place)
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
  WHERE k.place <= i.indnkeyatts)
FROM pg_index i WHERE i.indrelid = ANY(%s) AND i.indisunique AND i.indpred IS NULL
  AND i.indexprs IS NULL ORDER BY i.indexrelid
"""
_FOREIGN = """
SELECT k.conrelid, k.confrelid,
  (SELECT array_agg(a.attname::text ORDER BY u.place)
     FROM unnest(k.conkey) WITH ORDINALITY u(n, place)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n),
  (SELECT array_agg(a.attname::text ORDER BY u.place)
     FROM unnest(k.confkey) WITH ORDINALITY u(n, place)
     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n)
FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = ANY(%s) OR k.confrelid = ANY(%s))
ORDER BY k.oid
"""
_CHECKS = """
SELECT conrelid, conname, pg_get_expr(conbin, conrelid) FROM pg_constraint
WHERE contype = 'c' AND conrelid = ANY(%s) ORDER BY conname
"""
_TRIGGERS = """
SELECT tgrelid, tgname FROM pg_trigger
WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = ANY(%s) ORDER BY tgname
"""

_PROCEDURES = """
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END, p.proname, p.prosrc,
  p.prokind = 'p', coalesce(p.proargnames, ARRAY[]::text[]),
  coalesce(p.proargmodes::text[], array_fill('i'::text, ARRAY[p.pronargs::int])),
  ARRAY(SELECT format_type(t, NULL) FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
        WITH ORDINALITY u(t, place) ORDER BY place),
  ARRAY(SELECT y.typname::text FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
        WITH ORDINALITY u(t, place) JOIN pg_type y ON y.oid = u.t ORDER BY place)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = ANY(%s) AND p.prokind IN ('p', 'f') AND has_function_privilege(p.oid, 'EXECUTE')
"""

Connection = psycopg.Connection[tuple[Any, ...]]


def describe(connection: Connection, names: Iterable[str]) -> dict[str, TargetTable]:
    """Describe those of the tables that exist, by full name."""
    wanted = set(names)
    every = {
        oid: (f"{schema}.{name}" if schema else name, schema, name, view, comment, lacking)
        for oid, schema, name, view, comment, lacking in _all(connection, _TABLES)
    }
    oids = [oid for oid, line in every.items() if line[0] in wanted]
    columns, sources = _columns(connection, oids)
    primary, unique = _keys(connection, oids)
    foreign, references = _foreign(connection, oids, {oid: line[0] for oid, line in every.items()})
    checks: dict[int, list[Check]] = {}
    for oid, name, expression in _all(connection, _CHECKS, oids):
        checks.setdefault(oid, []).append(Check(name=name, expression=expression))
    triggers: dict[int, list[str]] = {}
    for oid, name in _all(connection, _TRIGGERS, oids):
        triggers.setdefault(oid, []).append(name)
    described = {}
    for oid in oids:
        full_name, schema, name, view, comment, lacking = every[oid]
        table = Table(
            name=name,
            schema=schema,
            comment=comment,
            columns=tuple(columns.get(oid, ())),
            primary_key=primary.get(oid, ()),
            unique=tuple(unique.get(oid, ())),
            foreign_keys=tuple(foreign.get(oid, ())),
            view=view,
        )
        described[full_name] = TargetTable(
            table=table,
            rows=0 if lacking and "SELECT" in lacking else _count(connection, schema, name),
            checks=tuple(checks.get(oid, ())),
            triggers=tuple(triggers.get(oid, ())),
            key_sources=tuple(sources.get(oid, ())),
            references=tuple(references.get(oid, ())),
            missing_rights=tuple(lacking),
        )
    return described


def procedures(connection: Connection, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
    """Describe procedures and functions: parameters as columns, and the text.

    ``comment`` of the table tells a procedure from a function.  One name with several lists of
    parameters names none of them.
    """
    wanted = set(names)
    found: dict[str, tuple[Table, str]] = {}
    twice: set[str] = set()
    bare = [name.rpartition(".")[2] for name in wanted]
    for schema, name, text, procedure, arguments, modes, types, bases in _all(
        connection, _PROCEDURES, bare
    ):
        columns = tuple(
            Column(name=argument, type=type_, kind=_KINDS.get(base, Kind.OTHER))
            for argument, mode, type_, base in zip(arguments, modes, types, bases, strict=False)
            if argument and mode in "iob"
        )
        kind = "procedure" if procedure else "function"
        table = Table(name=name, schema=schema, columns=columns, comment=kind)
        if table.full_name in found:
            twice.add(table.full_name)
        found[table.full_name] = (table, text)
    return {name: each for name, each in found.items() if name in wanted - twice}


def next_value(connection: Connection, sequence: str) -> int:
    """What a sequence would hand out now."""
    (value,) = _all(
        connection,
        f"SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM {sequence}",
    )[0]
    return int(value)


def _count(connection: Connection, schema: str, name: str) -> int:
    spelled = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name) if part)
    return int(_all(connection, f"SELECT count(*) FROM {spelled}")[0][0])


def _highest(connection: Connection, table: str, column: str) -> int:
    spelled = '"' + column.replace('"', '""') + '"'
    return int(_all(connection, f"SELECT coalesce(max({spelled}), 0) FROM {table}")[0][0])


def _columns(
    connection: Connection, oids: list[int]
) -> tuple[dict[int, list[Column]], dict[int, list[KeySource]]]:
    columns: dict[int, list[Column]] = {}
    sources: dict[int, list[KeySource]] = {}
    for line in _all(connection, _COLUMNS, oids):
        oid, name, type_, base, modifier, nullable, default, generated, comment, seq, table = line
        kind = _KINDS.get(base, Kind.OTHER)
        length = modifier - 4 if base in ("varchar", "bpchar") and modifier > 4 else None
        precision = scale = None
        if base == "numeric" and modifier > 4:
            precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
        columns.setdefault(oid, []).append(
            Column(
                name=name,
                type=type_,
                kind=kind,
                nullable=nullable,
                comment=comment,
                length=length,
                precision=precision,
                scale=scale,
                default=default if not generated else None,
                generated=generated,
            )
        )
        if seq:
            sources.setdefault(oid, []).append(
                KeySource(
                    column=name,
                    name=seq,
                    next=next_value(connection, seq),
                    highest=_highest(connection, table, name),
                )
            )
    return columns, sources


def _keys(
    connection: Connection, oids: list[int]
) -> tuple[dict[int, tuple[str, ...]], dict[int, list[tuple[str, ...]]]]:
    primary: dict[int, tuple[str, ...]] = {}
    unique: dict[int, list[tuple[str, ...]]] = {}
    for oid, is_primary, columns in _all(connection, _KEYS, oids):
        if is_primary:
            primary[oid] = tuple(columns)
        else:
            unique.setdefault(oid, []).append(tuple(columns))
    return primary, unique


def _foreign(
    connection: Connection, oids: list[int], names: dict[int, str]
) -> tuple[dict[int, list[ForeignKey]], dict[int, list[Reference]]]:
    foreign: dict[int, list[ForeignKey]] = {}
    references: dict[int, list[Reference]] = {}
    for child, parent, columns, referenced in _all(connection, _FOREIGN, oids, oids):
        key = ForeignKey(
            columns=tuple(columns), table=names.get(parent, ""), references=tuple(referenced)
        )
        foreign.setdefault(child, []).append(key)
        references.setdefault(parent, []).append(Reference(table=names.get(child, ""), key=key))
    return foreign, references


def _all(connection: Connection, sql: str, *params: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode(), params or None).fetchall()
