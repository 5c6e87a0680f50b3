"""What a target's table demands of rows, and the pieces in which a batch is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from luodi.migration.model import ForeignKey, Noun, Table
from luodi.migration.target.rows import Rows

CONTROL = "luodi_batch"
"""Control table in the target: one line per part that is committed, one per batch."""


class Check(Noun, frozen=True, kw_only=True):
    """A check constraint; ``expression`` is SQL of the target's product."""

    name: str
    expression: str


class KeySource(Noun, frozen=True, kw_only=True):
    """A column whose values the target hands out: a sequence, identity or auto-increment.

    ``next`` is the value it would hand out now, ``highest`` the highest that is in the table.
    """

    column: str
    name: str
    next: int
    highest: int = 0

    @property
    def behind(self) -> bool:
        """Whether it would hand out a key that is there already."""
        return self.next <= self.highest


class Reference(Noun, frozen=True, kw_only=True):
    """A foreign key of ``table`` that points at the table described."""

    table: str
    key: ForeignKey


class Procedure(Noun, frozen=True, kw_only=True):
    """What is known of a stored procedure that takes rows.

    ``unread``: no table or view shows what it did; ``commits``: its text ends transactions by
    itself; ``for_good``: nothing takes its rows out again, and nobody has accepted that.
    """

    unread: bool
    commits: bool
    for_good: bool


class TargetTable(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A table of the target and everything that may refuse or change a row.

    ``missing_rights`` are the words of the product (``INSERT``); ``charsets`` names the columns
    that hold less than Unicode, with their character set; ``transactional`` is false where what
    was written cannot be taken back (MyISAM).  ``lacking`` are columns that ``systems.toml`` names
    and the table has not; ``procedure`` says that it is one, its columns the parameters.
    """

    table: Table
    rows: int = 0
    checks: tuple[Check, ...] = ()
    triggers: tuple[str, ...] = ()
    key_sources: tuple[KeySource, ...] = ()
    references: tuple[Reference, ...] = ()
    missing_rights: tuple[str, ...] = ()
    charsets: dict[str, str] = msgspec.field(default_factory=dict)
    transactional: bool = True
    lacking: tuple[str, ...] = ()
    procedure: Procedure | None = None

    @property
    def full_name(self) -> str:
        """Full name of the table."""
        return self.table.full_name

    def key_source(self, column: str) -> KeySource | None:
        """Find what hands out the values of `column`."""
        return next((source for source in self.key_sources if source.column == column), None)


class Checksum(Noun, frozen=True, kw_only=True):
    """What a table holds, whatever the order: its rows and the sum of their 64-bit hashes."""

    rows: int = 0
    total: str = "0"
    """In decimal digits: sums of 64-bit numbers are wider than 64 bits."""

    def plus(self, other: Checksum) -> Checksum:
        """Of both together."""
        total = str(int(self.total) + int(other.total))
        return Checksum(rows=self.rows + other.rows, total=total)

    def minus(self, other: Checksum) -> Checksum:
        """Of what is left without the other."""
        total = str(int(self.total) - int(other.total))
        return Checksum(rows=self.rows - other.rows, total=total)


class Handed(StrEnum):
    """What an importer made of a row: it took it, refused it, or has not finished with it."""

    TAKEN = "taken"
    REFUSED = "refused"
    WAITING = "waiting"


class Obstacle(Noun, frozen=True, kw_only=True):
    """Something about the whole target that stands in the way; ``code`` is a message code."""

    code: str
    params: dict[str, str | int] = msgspec.field(default_factory=dict)
    blocks: bool = True


@dataclass(frozen=True)
class Part:
    """Rows of one feed that are committed together with their mark.

    ``feed`` and ``number`` name it, ``key`` is the key column, ``where`` which of the staged rows
    they are, ``update`` whether they replace rows of the same key that are there already.
    """

    feed: str
    number: int
    table: Table
    key: str
    rows: Rows
    where: str = "true"
    update: bool = False

    @property
    def mark(self) -> str:
        """Name of the part in the control table."""
        return f"{self.feed}#{self.number}" + ("u" if self.update else "")


@dataclass(frozen=True)
class Removal:
    """What rollback takes out of one table: rows by key, and the images it puts back.

    ``keys`` yields key, mark of the part, whether the row was changed and not added, and the image
    of the row; ``restore`` yields the columns that were changed as they were before.
    """

    table: Table
    key: str
    keys: Rows | None = None
    restore: Rows | None = None


Block = Sequence[tuple[object, ...]]
Blocks = Iterator[list[tuple[object, ...]]]
