"""What PostgreSQL is asked: catalogue, checksums, rows by COPY, by cursor and by key."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg

from luodi.migration.model import Table
from luodi.migration.target import postgresql_catalogue as catalogue
from luodi.migration.target.model import Blocks, Checksum, Obstacle, TargetTable
from luodi.migration.target.postgresql_words import (
    SETTINGS,
    Connection,
    explained,
    name_of,
    statement,
    summed,
)
from luodi.migration.workspace import quoted

BLOCK = 2000
"""Rows that one call of the driver gives, keys that one statement names."""
_LATER = " -c synchronous_commit=off"
"""Parts need not wait for the disk one by one.  A part and its mark are one transaction, so a
server that crashes forgets both or neither; `PostgreSQL.complete` waits, for its own commit and
with it for every commit before."""


class Reading:
    """A PostgreSQL database, connected; ``hashed`` is SQL of a text's 64-bit hash."""

    def __init__(self, id: str, parameters: Mapping[str, Any]) -> None:
        self.id = id
        self._parameters = dict(parameters)
        self.main = self._connect()
        self._free: list[Connection] = []
        hashed = self.main.execute("SELECT to_regproc('hashtextextended') IS NOT NULL").fetchone()
        self.hashed = "hashtextextended({0}, 0)"
        if not (hashed and hashed[0]):
            self.hashed = "('x' || substr(md5({0}), 1, 16))::bit(64)::bigint"

    def _connect(self, more: str = "") -> Connection:
        with explained(self.id):
            return psycopg.connect(**self._parameters, options=SETTINGS + more, autocommit=True)

    @contextlib.contextmanager
    def lane(self) -> Iterator[Connection]:
        """A connection for one part; threads take turns through the list, whose pop is atomic."""
        try:
            lane = self._free.pop()
        except IndexError:
            lane = self._connect(_LATER)
        try:
            yield lane
        finally:
            self._free.append(lane)

    def close(self) -> None:
        for lane in (*self._free, self.main):
            lane.close()

    def obstacles(self) -> tuple[Obstacle, ...]:
        with explained(self.id):
            row = self.main.execute("SHOW server_encoding").fetchone()
        encoding = str(row[0]) if row else ""
        if encoding == "UTF8":
            return ()
        return (
            Obstacle(
                code="migration.target_encoding", params={"target": self.id, "encoding": encoding}
            ),
        )

    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        with explained(self.id):
            return catalogue.describe(self.main, names)

    def checksum(self, table: Table) -> Checksum:
        with explained(self.id):
            return summed(self.main, self.hashed, f"{name_of(table)} AS t")

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        listed = ", ".join(map(quoted, columns))
        there = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in columns)
        sql = f"SELECT {listed} FROM {name_of(table)} WHERE {there}"
        with (
            explained(self.id),
            self.lane() as lane,
            lane.transaction(),
            lane.cursor(name="luodi_present") as cursor,
        ):
            cursor.execute(statement(sql))
            while block := cursor.fetchmany(BLOCK):
                yield block

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        listed = ", ".join(map(quoted, columns))
        sql = f"COPY (SELECT {listed} FROM {name_of(table)}) TO STDOUT (FORMAT csv)"
        with (
            explained(self.id),
            self.lane() as lane,
            lane.transaction(),
            lane.cursor() as cursor,
            cursor.copy(statement(sql)) as copied,
        ):
            for block in copied:
                yield bytes(block)

    def read(
        self, table: Table, columns: Sequence[str], key: str, keys: Sequence[object]
    ) -> Blocks:
        listed = ", ".join(map(quoted, columns))
        yield from self.by_key(f"SELECT {listed} FROM {name_of(table)} t", key, keys)

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        hashed = self.hashed.format("t::text")
        sql = f"SELECT {quoted(key)}, {hashed} FROM {name_of(table)} t"
        yield from self.by_key(sql, key, keys)

    def by_key(self, sql: str, key: str, keys: Sequence[object], more: str = "") -> Blocks:
        with explained(self.id):
            for start in range(0, len(keys), BLOCK):
                some = [str(each) for each in keys[start : start + BLOCK]]
                found = self.main.execute(
                    statement(f"{sql} WHERE {quoted(key)}::text = ANY(%s){more}"), [some]
                ).fetchall()
                if found:
                    yield found
