"""Tables put straight into a workspace, as extraction would leave them."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from legacy_his import LegacyHis, LegacyTable
from luodi.migration.model import Catalogue, Column, ForeignKey, Kind, Table
from luodi.migration.workspace import Workspace, quoted

KINDS = {
    "BIGINT": Kind.INTEGER,
    "INTEGER": Kind.INTEGER,
    "VARCHAR": Kind.TEXT,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.DATETIME,
    "DOUBLE": Kind.FLOAT,
    "BOOLEAN": Kind.BOOLEAN,
    "BLOB": Kind.BINARY,
    "TIME": Kind.TIME,
}


def kind(stored: str) -> Kind:
    return Kind.DECIMAL if stored.startswith("DECIMAL") else KINDS.get(stored, Kind.OTHER)


def stage(workspace: Workspace, system: str, *tables: Table) -> None:
    """Keep a catalogue of tables that already stand in the schema of `system`."""
    workspace.keep(Catalogue(system=system, product="test", tables=tables))


def table(
    workspace: Workspace,
    system: str,
    name: str,
    columns: dict[str, str],
    rows: Iterable[Sequence[object]],
    *,
    comment: str = "",
    comments: dict[str, str] | None = None,
    primary_key: tuple[str, ...] = (),
    foreign_keys: tuple[ForeignKey, ...] = (),
) -> Table:
    """Make a table with `columns` (name to DuckDB type) and `rows`, and describe it."""
    db = workspace.db
    db.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(system)}")
    typed = ", ".join(f"{quoted(c)} {t}" for c, t in columns.items())
    relation = workspace.relation(system, name)
    db.execute(f"CREATE TABLE {relation} (_ordinal BIGINT, {typed})")
    numbered = [(n, *row) for n, row in enumerate(rows, 1)]
    marks = f"({', '.join('?' * (len(columns) + 1))})"
    for at in range(0, len(numbered), 50):  # one statement for many rows: ten times as fast
        part = numbered[at : at + 50]
        values = [value for row in part for value in row]
        db.execute(f"INSERT INTO {relation} VALUES {', '.join([marks] * len(part))}", values)
    return Table(
        name=name,
        comment=comment,
        columns=tuple(
            Column(name=c, type=t.lower(), kind=kind(t), comment=(comments or {}).get(c, ""))
            for c, t in columns.items()
        ),
        rows=len(numbered),
        primary_key=primary_key,
        foreign_keys=foreign_keys,
    )


def legacy(workspace: Workspace, shared_data: Path, system: str = "old-his") -> None:
    """Stage the shared legacy HIS."""
    workspace.db.execute(f"CREATE SCHEMA {quoted(system)}")
    tables = [
        _legacy(workspace, system, t, shared_data) for t in LegacyHis.read(shared_data).tables
    ]
    stage(workspace, system, *tables)


def _legacy(workspace: Workspace, system: str, one: LegacyTable, shared_data: Path) -> Table:
    types = {column.name: _stored(column.type) for column in one.columns}
    relation = workspace.relation(system, one.name)
    path = shared_data / "legacy_his" / f"{one.name}.csv"
    typed = ", ".join(f"{quoted(c)} {t}" for c, t in types.items())
    workspace.db.execute(f"CREATE TABLE {relation} (_ordinal BIGINT, {typed})")
    if path.exists():
        # The reader of CSV takes no path in a prepared statement.
        columns = "{" + ", ".join(f"'{c}': 'VARCHAR'" for c in types) + "}"
        casts = ", ".join(f"{quoted(c)}::{t}" for c, t in types.items())
        workspace.db.execute(
            f"INSERT INTO {relation} SELECT row_number() OVER (), {casts} FROM read_csv("
            f"'{path}', header = true, nullstr = '\\N', quote = '\"', columns = {columns}, "
            "parallel = false)"
        )
    return Table(
        name=one.name,
        comment=one.comment,
        columns=tuple(
            Column(name=c.name, type=c.type, kind=kind(types[c.name]), comment=c.comment)
            for c in one.columns
        ),
        rows=workspace.count(relation),
        primary_key=tuple(c.name for c in one.columns if c.key),
    )


def _stored(mysql: str) -> str:
    if mysql.startswith("decimal"):
        return mysql.upper().replace(" ", "")
    if re.match(r"(tiny|small|big)?int", mysql):
        return "BIGINT"
    named = {"date": "DATE", "datetime": "TIMESTAMP", "timestamp": "TIMESTAMP", "time": "TIME"}
    return named.get(re.split(r"[( ]", mysql)[0], "VARCHAR")


def rows(db: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return db.execute(query).fetchall()


def emptied(workspace: Workspace) -> Workspace:
    """Take everything out of a workspace: opening one costs more than most tests."""
    db = workspace.db
    for (schema,) in rows(
        db,
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'work' "
        "AND NOT internal AND schema_name NOT IN ('main', '_luodi')",
    ):
        db.execute(f"DROP SCHEMA {quoted(str(schema))} CASCADE")
    for (name,) in rows(db, "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_luodi'"):
        db.execute(f"DELETE FROM _luodi.{quoted(str(name))}")
    return workspace
