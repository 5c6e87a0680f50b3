"""What targets behind a DB-API driver have in common: rows by statements with parameters.

No bulk stream and no transaction numbers here: rows go in by multi-row INSERT, and whether
somebody changed a row since is told by its image, the hash of the whole row as it lay in the
target after the load.  A part and its mark are one transaction; so is a swap.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.model import (
    CONTROL,
    Blocks,
    Checksum,
    Obstacle,
    Part,
    Removal,
    TargetTable,
)
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.target.relational_removal import Removing
from luodi.migration.target.words import Words

BLOCK = 500
"""Keys that one statement names."""
WRITE = 2000
"""Rows that one call of the driver takes."""


class Relational(ABC):
    """A database with transactions, driven by SQL with parameters."""

    product = ""
    lanes = 1
    imaged = True
    words: Words

    def __init__(self, id: str) -> None:
        self.id = id
        self.main = self._connect()
        self._free: list[Any] = []

    # --- what a product says for itself -------------------------------------------------------

    @abstractmethod
    def _connect(self) -> Any:
        """Open a connection on which every statement is a transaction until one is begun."""

    @abstractmethod
    def _explained(self) -> AbstractContextManager[None]:
        """Say what the driver said, without values: `Refused` or a `LuodiError`."""

    @abstractmethod
    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        """Those of the tables that exist, by full name."""

    @abstractmethod
    def _lock(self) -> bool:
        """Keep other runs out; False where one is in."""

    def obstacles(self) -> tuple[Obstacle, ...]:
        return ()

    def _bound(self, value: object) -> object:
        """A value as the driver takes it."""
        return value

    # --- connections ----------------------------------------------------------------------------

    @contextmanager
    def _lane(self) -> Iterator[Any]:
        try:
            lane = self._free.pop()
        except IndexError:
            lane = self._connect() if self.lanes > 1 else self.main
        try:
            yield lane
        finally:
            if lane is not self.main:
                self._free.append(lane)

    def ask(self, sql: str, params: Sequence[object] = (), lane: Any = None) -> list[Any]:
        """Execute a statement and return the rows it yields."""
        cursor = (lane or self.main).cursor()
        cursor.execute(sql, tuple(map(self._bound, params)))
        found = list(cursor.fetchall()) if cursor.description else []
        cursor.close()
        return found

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

    # --- looking --------------------------------------------------------------------------------

    def in_use(self) -> bool:
        with self._explained():
            if CONTROL not in self._control():
                return False
            sql = f"SELECT count(*) FROM {CONTROL} WHERE batch = '' AND part = 'in_use'"
            return bool(self.ask(sql)[0][0])

    def _control(self) -> set[str]:
        return {str(line[0]) for line in self.ask(self.words.tables_like(CONTROL))}

    def checksum(self, table: Table) -> Checksum:
        with self._explained():
            return self.sum(table)

    def sum(self, table: Table, where: str = "", params: Sequence[object] = ()) -> Checksum:
        """Count rows and add up their hashes."""
        words = self.words
        total = words.total(words.image(table))
        rows, summed = self.ask(
            f"SELECT count(*), {total} FROM {words.name(table)}{where}", params
        )[0]
        return Checksum(rows=rows, total=str(int(summed or 0)))

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        quote = self.words.quote
        listed = ", ".join(map(quote, columns))
        there = " AND ".join(f"{quote(column)} IS NOT NULL" for column in columns)
        with self._explained(), self._lane() as lane:
            cursor = lane.cursor()
            cursor.execute(f"SELECT {listed} FROM {self.words.name(table)} WHERE {there}", ())
            while block := cursor.fetchmany(WRITE):
                yield list(block)
            cursor.close()

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        listed = ", ".join(map(self.words.quote, columns))
        with self._explained(), self._lane() as lane:
            cursor = lane.cursor()
            cursor.execute(f"SELECT {listed} FROM {self.words.name(table)}", ())
            while block := cursor.fetchmany(WRITE):
                lines = (",".join(map(_field, line)) for line in block)
                yield ("\n".join(lines) + "\n").encode()
            cursor.close()

    def read(
        self, table: Table, columns: Sequence[str], key: str, keys: Sequence[object]
    ) -> Blocks:
        listed = ", ".join(map(self.words.quote, columns))
        yield from self._by_key(f"SELECT {listed} FROM {self.words.name(table)}", key, keys)

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        words = self.words
        sql = f"SELECT {words.quote(key)}, {words.image(table)} FROM {words.name(table)}"
        yield from self._by_key(sql, key, keys)

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        return []

    def _by_key(self, sql: str, key: str, keys: Sequence[object]) -> Blocks:
        with self._explained():
            for some, marks in self.some(keys):
                found = self.ask(f"{sql} WHERE {self.words.quote(key)} IN ({marks})", some)
                if found:
                    yield [tuple(line) for line in found]

    def some(self, keys: Sequence[object]) -> Iterator[tuple[Sequence[object], str]]:
        """Values in blocks, each with as many parameter marks."""
        for start in range(0, len(keys), BLOCK):
            some = keys[start : start + BLOCK]
            yield some, ", ".join([self.words.mark] * len(some))

    # --- keys -----------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        """Count on from the highest key or what would be handed out next.

        These products cannot take keys away from others ahead of time: nobody but us may write
        there meanwhile, which holds for a system that is not in use yet.
        """
        source = table.key_source(column)
        with self._explained():
            sql = f"SELECT max({self.words.quote(column)}) FROM {self.words.name(table.table)}"
            (top,) = self.ask(sql)[0]
        return max(int(top or 0) + 1, source.next if source else 1)

    # --- writing --------------------------------------------------------------------------------

    def begin(self, batch: str) -> None:
        with self._explained():
            if not self._lock():
                raise LuodiError("migration.target_busy", {"target": self.id})
            self.ask(
                f"CREATE TABLE IF NOT EXISTS {CONTROL} (batch varchar(100) NOT NULL, "
                "part varchar(100) NOT NULL, state varchar(20) NOT NULL, "
                "PRIMARY KEY (batch, part))"
            )
            if "" not in self._marks(batch):
                self.ask(self._insert_mark(), (batch, "", "writing"))

    def _insert_mark(self) -> str:
        mark = self.words.mark
        return f"INSERT INTO {CONTROL} (batch, part, state) VALUES ({mark}, {mark}, {mark})"

    def marks(self, batch: str) -> dict[str, str]:
        with self._explained():
            return self._marks(batch) if CONTROL in self._control() else {}

    def _marks(self, batch: str) -> dict[str, str]:
        sql = f"SELECT part, state FROM {CONTROL} WHERE batch = {self.words.mark}"
        return {str(part): str(state) for part, state in self.ask(sql, (batch,))}

    def write(self, batch: str, part: Part) -> int:
        with self._explained(), self._lane() as lane, self.transaction(lane):
            rows = self.put(lane, part)
            self.ask(self._insert_mark(), (batch, part.mark, "loaded"), lane)
        return rows

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        with self._explained(), self._lane() as lane, self.transaction(lane):
            for part in parts:
                self.put(lane, part)
                self.ask(self._insert_mark(), (batch, part.mark, "loaded"), lane)

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        try:
            with (
                self._explained(),
                self._lane() as lane,
                self.transaction(lane, keep=False),
            ):
                for each in (*before, part):
                    self.put(lane, each)
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
            sql = f"INSERT INTO {name} ({listed}) VALUES ({marks})"
        cursor, rows = lane.cursor(), 0
        for block in part.rows.tuples(WRITE):
            rows += len(block)
            cursor.executemany(
                sql, [tuple(self._bound(row[place]) for place in order) for row in block]
            )
        cursor.close()
        return rows

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        with self._explained(), self.transaction(self.main):
            for some, marks in self.some(keys):
                self.ask(
                    f"DELETE FROM {self.words.name(table)} "
                    f"WHERE {self.words.quote(key)} IN ({marks})",
                    some,
                )

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Declare a batch loaded; these products count on from the highest key by themselves."""
        mark = self.words.mark
        with self._explained():
            self.ask(
                f"UPDATE {CONTROL} SET state = 'loaded' WHERE batch = {mark} AND part = ''",
                (batch,),
            )

    # --- taking out -----------------------------------------------------------------------------

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        with self._explained():
            removing = Removing(self, batch, removals, references)
            return removing.run()

    def close(self) -> None:
        for lane in (*self._free, self.main):
            lane.close()


def _field(value: object) -> str:
    """One value as CSV, written as PostgreSQL would."""
    if value is None:
        return ""
    if isinstance(value, (bytes, bytearray)):
        return '"\\x' + value.hex() + '"'
    return '"' + str(value).replace('"', '""') + '"'
