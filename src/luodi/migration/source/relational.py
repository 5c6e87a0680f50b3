"""What all databases have in common: rows come by key, in pieces, and are gathered into batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding, Severity
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source.model import Lost, Order, Rows, Snapshot, Staged, Start, Value, Wire
from luodi.migration.source.query import Dialect, full_name, greatest, select

CONNECT = 10
"""Seconds a server may take to answer a connection."""
BATCH_ROWS = 50_000
BATCH_BYTES = 32 * 1024 * 1024
"""A batch ends with either: photographs and free text come in fewer rows."""
SHORT = 1000
"""Texts up to this length are not counted towards a batch's bytes."""

Record = Sequence[Value]


class Relational(ABC):
    """A database that is asked in SQL."""

    dialect: ClassVar[Dialect]
    snapshot: Snapshot
    product: str

    def __init__(self, system: System) -> None:
        self.system = system

    @abstractmethod
    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        """See `Source.tables`."""

    @abstractmethod
    def staged(self, table: Table) -> tuple[Staged, ...]:
        """See `Source.staged`."""

    @abstractmethod
    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        """Run a statement and bring its rows, some thousand at a time, without holding them all."""

    @abstractmethod
    def reopen(self) -> bool:
        """See `Source.reopen`."""

    @abstractmethod
    def close(self) -> None:
        """See `Source.close`."""

    def expression(self, column: Column) -> str:
        """How a column is selected so that its value arrives exactly."""
        return self.dialect.quote(column.name)

    def relation(self, table: Table) -> str:
        """How a statement names a table; empty: by its name."""
        return ""

    def identity(self, table: Table) -> str:
        """See `Source.identity`."""
        return ""

    def orders(self, column: Column) -> bool:
        """Tell whether rows can be found again by a value of this column."""
        return not column.nullable and column.kind in _KEY_KINDS

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        """Take the primary key, else a unique one without NULL; see `Source.order`."""
        for names in (table.primary_key, *table.unique):
            columns = [table.column(name) for name in names]
            if columns and all(column and self.orders(column) for column in columns):
                return Order.KEY, names
        return Order.RESTART, ()

    def scan(self, table: Table, start: Start) -> Iterator[Rows]:
        """See `Source.scan`."""
        _, keys = self.order(table)
        names = [column.name for column in table.columns]
        hidden = [name for name in keys if name not in names]
        key_places = [(names + hidden).index(name) for name in keys]
        wide = _wide(table, self.staged(table))
        columns = [*map(self.expression, table.columns), *map(self.dialect.quote, hidden)]
        relation = self.relation(table)
        while True:
            bound = self._bound(table, keys, start)
            statement, values = select(table, columns, keys, bound, self.dialect, relation)
            found = 0
            for rows in _batches(self.fetch(table, statement, values), wide):
                found += len(rows)
                last = tuple(rows[-1][place] for place in key_places) if keys else None
                yield Rows(self._columns(table, rows), len(rows), last)
                start = replace(start, key=last, rows=start.rows + len(rows))
            if not keys or found < start.piece:
                return

    def limit(self, seconds: float) -> None:  # noqa: B027  # most have nothing to do
        """See `Source.limit`; the product's driver says how, where one knows."""

    def newest(self, table: Table, column: str, most: str | None = None) -> str | None:
        """See `Source.newest`."""
        described = table.column(column)
        if described is None:
            return None
        alone = msgspec.structs.replace(
            table, columns=(described,), primary_key=(), unique=(), foreign_keys=()
        )
        relation = self.relation(table) or full_name(table, self.dialect)
        expression = self.expression(described)
        statement, values = greatest(relation, column, expression, most, self.dialect)
        rows = [row for piece in self.fetch(alone, statement, values) for row in piece]
        ((value,),) = self._columns(alone, rows)
        return None if value is None else str(value)

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        """How a column's values become what they are staged as; None: they are it."""
        return None

    def _columns(self, table: Table, rows: Sequence[Record]) -> list[Sequence[Value]]:
        """Turn rows into columns; those that only ordered the rows are left out."""
        found: list[Sequence[Value]] = []
        found += list(zip(*rows, strict=True))[: len(table.columns)]
        for place, column in enumerate(table.columns):
            convert = self.convert(column)
            if convert is not None:
                found[place] = [None if v is None else convert(v) for v in found[place]]
        return found

    def _bound(self, table: Table, keys: Sequence[str], start: Start) -> Start:
        """Give parameters the type of their column, or the server compares texts."""
        key = start.key and tuple(
            _parameter(table.column(name), value)
            for name, value in zip(keys, start.key, strict=True)
        )
        since = start.since and (
            start.since[0],
            _parameter(table.column(start.since[0]), start.since[1]),
        )
        return replace(start, key=key, since=since)


def each_counted(
    tables: Sequence[Table], count: Callable[[Table], Table], progress: Progress
) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
    """Count every table; one that may not be read stays uncounted and becomes a finding."""
    counted: list[Table] = []
    findings: list[Finding] = []
    progress.stage("migration.counting", len(tables), "table")
    for table in tables:
        try:
            counted.append(count(table))
        except Lost:
            raise
        except LuodiError as error:
            counted.append(table)
            params: dict[str, str | int] = {"table": table.full_name}
            findings.append(Finding(code=error.code, params=params, severity=Severity.ERROR))
        progress.advance()
    return tuple(counted), tuple(findings)


_KEY_KINDS = frozenset(
    (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME, Kind.BINARY)
)
"""A float is not met again exactly, and of other kinds one does not know how they are ordered."""


def _parameter(column: Column | None, value: Value) -> Value:
    if column is not None and column.kind is Kind.DECIMAL and isinstance(value, str):
        return Decimal(value)  # type: ignore[return-value]  # drivers take it; it is bound, not read
    return value


def _wide(table: Table, staged: Sequence[Staged]) -> list[int]:
    """Places of columns whose values may be long."""
    return [
        place
        for place, (column, as_) in enumerate(zip(table.columns, staged, strict=True))
        if as_.wire is Wire.BINARY
        or (
            as_.wire is Wire.TEXT and as_.type == "VARCHAR" and (column.length or SHORT + 1) > SHORT
        )
    ]


def _size(value: Value) -> int:
    return len(value) if isinstance(value, (str, bytes)) else 0


def _batches(pieces: Iterator[list[Record]], wide: Sequence[int]) -> Iterator[list[Record]]:
    """Gather rows into batches of at most `BATCH_ROWS` rows and about `BATCH_BYTES` bytes."""
    rows: list[Record] = []
    weight = 0
    for piece in pieces:
        rows.extend(piece)
        for place in wide:
            weight += sum(map(_size, (row[place] for row in piece)))
        if len(rows) >= BATCH_ROWS or weight >= BATCH_BYTES:
            yield rows
            rows, weight = [], 0
    if rows:
        yield rows
