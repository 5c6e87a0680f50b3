"""PostgreSQL, and what speaks its protocol: COPY, two connections, rows known by transaction.

A row remembers the transaction that wrote it last (``xmin``); the control table remembers the
transaction of each part.  So whether somebody changed a row since needs no copy of it, and holds
for columns that the mapping does not know.  Subtransactions would have numbers of their own, so
no savepoint is used where a part is written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target import postgresql_catalogue as catalogue
from luodi.migration.target.model import (
    CONTROL,
    Blocks,
    Checksum,
    Obstacle,
    Part,
    Removal,
    TargetTable,
)
from luodi.migration.target.postgresql_removal import NothingDone, remove
from luodi.migration.target.postgresql_words import (
    SETTINGS,
    Connection,
    copy,
    explained,
    like,
    name_of,
    put,
    row,
    statement,
    summed,
    take,
)
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.workspace import quoted

_LOCK = 0x6C756F6469
"""Key of the advisory lock: one run of Luodi per database ("luodi" in ASCII)."""
_BLOCK = 2000


class PostgreSQL:
    """A PostgreSQL database as a target."""

    product = "postgresql"
    lanes = 2
    imaged = False

    def __init__(self, id: str, parameters: Mapping[str, Any]) -> None:
        self.id = id
        self._parameters = dict(parameters)
        self._main = self._connect()
        self._free: list[Connection] = []
        hashed = self._main.execute("SELECT to_regproc('hashtextextended') IS NOT NULL").fetchone()
        self._hash = "hashtextextended({0}, 0)"
        if not (hashed and hashed[0]):
            self._hash = "('x' || substr(md5({0}), 1, 16))::bit(64)::bigint"

    def _connect(self) -> Connection:
        with explained(self.id):
            return psycopg.connect(**self._parameters, options=SETTINGS, autocommit=True)

    @contextlib.contextmanager
    def _lane(self) -> Iterator[Connection]:
        """A connection for one part; threads take turns through the list, whose pop is atomic."""
        try:
            lane = self._free.pop()
        except IndexError:
            lane = self._connect()
        try:
            yield lane
        finally:
            self._free.append(lane)

    # --- looking ------------------------------------------------------------------------------

    def obstacles(self) -> tuple[Obstacle, ...]:
        with explained(self.id):
            row = self._main.execute("SHOW server_encoding").fetchone()
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
            return catalogue.describe(self._main, names)

    def in_use(self) -> bool:
        with explained(self.id):
            if not row(self._main, "SELECT to_regclass(%s) IS NOT NULL", CONTROL)[0]:
                return False
            return bool(
                row(
                    self._main,
                    f"SELECT count(*) FROM {CONTROL} WHERE batch = '' AND part = 'in_use'",
                )[0]
            )

    def checksum(self, table: Table) -> Checksum:
        with explained(self.id):
            return summed(self._main, self._hash, f"{name_of(table)} AS t")

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        listed = ", ".join(map(quoted, columns))
        there = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in columns)
        sql = f"SELECT {listed} FROM {name_of(table)} WHERE {there}"
        with (
            explained(self.id),
            self._lane() as lane,
            lane.transaction(),
            lane.cursor(name="luodi_present") as cursor,
        ):
            cursor.execute(statement(sql))
            while block := cursor.fetchmany(_BLOCK):
                yield block

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        listed = ", ".join(map(quoted, columns))
        sql = f"COPY (SELECT {listed} FROM {name_of(table)}) TO STDOUT (FORMAT csv)"
        with (
            explained(self.id),
            self._lane() as lane,
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
        yield from self._by_key(f"SELECT {listed} FROM {name_of(table)} t", key, keys)

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        ours = f"SELECT 1 FROM {CONTROL} m WHERE m.xid & 4294967295 = t.xmin::text::bigint"
        source = f"SELECT {quoted(key)} FROM {name_of(table)} t"
        return [
            line[0]
            for block in self._by_key(source, key, keys, f" AND NOT EXISTS ({ours})")
            for line in block
        ]

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        hashed = self._hash.format("t::text")
        sql = f"SELECT {quoted(key)}, {hashed} FROM {name_of(table)} t"
        yield from self._by_key(sql, key, keys)

    def _by_key(self, sql: str, key: str, keys: Sequence[object], more: str = "") -> Blocks:
        with explained(self.id):
            for start in range(0, len(keys), _BLOCK):
                some = [str(each) for each in keys[start : start + _BLOCK]]
                found = self._main.execute(
                    statement(f"{sql} WHERE {quoted(key)}::text = ANY(%s){more}"), [some]
                ).fetchall()
                if found:
                    yield found

    # --- keys ---------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        name, source = name_of(table.table), table.key_source(column)
        with explained(self.id), self._main.transaction():
            (top,) = row(self._main, f"SELECT coalesce(max({quoted(column)}), 0) FROM {name}")
            if source is None or count == 0:
                return int(top) + 1
            # Locking out every other nextval needs the owner's rights; asking value by value needs
            # none, and values that others took in between only leave a gap.
            sequence = source.name
            if source.next <= int(top):
                self._main.execute("SELECT setval(%s::regclass, %s)", [sequence, int(top)])
            (first,) = row(self._main, "SELECT nextval(%s::regclass)", sequence)
            while True:
                (last,) = row(
                    self._main,
                    "SELECT max(nextval(%s::regclass)) FROM generate_series(1, %s)",
                    sequence,
                    max(count - 1, 1),
                )
                if last - first >= count - 1:
                    return int(first)

    # --- writing ------------------------------------------------------------------------------

    def begin(self, batch: str) -> None:
        with explained(self.id):
            if not row(self._main, "SELECT pg_try_advisory_lock(%s)", _LOCK)[0]:
                raise LuodiError("migration.target_busy", {"target": self.id})
            self._main.execute(
                statement(
                    f"CREATE TABLE IF NOT EXISTS {CONTROL} (batch varchar(100), part varchar(100), "
                    "state varchar(20) NOT NULL, xid bigint NOT NULL, "
                    "at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (batch, part))"
                )
            )
            for (left,) in self._main.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                "WHERE tablename LIKE 'luodi\\_stage\\_%' AND tableowner = current_user"
            ).fetchall():
                self._main.execute(statement(f"DROP TABLE IF EXISTS {left}"))
            self._main.execute(
                statement(
                    f"INSERT INTO {CONTROL} (batch, part, state, xid) "
                    "VALUES (%s, '', 'writing', txid_current()) ON CONFLICT DO NOTHING"
                ),
                [batch],
            )

    def marks(self, batch: str) -> dict[str, str]:
        with explained(self.id):
            if not row(self._main, "SELECT to_regclass(%s) IS NOT NULL", CONTROL)[0]:
                return {}
            lines = self._main.execute(
                statement(f"SELECT part, state FROM {CONTROL} WHERE batch = %s"), [batch]
            ).fetchall()
        return {str(part): str(state) for part, state in lines}

    def write(self, batch: str, part: Part) -> int:
        with explained(self.id), self._lane() as lane, lane.transaction():
            rows = put(lane, part)
            self._mark(lane, batch, part)
        return rows

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        stages = [f"luodi_stage_{number}" for number in range(len(parts))]
        with explained(self.id), self._lane() as lane:
            try:
                for stage, part in zip(stages, parts, strict=True):
                    like(lane, f"UNLOGGED TABLE {stage}", part, "")
                    copy(lane, stage, part.rows)
                with lane.transaction():
                    for stage, part in zip(stages, parts, strict=True):
                        take(lane, stage, part)
                        self._mark(lane, batch, part)
            finally:
                if not lane.closed:
                    for stage in stages:
                        lane.execute(statement(f"DROP TABLE IF EXISTS {stage}"))

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        try:
            with explained(self.id), self._lane() as lane, lane.transaction(force_rollback=True):
                for each in (*before, part):
                    put(lane, each)
                lane.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except Refused as refusal:
            return refusal.state
        return ""

    def _mark(self, lane: Connection, batch: str, part: Part) -> None:
        lane.execute(
            statement(
                f"INSERT INTO {CONTROL} (batch, part, state, xid) "
                "VALUES (%s, %s, 'loaded', txid_current())"
            ),
            [batch, part.mark],
        )

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        with explained(self.id), self._main.transaction():
            for start in range(0, len(keys), _BLOCK):
                self._main.execute(
                    statement(f"DELETE FROM {name_of(table)} WHERE {quoted(key)}::text = ANY(%s)"),
                    [[str(each) for each in keys[start : start + _BLOCK]]],
                )

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        with explained(self.id), self._main.transaction():
            for table, column in keys:
                if source := table.key_source(column):
                    self._main.execute(
                        statement(
                            "SELECT setval(%s::regclass, top) FROM (SELECT "
                            f"max({quoted(column)}) AS top FROM {name_of(table.table)}) m "
                            "WHERE top >= %s"
                        ),
                        [source.name, source.next],
                    )
            self._main.execute(
                statement(f"UPDATE {CONTROL} SET state = 'loaded' WHERE batch = %s AND part = ''"),
                [batch],
            )

    # --- taking out -----------------------------------------------------------------------------

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        with explained(self.id):
            try:
                with self._main.transaction():
                    found = remove(self._main, self._hash, batch, removals, references)
                    if found.refused:
                        raise NothingDone(found)
                    for name, (after, before) in key_sources.items():
                        if catalogue.next_value(self._main, name) == after:
                            self._main.execute(
                                "SELECT setval(%s::regclass, %s, false)", [name, before]
                            )
                    self._main.execute(
                        statement(f"DELETE FROM {CONTROL} WHERE batch = %s AND part <> ''"), [batch]
                    )
                    self._main.execute(
                        statement(
                            f"UPDATE {CONTROL} SET state = 'rolled_back', at = now(), "
                            "xid = txid_current() "
                            "WHERE batch = %s"
                        ),
                        [batch],
                    )
            except NothingDone as nothing:
                return nothing.found
        return found

    def close(self) -> None:
        for lane in (*self._free, self._main):
            lane.close()
