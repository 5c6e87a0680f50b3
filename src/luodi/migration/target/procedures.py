"""Stored procedures: each row is one call, its columns the parameters by name.

A part is one transaction with its mark, so a procedure must not commit by itself; one that does is
refused where its text or the server shows it.  What a procedure does is its own business: rows are
taken back by the procedure that is named for it, and looked at where its table or view is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.landing.systems import Procedures
from luodi.migration.model import Table
from luodi.migration.target.manner import Tables
from luodi.migration.target.model import Obstacle, Part, Procedure, Removal, TargetTable
from luodi.migration.target.protocol import Refused

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational

BLOCK = 2000
_COMMITS = re.compile(r"\b(?:COMMIT|ROLLBACK|START\s+TRANSACTION|BEGIN\s+TRAN(?:SACTION)?)\b", re.I)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)
_CODE = re.compile(r"[\w.-]{1,12}", re.ASCII)


class ProcedureCalls(Tables):
    """Rows are handed over by calls."""

    def __init__(self, procedures: Procedures) -> None:
        self._told = procedures
        self._tables: dict[str, Table] = {}
        self._answering: set[str] = set()

    def describe(self, target: Relational, names: Iterable[str]) -> dict[str, TargetTable]:
        """Procedures as tables whose columns are their parameters.

        ``rows`` and keys are those of what shows the rows, where that is named.
        """
        found = {}
        for name, (table, text) in target.procedures(names).items():
            columns = tuple(c for c in table.columns if c.name != self._told.result)
            if len(columns) < len(table.columns):
                self._answering.add(name)
            table = msgspec.structs.replace(table, columns=columns)
            shown = self._told.reads.get(name)
            described = target.tables([shown]).get(shown) if shown else None
            lacking = [shown] if shown and described is None else []
            if described is not None:
                self._tables[table.full_name] = described.table
                lacking = [c.name for c in columns if described.table.column(c.name) is None]
            found[name] = TargetTable(
                table=table,
                rows=described.rows if described else 0,
                lacking=tuple(lacking),
                procedure=Procedure(
                    unread=described is None,
                    commits=bool(_COMMITS.search(_COMMENTS.sub(" ", text))),
                    for_good=name not in self._told.undo and not self._told.for_good,
                ),
            )
        return found

    def put(self, target: Relational, lane: Any, part: Part) -> int:
        if part.update:
            raise LuodiError("migration.procedure_no_change", {"procedure": part.table.full_name})
        rows, columns = 0, part.rows.columns
        for block in part.rows.tuples(BLOCK):
            for row in block:
                rows += 1
                values = dict(zip(columns, row, strict=True))
                self._call(target, lane, part.table, values)
        target.still_one_transaction(lane, part.table.full_name)
        return rows

    def _call(
        self, target: Relational, lane: Any, procedure: Table, values: dict[str, object]
    ) -> None:
        result = self._told.result if procedure.full_name in self._answering else ""
        given = target.call(lane, procedure, values, result)
        if result and str(given).strip() not in self._told.success:
            code = str(given).strip()
            raise Refused(f"result_{code}" if _CODE.fullmatch(code) else "result")

    def seen(self, table: Table) -> Table | None:
        """The table or view that shows the rows, with the parameters as its columns."""
        shown = self._tables.get(table.full_name)
        if shown is None:
            return None
        names = [column.name for column in table.columns]
        columns = tuple(column for column in shown.columns if column.name in names)
        return msgspec.structs.replace(shown, columns=columns)

    def take_out(self, target: Relational, removal: Removal, keys: Sequence[object]) -> None:
        """Call the procedure that takes a row out, with its key as the only parameter."""
        name = self._told.undo.get(removal.table.full_name)
        if name is None:
            params = {"procedure": removal.table.full_name}
            raise LuodiError("migration.procedure_no_undo", params)
        found = target.procedures([name]).get(name)
        if found is None:
            raise LuodiError("migration.procedure_gone", {"procedure": name})
        undo = found[0]
        if undo.column(self._told.result) is not None:
            self._answering.add(name)
        first = next(c.name for c in undo.columns if c.name != self._told.result)
        for key in keys:
            try:
                self._call(target, target.main, undo, {first: key})
            except Refused as refusal:
                params = {"procedure": name, "state": refusal.state}
                raise LuodiError("migration.procedure_undo_refused", params) from None
        target.still_one_transaction(target.main, name)

    def obstacles(self, target: Relational) -> tuple[Obstacle, ...]:
        gone = [name for name in self._told.undo.values() if not target.procedures([name])]
        return tuple(
            Obstacle(code="migration.procedure_gone", params={"procedure": name}) for name in gone
        )
