"""How a PostgreSQL target is spoken to: names, statements, COPY, and what its errors mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, cast

import psycopg

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.model import Checksum, Part
from luodi.migration.target.protocol import Refused
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import quoted

Connection = psycopg.Connection[tuple[Any, ...]]
SETTINGS = (
    "-c datestyle=ISO -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex "
    "-c intervalstyle=postgres -c standard_conforming_strings=on -c client_encoding=UTF8"
)
"""What a row's text depends on, said outright, so that one row has one hash."""

LOCK = 0x6C756F6469
"""Key of the advisory lock: one run of Luodi per database ("luodi" in ASCII)."""


def name_of(table: Table) -> str:
    """How SQL names a table of the target."""
    return ".".join(quoted(part) for part in (table.schema, table.name) if part)


def put(lane: Connection, part: Part) -> int:
    """Write a part, in the transaction that is open; return how many rows it had."""
    if part.update:
        lane.execute("DROP TABLE IF EXISTS pg_temp.luodi_update")
        like(lane, "TEMP TABLE luodi_update", part, "ON COMMIT DROP")
        rows = copy(lane, "luodi_update", part.rows)
        take(lane, "luodi_update", part)
        return rows
    return copy(lane, name_of(part.table), part.rows)


def take(lane: Connection, stage: str, part: Part) -> None:
    """Bring rows from a staging table to where they belong."""
    name, key = name_of(part.table), quoted(part.key)
    listed = ", ".join(map(quoted, part.rows.columns))
    if part.update:
        changes = ", ".join(
            f"{quoted(column)} = s.{quoted(column)}"
            for column in part.rows.columns
            if column != part.key
        )
        sql = f"UPDATE {name} t SET {changes} FROM {stage} s WHERE t.{key} = s.{key}"
    else:
        sql = f"INSERT INTO {name} ({listed}) OVERRIDING SYSTEM VALUE SELECT {listed} FROM {stage}"
    lane.execute(statement(sql))


def like(lane: Connection, what: str, part: Part, ending: str) -> None:
    """Make a table with the columns of a part."""
    listed = ", ".join(map(quoted, part.rows.columns))
    lane.execute(
        statement(
            f"CREATE {what} {ending} AS SELECT {listed} FROM {name_of(part.table)} WITH NO DATA"
        )
    )


def copy(lane: Connection, into: str, rows: Rows) -> int:
    """Stream rows into a table; return how many there were."""
    listed = ", ".join(map(quoted, rows.columns))
    blocks = rows.tabbed()
    try:
        with (
            lane.cursor() as cursor,
            cursor.copy(statement(f"COPY {into} ({listed}) FROM STDIN")) as copy,
        ):
            for block in blocks:
                copy.write(block)
        return cursor.rowcount
    finally:
        cast("Any", blocks).close()


def row(connection: Connection, sql: str, *params: object) -> tuple[Any, ...]:
    """The one row that a statement yields."""
    found = connection.execute(statement(sql), params or None).fetchone()
    assert found is not None  # every statement asked here yields a row
    return found


def statement(text: str) -> bytes:
    """As bytes, which psycopg takes from anywhere: names in it are quoted, values parameters."""
    return text.encode()


@contextlib.contextmanager
def explained(target: str) -> Iterator[None]:
    """Say what the server said, without the values that its own sentences quote."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if state[:2] in ("22", "23", "44") or state == "P0001":
            raise Refused(state) from None
        if not state or state[:2] in ("08", "57"):
            raise LuodiError("migration.target_lost", {"target": target, "state": state}) from None
        if state == "42501":
            raise LuodiError("migration.target_rights", {"target": target}) from None
        if state[:2] == "53":
            raise LuodiError("migration.target_full", {"target": target, "state": state}) from None
        params = {"target": target, "state": state}
        raise LuodiError("migration.target_failed", params) from None


def summed(connection: Connection, hashed: str, source: str) -> Checksum:
    """Count rows ``t`` of a source and add up their hashes."""
    rows, total = row(
        connection,
        f"SELECT count(*), coalesce(sum({hashed.format('t::text')}::numeric), 0) FROM {source}",
    )
    return Checksum(rows=rows, total=str(int(total)))
