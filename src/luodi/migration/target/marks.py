"""Where a target behind a driver keeps which parts of a batch are committed.

Best in the target itself, in the transaction of the part: then no crash can part the two.  Where
a vendor allows no table of ours there, in another schema of the same server.  Where that is not
allowed either, in the workspace, which cannot commit together with the target: so the intent is
kept before a part is written, and after a crash the rows of a part that was only intended are
looked for by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.model import CONTROL
from luodi.migration.workspace import Workspace

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational

LOADED, WRITING, REMOVING, GONE = "loaded", "writing", "removing", "rolled_back"


class Marks(Protocol):
    """The parts of a batch that are committed; the part ``""`` is the batch, with its state."""

    def prepare(self, target: Relational, batch: str) -> None:
        """Make ready for a batch.

        Raises
        ------
        LuodiError
            ``migration.target_no_control``: the control table may not be made.
        """

    def of(self, target: Relational, batch: str) -> dict[str, str]:
        """What is committed of a batch."""

    def intended(self, target: Relational, batch: str) -> tuple[str, ...]:
        """Parts of which a crash left open whether they were committed."""

    def before(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Parts are about to be written."""

    def within(self, target: Relational, lane: Any, batch: str, mark: str) -> None:
        """Mark a part in the transaction that writes it."""

    def after(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Parts were committed."""

    def undone(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Parts were not taken, and nothing of them is there."""

    def complete(self, target: Relational, batch: str) -> None:
        """The batch is loaded."""

    def removed(self, target: Relational, batch: str) -> None:
        """The batch is out again; said in the transaction that takes it out."""

    def gone(self, target: Relational, batch: str) -> None:
        """That transaction was committed."""

    def in_use(self, target: Relational) -> bool:
        """Whether the target itself says that it is in real use."""


class TableMarks:
    """Marks in a control table of the target, in its own schema or one that was named."""

    def __init__(self, schema: str = "") -> None:
        self.table = Table(name=CONTROL, columns=(), schema=schema)

    def prepare(self, target: Relational, batch: str) -> None:
        if not self._there(target):
            self._make(target)
        if "" not in self.of(target, batch):
            target.ask(self._insert(target), (batch, target.words.whole, WRITING))

    def of(self, target: Relational, batch: str) -> dict[str, str]:
        if not self._there(target):
            return {}
        name, mark = target.words.name(self.table), target.words.mark
        lines = target.ask(f"SELECT part, state FROM {name} WHERE batch = {mark}", (batch,))
        found = {str(part): str(state) for part, state in lines}
        whole = found.pop(target.words.whole, None)
        return found if whole is None else {**found, "": whole}

    def intended(self, target: Relational, batch: str) -> tuple[str, ...]:
        return ()

    def before(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Nothing: the mark comes with the part."""

    def within(self, target: Relational, lane: Any, batch: str, mark: str) -> None:
        target.ask(self._insert(target), (batch, mark, LOADED), lane)

    def after(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Nothing: the mark came with the part."""

    def undone(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        """Nothing: the mark went with the part."""

    def complete(self, target: Relational, batch: str) -> None:
        self._state(target, batch, LOADED)

    def removed(self, target: Relational, batch: str) -> None:
        name, mark = target.words.name(self.table), target.words.mark
        sql = f"DELETE FROM {name} WHERE batch = {mark} AND part <> {mark}"
        target.ask(sql, (batch, target.words.whole))
        self._state(target, batch, GONE)

    def gone(self, target: Relational, batch: str) -> None:
        """Nothing: the state changed with the rows."""

    def in_use(self, target: Relational) -> bool:
        if not self._there(target):
            return False
        name, mark = target.words.name(self.table), target.words.mark
        sql = f"SELECT count(*) FROM {name} WHERE batch = {mark} AND part = 'in_use'"
        return bool(target.ask(sql, (target.words.whole,))[0][0])

    def _there(self, target: Relational) -> bool:
        return bool(target.ask(target.words.tables_like(self.table)))

    def _make(self, target: Relational) -> None:
        text, name = target.words.text, target.words.name(self.table)
        columns = (
            f"batch {text}(100) NOT NULL, part {text}(100) NOT NULL, state {text}(20) NOT NULL"
        )
        try:
            target.ask(f"CREATE TABLE {name} ({columns}, PRIMARY KEY (batch, part))")
        except Exception as error:
            if not target.lacks_rights(error):
                raise
            raise LuodiError(
                "migration.target_no_control", {"target": target.id, "columns": columns}
            ) from None

    def _insert(self, target: Relational) -> str:
        name, mark = target.words.name(self.table), target.words.mark
        return f"INSERT INTO {name} (batch, part, state) VALUES ({mark}, {mark}, {mark})"

    def _state(self, target: Relational, batch: str, state: str) -> None:
        name, mark = target.words.name(self.table), target.words.mark
        target.ask(
            f"UPDATE {name} SET state = {mark} WHERE batch = {mark} AND part = {mark}",
            (state, batch, target.words.whole),
        )


class LocalMarks:
    """Marks in the workspace, for a target in which nothing of ours may be made."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._ask(
            "CREATE TABLE IF NOT EXISTS _luodi.mark (target VARCHAR, batch VARCHAR, part VARCHAR, "
            "state VARCHAR NOT NULL, PRIMARY KEY (target, batch, part))"
        )

    def prepare(self, target: Relational, batch: str) -> None:
        if "" not in self._all(target, batch):
            self._keep(target, batch, [""], WRITING)

    def of(self, target: Relational, batch: str) -> dict[str, str]:
        found = self._all(target, batch)
        return {part: state for part, state in found.items() if not part or state == LOADED}

    def intended(self, target: Relational, batch: str) -> tuple[str, ...]:
        found = self._all(target, batch)
        return tuple(part for part, state in found.items() if part and state == WRITING)

    def before(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        self._keep(target, batch, marks, WRITING)

    def within(self, target: Relational, lane: Any, batch: str, mark: str) -> None:
        """Nothing: the workspace is not part of that transaction."""

    def after(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        self._keep(target, batch, marks, LOADED)

    def undone(self, target: Relational, batch: str, marks: Sequence[str]) -> None:
        for mark in marks:
            self._ask(
                "DELETE FROM _luodi.mark WHERE target = ? AND batch = ? AND part = ?",
                (target.id, batch, mark),
            )

    def complete(self, target: Relational, batch: str) -> None:
        self._keep(target, batch, [""], LOADED)

    def removed(self, target: Relational, batch: str) -> None:
        self._keep(target, batch, [""], REMOVING)

    def gone(self, target: Relational, batch: str) -> None:
        self._keep(target, batch, [""], GONE)

    def in_use(self, target: Relational) -> bool:
        return False

    def _all(self, target: Relational, batch: str) -> dict[str, str]:
        lines = self._ask(
            "SELECT part, state FROM _luodi.mark WHERE target = ? AND batch = ?", (target.id, batch)
        )
        return {str(part): str(state) for part, state in lines}

    def _keep(self, target: Relational, batch: str, marks: Sequence[str], state: str) -> None:
        for mark in marks:
            self._ask(
                "INSERT OR REPLACE INTO _luodi.mark VALUES (?, ?, ?, ?)",
                (target.id, batch, mark, state),
            )

    def _ask(self, sql: str, params: Sequence[object] = ()) -> list[Any]:
        with closing(self._workspace.another()) as db:  # parts are written in other threads
            return db.execute(sql, params).fetchall()
