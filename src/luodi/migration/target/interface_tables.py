"""Interface tables (中间表): rows are handed over to a vendor's importer, which says what it did.

The importer writes to a status column and perhaps to others; all of these are its own.  The
mapping does not fill them, and whether a row is as we wrote it is told without them.  A row that
the importer took is in the vendor's system, where no roll-back of ours reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from luodi.landing.systems import Interface
from luodi.migration.model import Table
from luodi.migration.target.manner import Tables
from luodi.migration.target.model import Blocks, Handed, Part, Removal, TargetTable
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import literal, quoted

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational


class InterfaceTables(Tables):
    """Rows go into tables from which an importer takes them."""

    importer = True

    def __init__(self, interface: Interface) -> None:
        self._interface = interface

    def describe(self, target: Relational, names: Iterable[str]) -> dict[str, TargetTable]:
        """Tables whose importer's columns count as made by the target."""
        own = self._interface.columns
        return {
            name: msgspec.structs.replace(
                described,
                table=msgspec.structs.replace(
                    described.table,
                    columns=tuple(
                        msgspec.structs.replace(column, generated=True)
                        if column.name in own
                        else column
                        for column in described.table.columns
                    ),
                ),
                lacking=tuple(c for c in own if described.table.column(c) is None),
            )
            for name, described in target.tables(names).items()
        }

    def put(self, target: Relational, lane: Any, part: Part) -> int:
        """Write rows with the status that the importer looks for."""
        status = self._interface.status
        select = f"SELECT *, {literal(self._interface.new)} AS {quoted(status)} "
        rows = Rows(
            part.rows.workspace, f"{select} FROM ({part.rows.select})", (*part.rows.columns, status)
        )
        return target.put(lane, replace(part, rows=rows))

    def seen(self, table: Table) -> Table | None:
        own = self._interface.columns
        columns = tuple(column for column in table.columns if column.name not in own)
        return msgspec.structs.replace(table, columns=columns)

    def barred(self, target: Relational, removal: Removal, keys: Sequence[object]) -> list[object]:
        return [
            key
            for block in self.handed_over(target, removal.table, removal.key, keys)
            for key, state, _, _ in block
            if state == Handed.TAKEN
        ]

    def may_have_fetched(self, target: Relational, table: Table) -> bool:
        """Where the importer leaves rows behind, or has not come yet, the table is not empty."""
        ((rows,),) = target.ask(f"SELECT count(*) FROM {target.words.name(table)}")
        return not rows

    def handed_over(
        self, target: Relational, table: Table, key: str, keys: Sequence[object]
    ) -> Blocks:
        """Whatever else the status is, the importer has not finished with the row."""
        words, told = target.words, self._interface
        listed = ", ".join(
            words.quote(name) if name else "NULL"
            for name in (key, told.status, told.code, told.message)
        )
        for some, marks in target.some(keys):
            where = f"WHERE {words.quote(key)} IN ({marks})"
            lines = target.ask(f"SELECT {listed} FROM {words.name(table)} {where}", some)
            yield [(row[0], self._state(row[1]), row[2], row[3]) for row in lines]

    def _state(self, status: object) -> Handed:
        text = "" if status is None else str(status).strip()
        if text in self._interface.taken:
            return Handed.TAKEN
        return Handed.REFUSED if text in self._interface.refused else Handed.WAITING
