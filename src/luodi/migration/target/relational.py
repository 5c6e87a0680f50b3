"""What targets behind a DB-API driver have in common: rows go in by statements with parameters.

No bulk stream and no transaction numbers here: rows go in by multi-row INSERT, and whether
somebody changed a row since is told by its image, the hash of the whole row as it lay in the
target after the load.  A part and its mark are one transaction; so is a swap.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks, TableMarks
from luodi.migration.target.model import Blocks, Part, Removal, TargetTable
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.target.relational_reading import Reading
from luodi.migration.target.relational_removal import Removing

WRITE = 2000
"""Rows that one call of the driver takes."""


class Relational(Reading):
    """A database that takes rows; ``kept`` is where it is kept which parts are committed."""

    imaged = True

    def __init__(self, id: str, kept: Marks | None = None, manner: Manner | None = None) -> None:
        self.kept: Marks = kept or TableMarks()
        super().__init__(id, manner)

    @property
    def importer(self) -> bool:
        """Whether somebody else takes the rows further."""
        return self.manner.importer

    @abstractmethod
    def lock(self) -> bool:
        """Keep other runs out; False where one is in."""

    @contextmanager
    def transaction(self, lane: Any, *, keep: bool = True) -> Iterator[None]:
        """Commit what is done inside, or take it back."""
        self.ask(self.words.begin, lane=lane)
        try:
            yield
        except BaseException:
            self._undo(lane)
            raise
        self.ask("COMMIT" if keep else "ROLLBACK", lane=lane)

    def _undo(self, lane: Any) -> None:
        try:
            self.ask("ROLLBACK", lane=lane)
        except Exception:
            return

    def in_use(self) -> bool:
        with self.explained():
            return self.kept.in_use(self)

    # --- keys -----------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        """Count on from the highest key or what would be handed out next.

        These products cannot take keys away from others ahead of time: nobody but us may write
        there meanwhile, which holds for a system that is not in use yet.
        """
        source = table.key_source(column)
        with self.explained():
            name = self.words.name(self._seen(table.table))
            sql = f"SELECT max({self.words.quote(column)}) FROM {name}"
            (top,) = self.ask(sql)[0]
        return max(int(top or 0) + 1, source.next if source else 1)

    # --- writing --------------------------------------------------------------------------------

    def begin(self, batch: str) -> None:
        with self.explained():
            if not self.lock():
                raise LuodiError("migration.target_busy", {"target": self.id})
            self.kept.prepare(self, batch)

    def marks(self, batch: str) -> dict[str, str]:
        with self.explained():
            return self.kept.of(self, batch)

    def unsure(self, batch: str) -> tuple[str, ...]:
        with self.explained():
            return self.kept.intended(self, batch)

    def write(self, batch: str, part: Part) -> int:
        return sum(self._commit(batch, [part]))

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        self._commit(batch, parts)

    def _commit(self, batch: str, parts: Sequence[Part]) -> list[int]:
        marks = [part.mark for part in parts]
        with self.explained():
            intended = self.kept.intended(self, batch)
            if set(marks) <= set(intended):
                if self._are_there(parts):
                    self.kept.after(self, batch, marks)
                    return [part.rows.count() for part in parts]
                self._check_not_fetched(parts)
            self.kept.before(self, batch, marks)
            rows = []
            try:
                with self.lane() as lane, self.explained(), self.transaction(lane):
                    for part in parts:
                        rows.append(self.manner.put(self, lane, part))
                        self.kept.within(self, lane, batch, part.mark)
            except Refused:
                self.kept.undone(self, batch, marks)
                raise
            self.kept.after(self, batch, marks)
        return rows

    def _are_there(self, parts: Sequence[Part]) -> bool:
        """Whether parts that were only intended had been committed, as one transaction.

        Rows that were added answer for values that replaced others.  Where there are only such
        values they are written again: they are the same whether that is done once or twice.
        """
        added = [part for part in parts if not part.update]
        return bool(added) and all(map(self._is_there, added))

    def _check_not_fetched(self, parts: Sequence[Part]) -> None:
        """Make sure that rows which are not there were not fetched by the importer meanwhile.

        Raises
        ------
        LuodiError
            ``migration.target_fetched``.
        """
        for part in parts:
            if self.manner.may_have_fetched(self, part.table):
                params = {"target": self.id, "part": part.mark, "table": part.table.full_name}
                raise LuodiError("migration.target_fetched", params)

    def _is_there(self, part: Part) -> bool:
        place = part.rows.columns.index(part.key)
        keys = [row[place] for block in part.rows.tuples(WRITE) for row in block]
        return self.all_there(part.mark, part.table, part.key, keys)

    def all_there(self, mark: str, table: Table, key: str, keys: Sequence[object]) -> bool:
        """Whether rows with these keys, which came together, are there.

        Raises
        ------
        LuodiError
            ``migration.target_unclear``: some are and some are not, which no crash can explain.
        """
        found = sum(len(block) for block in self.read(table, (key,), key, keys))
        if found not in (0, len(keys)):
            params: dict[str, str | int] = {"target": self.id, "part": mark}
            raise LuodiError(
                "migration.target_unclear", {**params, "found": found, "rows": len(keys)}
            )
        return found > 0

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        try:
            with (
                self.explained(),
                self.lane() as lane,
                self.transaction(lane, keep=False),
            ):
                for each in (*before, part):
                    self.manner.put(self, lane, each)
                if self.words.judge:
                    self.ask(self.words.judge, lane=lane)
        except Refused as refusal:
            return refusal.state
        return ""

    def put(self, lane: Any, part: Part) -> int:
        """Write the rows of a part, in the transaction that is open; return how many."""
        words, columns = self.words, part.rows.columns
        name, mark = words.name(part.table), words.mark
        order: Sequence[int] = range(len(columns))
        if part.update:
            others = [place for place in order if columns[place] != part.key]
            order = [*others, columns.index(part.key)]
            changes = ", ".join(f"{words.quote(columns[place])} = {mark}" for place in others)
            sql = f"UPDATE {name} SET {changes} WHERE {words.quote(part.key)} = {mark}"
        else:
            listed = ", ".join(map(words.quote, columns))
            marks = ", ".join([mark] * len(columns))
            sql = f"INSERT INTO {name} ({listed}){words.overriding} VALUES ({marks})"
        rows = 0
        for block in part.rows.tuples(WRITE):
            rows += len(block)
            self.many(lane, sql, [[row[place] for place in order] for row in block])
        return rows

    def handed_over(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        with self.explained():
            yield from self.manner.handed_over(self, table, key, keys)

    def many(self, lane: Any, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute a statement once for every row of parameters."""
        cursor = lane.cursor()
        try:
            cursor.executemany(sql, [tuple(map(self.bound, row)) for row in rows])
        finally:
            cursor.close()

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        with self.explained(), self.transaction(self.main):
            self.manner.take_out(self, Removal(table, key), keys)

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Declare a batch loaded; most products count on from the highest key by themselves."""
        with self.explained():
            self.kept.complete(self, batch)

    # --- taking out -----------------------------------------------------------------------------

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        with self.explained():
            found = Removing(self, batch, removals, references).run()
            if not found.refused:
                self.kept.gone(self, batch)
        return found
