"""What a database behind a DB-API driver is asked: rows by statements with parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, cast

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target.manner import Manner, Tables
from luodi.migration.target.model import Blocks, Checksum, Obstacle, TargetTable
from luodi.migration.target.words import Words

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational

BLOCK = 500
"""Keys that one statement names."""
FETCH = 2000
"""Rows that one call of the driver gives."""


class Reading(ABC):
    """A database with transactions, driven by SQL with parameters."""

    product = ""
    lanes = 1
    words: Words

    def __init__(self, id: str, manner: Manner | None = None) -> None:
        self.id = id
        self.manner: Manner = manner or Tables()
        self.main = self._connect()
        self._free: list[Any] = []

    # --- what a product says for itself -------------------------------------------------------

    @abstractmethod
    def _connect(self) -> Any:
        """Open a connection on which every statement is a transaction until one is begun."""

    @abstractmethod
    def explained(self) -> AbstractContextManager[None]:
        """Say what the driver said, without values: `Refused` or a `LuodiError`."""

    @abstractmethod
    def lacks_rights(self, error: Exception) -> bool:
        """Whether the driver says that the account may not do that."""

    @abstractmethod
    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        """Those of the tables that exist, by full name."""

    def trouble(self) -> tuple[Obstacle, ...]:
        """What about the product's own settings stands in the way."""
        return ()

    def bound(self, value: object) -> object:
        """A value as the driver takes it."""
        return value

    # --- connections ----------------------------------------------------------------------------

    @contextmanager
    def lane(self) -> Iterator[Any]:
        """A connection for one part; threads take turns through the list, whose pop is atomic."""
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
        try:
            cursor.execute(sql, tuple(map(self.bound, params)))
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def pieces(self, sql: str) -> Blocks:
        """What a statement yields, some rows at a time."""
        with self.explained(), self.lane() as lane:
            cursor = lane.cursor()
            cursor.execute(sql, ())
            while block := cursor.fetchmany(FETCH):
                yield list(block)
            cursor.close()

    def some(self, keys: Sequence[object]) -> Iterator[tuple[Sequence[object], str]]:
        """Values in blocks, each with as many parameter marks."""
        for start in range(0, len(keys), BLOCK):
            some = keys[start : start + BLOCK]
            yield some, ", ".join([self.words.mark] * len(some))

    def close(self) -> None:
        for lane in (*self._free, self.main):
            lane.close()

    # --- looking --------------------------------------------------------------------------------

    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        with self.explained():
            return self.manner.describe(cast("Relational", self), names)

    def obstacles(self) -> tuple[Obstacle, ...]:
        with self.explained():
            return (*self.trouble(), *self.manner.obstacles(cast("Relational", self)))

    def checksum(self, table: Table) -> Checksum:
        with self.explained():
            return self.sum(table)

    def _seen(self, table: Table) -> Table:
        """What shows a table's rows.

        Raises
        ------
        LuodiError
            ``migration.procedure_unread``.
        """
        seen = self.manner.seen(table)
        if seen is None:
            raise LuodiError("migration.procedure_unread", {"procedure": table.full_name})
        return seen

    def sum(self, table: Table, where: str = "", params: Sequence[object] = ()) -> Checksum:
        """Count rows and add up their hashes; nothing, where nothing shows them."""
        words, seen = self.words, self.manner.seen(table)
        if seen is None:
            return Checksum()
        table = seen
        total = words.total(words.image(table))
        rows, summed = self.ask(
            f"SELECT count(*), {total} FROM {words.name(table)}{where}", params
        )[0]
        return Checksum(rows=rows, total=str(int(summed or 0)))

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        quote = self.words.quote
        there = " AND ".join(f"{quote(column)} IS NOT NULL" for column in columns)
        yield from self.pieces(f"{self._select(table, columns)} WHERE {there}")

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        for block in self.pieces(self._select(table, columns)):
            lines = (",".join(map(field, line)) for line in block)
            yield ("\n".join(lines) + "\n").encode()

    def read(
        self, table: Table, columns: Sequence[str], key: str, keys: Sequence[object]
    ) -> Blocks:
        yield from self._by_key(self._select(table, columns), key, keys)

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        words, seen = self.words, self.manner.seen(table)
        if seen is None:
            return
        sql = f"SELECT {words.quote(key)}, {words.image(seen)} FROM {words.name(seen)}"
        yield from self._by_key(sql, key, keys)

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        return []

    def _select(self, table: Table, columns: Sequence[str]) -> str:
        listed = ", ".join(map(self.words.quote, columns))
        return f"SELECT {listed} FROM {self.words.name(self._seen(table))}"

    def _by_key(self, sql: str, key: str, keys: Sequence[object]) -> Blocks:
        with self.explained():
            for some, marks in self.some(keys):
                found = self.ask(f"{sql} WHERE {self.words.quote(key)} IN ({marks})", some)
                if found:
                    yield [tuple(line) for line in found]


def field(value: object) -> str:
    """One value as CSV, written as PostgreSQL would."""
    if value is None:
        return ""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return '"\\x' + bytes(value).hex() + '"'
    return '"' + str(value).replace('"', '""') + '"'
