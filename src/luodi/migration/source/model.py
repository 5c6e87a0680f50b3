"""What a source is: open, read-only by construction, and read in pieces that can be resumed.

Every product gives the same five answers: which tables there are, in which order their rows are
read, how many there are, as what each column is staged, and the rows themselves from a place on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Noun, Table

PIECE = 50_000
"""Rows that one question asks for: long enough to be fast, short enough to hold nothing up."""

Value: TypeAlias = str | int | float | bytes | None
"""A value on its way: a text as the source wrote it, a whole number, a double, bytes, NULL."""


class Wire(StrEnum):
    """As what a column's values travel from a source into the workspace."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BINARY = "binary"


class Staged(Noun, frozen=True, kw_only=True):
    """How a column lies in the workspace.

    ``type`` is DuckDB's.  A text is only staged as a number or a date while every value of it
    would be written back exactly as it was read; ``digits`` are those of a second's fraction that
    the source always writes.
    """

    name: str
    type: str
    wire: Wire
    digits: int = 0


class Snapshot(StrEnum):
    """As of when rows are read: one moment for the whole source, or for no two of them."""

    WHOLE = "whole"
    NONE = "none"


class Order(StrEnum):
    """How reading a table goes on after a cut.

    KEY: behind the last row by its key.  COUNT: the file is read again and as many pieces as are
    there already are passed over; the count is their key.  RESTART: nothing says where it was, the
    table is read again from its first row.
    """

    KEY = "key"
    COUNT = "count"
    RESTART = "restart"


@dataclass(frozen=True)
class Start:
    """Where reading begins: behind the row with `key`, behind `rows` rows, after a watermark.

    ``since`` is a column and the least value that its rows have; ``piece`` how many rows one
    question to the source may ask for.
    """

    key: tuple[Value, ...] | None = None
    rows: int = 0
    since: tuple[str, Value] | None = None
    piece: int = PIECE


@dataclass(frozen=True)
class Reject:
    """A piece of a file that is no row: its line, why, and its bytes."""

    line: int
    reason: str
    raw: bytes


@dataclass(frozen=True)
class Rows:
    """Some rows, column by column; ``key`` is that of the last, where the order is by key."""

    columns: Sequence[Sequence[Value]]
    count: int
    key: tuple[Value, ...] | None = None
    rejects: tuple[Reject, ...] = ()
    findings: tuple[Finding, ...] = field(default=())


class Source(Protocol):
    """A source, open.  Nothing that is done with it can change a row of it."""

    system: System
    product: str
    snapshot: Snapshot

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        """Read the catalogue with exact row counts, and what is to be said about it.

        Raises
        ------
        LuodiError
        """

    def limit(self, seconds: float) -> None:
        """Let the server itself end a statement that runs longer, where it can be told to."""

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        """Tell how rows of `table` are ordered, and by which columns where it is by key."""

    def staged(self, table: Table) -> tuple[Staged, ...]:
        """Tell as what each column is staged, as long as its values are sound."""

    def identity(self, table: Table) -> str:
        """Tell what a file is by its size and time; empty for what lives, a database."""

    def scan(self, table: Table, start: Start) -> Iterator[Rows]:
        """Read rows from a place on, in order.

        Raises
        ------
        Lost
            The connection broke; `reopen` and go on.
        LuodiError
        """

    def newest(self, table: Table, column: str, most: str | None = None) -> str | None:
        """Ask for the greatest value of a column as it is now, of those up to `most` if given.

        None where that cannot be told.
        """

    def reopen(self) -> bool:
        """Connect again.  True when the rows are still those of the same moment."""

    def close(self) -> None:
        """Let go of the source."""


class Lost(LuodiError):
    """The connection to the source broke while it was in use."""

    def __init__(self, system: str, reason: str) -> None:
        super().__init__("migration.connection_lost", {"system": system, "reason": reason})
