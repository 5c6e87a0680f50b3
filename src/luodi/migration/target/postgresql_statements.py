"""PostgreSQL driven by statements with parameters: without a table of ours, without COPY.

Slower than `postgresql`, which is why that one is used wherever it can be.  Here nothing has to be
made in the target, and a row is known by its image, so that others may have good reason to write
to it after us, as the importer of an interface table does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target import postgresql_catalogue as catalogue
from luodi.migration.target.calling import Calling
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks
from luodi.migration.target.model import Removal, TargetTable
from luodi.migration.target.postgresql_sequences import move_on, put_back, reserve
from luodi.migration.target.postgresql_words import LOCK, SETTINGS, explained
from luodi.migration.target.protocol import Removed


class _Words:
    mark = "%s"
    begin = "BEGIN"
    lock = " FOR UPDATE"
    hint = ""
    overriding = " OVERRIDING SYSTEM VALUE"
    text = "varchar"
    whole = ""
    judge = "SET CONSTRAINTS ALL IMMEDIATE"

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""').replace("%", "%%") + '"'

    def name(self, table: Table) -> str:
        return ".".join(self.quote(part) for part in (table.schema, table.name) if part)

    def tables_like(self, table: Table) -> str:
        schema = f"'{table.schema}'" if table.schema else "current_schema()"
        return (
            f"SELECT tablename FROM pg_tables WHERE schemaname = {schema} "
            f"AND tablename = '{table.name}'"
        )

    def image(self, table: Table) -> str:
        parts = ", ".join(f"{self.quote(column.name)}::text" for column in table.columns)
        return f"('x' || left(md5(array_to_json(ARRAY[{parts}])::text), 16))::bit(64)::bigint"

    def total(self, value: str) -> str:
        return f"coalesce(sum(({value})::numeric), 0)"


class PostgreSqlStatements(Calling):
    """A PostgreSQL database that is given rows one statement at a time."""

    product = "postgresql"
    lanes = 2
    words = _Words()

    def __init__(
        self,
        id: str,
        parameters: Mapping[str, Any],
        kept: Marks | None = None,
        manner: Manner | None = None,
    ) -> None:
        self._parameters = dict(parameters)
        super().__init__(id, kept, manner)

    def _connect(self) -> Any:
        with self.explained():
            return psycopg.connect(**self._parameters, options=SETTINGS, autocommit=True)

    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        with self.explained():
            return catalogue.describe(self.main, names)

    def procedures(self, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
        return catalogue.procedures(self.main, names)

    def call(self, lane: Any, procedure: Table, values: dict[str, object], result: str) -> object:
        """Parameters by name; a function is one more thing that a SELECT can name."""
        words = self.words
        given = [f"{words.quote(name)} => %s" for name in values]
        routine = procedure.comment == "procedure"
        if result and routine:
            given.append(f"{words.quote(result)} => NULL")
        spoken = f"{words.name(procedure)}({', '.join(given)})"
        cursor = lane.cursor()
        try:
            cursor.execute(
                f"CALL {spoken}" if routine else f"SELECT * FROM {spoken}", [*values.values()]
            )
            if not result or cursor.description is None:
                return None
            names = [column.name for column in cursor.description]
            row = cursor.fetchone()
            return row[names.index(result)] if row and result in names else None
        except psycopg.errors.InvalidTransactionTermination:
            params = {"target": self.id, "procedure": procedure.full_name}
            raise LuodiError("migration.procedure_committed", params) from None
        finally:
            cursor.close()

    def lock(self) -> bool:
        return bool(self.ask("SELECT pg_try_advisory_lock(%s)", (LOCK,))[0][0])

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        with self.explained(), self.transaction(self.main):
            return reserve(self.main, table, column, count)

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        with self.explained(), self.transaction(self.main):
            move_on(self.main, keys)
            self.kept.complete(self, batch)

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        found = super().remove(batch, removals, references, key_sources)
        if not found.refused:
            with self.explained():
                put_back(self.main, key_sources)
        return found

    def lacks_rights(self, error: Exception) -> bool:
        return isinstance(error, psycopg.Error) and error.sqlstate == "42501"

    @contextmanager
    def explained(self) -> Iterator[None]:
        with explained(self.id):
            yield
