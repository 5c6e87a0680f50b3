"""Stored procedures: each row is one call, its columns the parameters by name.

A part is one transaction with its mark, so a procedure must not commit by itself; one that does is
refused where its text or the server shows it.  What a procedure does is its own business: rows are
taken back by the procedure that is named for it, and looked at where its table or view is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.landing.systems import Procedures
from luodi.migration.model import Table
from luodi.migration.target.calling import Calling
from luodi.migration.target.manner import Tables
from luodi.migration.target.model import Obstacle, Part, Procedure, Removal, TargetTable
from luodi.migration.target.protocol import Refused

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational

BLOCK = 2000
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)
_CODE = re.compile(r"[\w.-]{1,12}", re.ASCII)


class ProcedureCalls(Tables):
    """Rows are handed over by calls."""

    def __init__(self, procedures: Procedures) -> None:
        self._told = procedures
        self._tables: dict[str, Table] = {}
        self._answering: set[str] = set()
        self._undoing: dict[str, Table] = {}

    def describe(self, target: Relational, names: Iterable[str]) -> dict[str, TargetTable]:
        """Procedures as tables whose columns are their parameters.

        ``rows`` and keys are those of what shows the rows, where that is named.
        """
        found = {}
        for name, (table, text) in _calling(target).procedures(names).items():
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
                    commits=_commits(target, text),
                    for_good=name not in self._told.undo and not self._told.for_good,
                ),
            )
        return found

    def put(self, target: Relational, lane: Any, part: Part) -> int:
        if part.update:
            raise LuodiError("migration.procedure_no_change", {"procedure": part.table.full_name})
        there, rows, columns = _calling(target), 0, part.rows.columns
        place, keys = columns.index(part.key), list[object]()
        for block in part.rows.tuples(BLOCK):
            for row in block:
                try:
                    self._call(there, lane, part.table, dict(zip(columns, row, strict=True)))
                except Refused:
                    if there.ended(lane, refused=True):
                        self._ended(there, lane, part, keys)
                    raise
                rows += 1
                keys.append(row[place])
                if there.ended(lane):
                    self._ended(there, lane, part, keys)
        if not there.still_one_transaction(lane):
            self._ended(there, lane, part, keys)
        return rows

    def _ended(self, target: Calling, lane: Any, part: Part, keys: Sequence[object]) -> NoReturn:
        """A call committed what came before it: take that out again, by the calls named for it.

        Raises
        ------
        LuodiError
            ``migration.procedure_committed``: nothing of the part is there;
            ``migration.procedure_left``: rows of it are.
        """
        params: dict[str, str | int] = {"target": target.id, "procedure": part.table.full_name}
        try:
            self._undo(target, lane, part.table, keys)
        except (LuodiError, Refused):
            raise LuodiError("migration.procedure_left", {**params, "rows": len(keys)}) from None
        raise LuodiError("migration.procedure_committed", params)

    def _call(
        self, target: Calling, lane: Any, procedure: Table, values: dict[str, object]
    ) -> None:
        result = self._told.result if procedure.full_name in self._answering else ""
        with target.explained():
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
        there = _calling(target)
        self._undo(there, there.main, removal.table, keys)
        if keys and not there.still_one_transaction(there.main):
            params: dict[str, str | int] = {"target": there.id}
            params["procedure"] = self._told.undo[removal.table.full_name]
            raise LuodiError("migration.procedure_committed", params)

    def _undo(self, target: Calling, lane: Any, procedure: Table, keys: Sequence[object]) -> None:
        name = self._told.undo.get(procedure.full_name)
        if name is None:
            params = {"procedure": procedure.full_name}
            raise LuodiError("migration.procedure_no_undo", params)
        undo = self._undoing.get(name) or self._undo_named(target, name)
        first = next(c.name for c in undo.columns if c.name != self._told.result)
        for key in keys:
            try:
                self._call(target, lane, undo, {first: key})
            except Refused as refusal:
                params = {"procedure": name, "state": refusal.state}
                raise LuodiError("migration.procedure_undo_refused", params) from None

    def _undo_named(self, target: Calling, name: str) -> Table:
        found = target.procedures([name]).get(name)
        if found is None:
            raise LuodiError("migration.procedure_gone", {"procedure": name})
        if found[0].column(self._told.result) is not None:
            self._answering.add(name)
        self._undoing[name] = found[0]
        return found[0]

    def obstacles(self, target: Relational) -> tuple[Obstacle, ...]:
        """What takes rows out must be there, and leave the transaction alone as well."""
        found = []
        for name in self._told.undo.values():
            known = _calling(target).procedures([name]).get(name)
            if known is None:
                found.append("migration.procedure_gone")
            else:
                self._undo_named(_calling(target), name)  # parts are written in other threads
                found.append("migration.procedure_commits" if _commits(target, known[1]) else "")
        return tuple(
            Obstacle(code=code, params={"procedure": name})
            for name, code in zip(self._told.undo.values(), found, strict=True)
            if code
        )


def _calling(target: Relational) -> Calling:
    assert isinstance(target, Calling)  # procedures of a product that has none are not opened
    return target


def _commits(target: Relational, text: str) -> bool:
    return bool(_calling(target).commits.search(_COMMENTS.sub(" ", text)))
