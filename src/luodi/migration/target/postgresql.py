"""PostgreSQL, and what speaks its protocol: COPY, two connections, rows known by transaction.

A row remembers the transaction that wrote it last (``xmin``); the control table remembers the
transaction of each part.  So whether somebody changed a row since needs no copy of it, and holds
for columns that the mapping does not know.  Subtransactions would have numbers of their own, so
no savepoint is used where a part is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.model import CONTROL, Blocks, Part, Removal, TargetTable
from luodi.migration.target.postgresql_reading import BLOCK, Reading
from luodi.migration.target.postgresql_removal import NothingDone, remove
from luodi.migration.target.postgresql_sequences import move_on, put_back, reserve
from luodi.migration.target.postgresql_words import (
    LOCK,
    Connection,
    copy,
    explained,
    like,
    name_of,
    put,
    row,
    statement,
    take,
)
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.workspace import quoted


class PostgreSQL(Reading):
    """A PostgreSQL database as a target; ``control`` is the schema of the control table."""

    product = "postgresql"
    lanes = 2
    imaged = False
    importer = False

    def __init__(self, id: str, parameters: Mapping[str, Any], control: str = "") -> None:
        super().__init__(id, parameters)
        self._control = f"{quoted(control)}.{CONTROL}" if control else CONTROL
        self._schema = control
        self._prefix = f"{quoted(control)}." if control else ""

    def in_use(self) -> bool:
        with explained(self.id):
            if not self._controlled():
                return False
            return bool(
                row(
                    self.main,
                    f"SELECT count(*) FROM {self._control} WHERE batch = '' AND part = 'in_use'",
                )[0]
            )

    def _controlled(self) -> bool:
        return bool(row(self.main, "SELECT to_regclass(%s) IS NOT NULL", self._control)[0])

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        ours = f"SELECT 1 FROM {self._control} m WHERE m.xid & 4294967295 = t.xmin::text::bigint"
        source = f"SELECT {quoted(key)} FROM {name_of(table)} t"
        return [
            line[0]
            for block in self.by_key(source, key, keys, f" AND NOT EXISTS ({ours})")
            for line in block
        ]

    def handed_over(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        yield from ()

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        with explained(self.id), self.main.transaction():
            return reserve(self.main, table, column, count)

    # --- writing ------------------------------------------------------------------------------

    def begin(self, batch: str) -> None:
        with explained(self.id):
            if not row(self.main, "SELECT pg_try_advisory_lock(%s)", LOCK)[0]:
                raise LuodiError("migration.target_busy", {"target": self.id})
            if not self._controlled():
                self._make_control()
            for (left,) in self.main.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                "WHERE tablename LIKE 'luodi\\_stage\\_%' AND tableowner = current_user"
            ).fetchall():
                self.main.execute(statement(f"DROP TABLE IF EXISTS {left}"))
            self.main.execute(
                statement(
                    f"INSERT INTO {self._control} (batch, part, state, xid) "
                    "VALUES (%s, '', 'writing', txid_current()) ON CONFLICT DO NOTHING"
                ),
                [batch],
            )

    def _make_control(self) -> None:
        columns = (
            "batch varchar(100), part varchar(100), state varchar(20) NOT NULL, "
            "xid bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (batch, part)"
        )
        try:
            self.main.execute(statement(f"CREATE TABLE IF NOT EXISTS {self._control} ({columns})"))
        except psycopg.errors.InsufficientPrivilege:
            raise LuodiError(
                "migration.target_no_control", {"target": self.id, "columns": columns}
            ) from None

    def marks(self, batch: str) -> dict[str, str]:
        with explained(self.id):
            if not self._controlled():
                return {}
            lines = self.main.execute(
                statement(f"SELECT part, state FROM {self._control} WHERE batch = %s"), [batch]
            ).fetchall()
        return {str(part): str(state) for part, state in lines}

    def unsure(self, batch: str) -> tuple[str, ...]:
        return ()

    def write(self, batch: str, part: Part) -> int:
        with explained(self.id), self.lane() as lane, lane.transaction():
            rows = put(lane, part)
            self._mark(lane, batch, part)
        return rows

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        with explained(self.id), self.lane() as lane:
            what, schema = self._staging()
            stages = [f"{schema}luodi_stage_{number}" for number in range(len(parts))]
            try:
                for stage, part in zip(stages, parts, strict=True):
                    like(lane, f"{what} {stage}", part, "")
                    copy(lane, stage, part.rows)
                with lane.transaction():
                    for stage, part in zip(stages, parts, strict=True):
                        take(lane, stage, part)
                        self._mark(lane, batch, part)
            finally:
                if not lane.closed:
                    for stage in stages:
                        lane.execute(statement(f"DROP TABLE IF EXISTS {stage}"))

    def _staging(self) -> tuple[str, str]:
        """What staging tables are, and where: temporary where nothing else may be made."""
        sql = "SELECT has_schema_privilege(coalesce(nullif(%s, ''), current_schema()), 'CREATE')"
        may = row(self.main, sql, self._schema)[0]
        return ("UNLOGGED TABLE", self._prefix) if may else ("TEMP TABLE", "pg_temp.")

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        try:
            with explained(self.id), self.lane() as lane, lane.transaction(force_rollback=True):
                for each in (*before, part):
                    put(lane, each)
                lane.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except Refused as refusal:
            return refusal.state
        return ""

    def _mark(self, lane: Connection, batch: str, part: Part) -> None:
        lane.execute(
            statement(
                f"INSERT INTO {self._control} (batch, part, state, xid) "
                "VALUES (%s, %s, 'loaded', txid_current())"
            ),
            [batch, part.mark],
        )

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        with explained(self.id), self.main.transaction():
            for start in range(0, len(keys), BLOCK):
                self.main.execute(
                    statement(f"DELETE FROM {name_of(table)} WHERE {quoted(key)}::text = ANY(%s)"),
                    [[str(each) for each in keys[start : start + BLOCK]]],
                )

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        with explained(self.id), self.main.transaction():
            move_on(self.main, keys)
            self.main.execute(
                statement(
                    f"UPDATE {self._control} SET state = 'loaded' WHERE batch = %s AND part = ''"
                ),
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
                with self.main.transaction():
                    found = remove(
                        self.main, self.hashed, self._control, batch, removals, references
                    )
                    if found.refused:
                        raise NothingDone(found)
                    put_back(self.main, key_sources)
                    self.main.execute(
                        statement(f"DELETE FROM {self._control} WHERE batch = %s AND part <> ''"),
                        [batch],
                    )
                    self.main.execute(
                        statement(
                            f"UPDATE {self._control} SET state = 'rolled_back', at = now(), "
                            "xid = txid_current() "
                            "WHERE batch = %s"
                        ),
                        [batch],
                    )
            except NothingDone as nothing:
                return nothing.found
        return found
