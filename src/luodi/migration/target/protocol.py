"""What every target can do.  A target is opened for one run and closed with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from luodi.migration.model import Table
from luodi.migration.target.model import (
    Blocks,
    Checksum,
    Obstacle,
    Part,
    Removal,
    TargetTable,
)


class Refused(Exception):
    """The target will not take a row; ``state`` is the SQLSTATE or the product's own number.

    Never shown: whoever catches it finds the row and names it by table and ordinal.
    """

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True)
class Removed:
    """What taking a batch out found and did.

    ``changed`` are keys of rows somebody changed or deleted since, by feed; ``barred`` those that
    the target's importer took further; ``pointed_at`` the keys that rows of others refer to, with
    the table of those.  Where any of them has an entry nothing was removed.  ``before``, ``taken``
    and ``after`` are checksums by table: of the table, of the rows that were deleted, of the table
    afterwards; ``restored`` counts rows that were put back.
    """

    changed: Mapping[str, Sequence[object]] = field(default_factory=dict)
    barred: Mapping[str, Sequence[object]] = field(default_factory=dict)
    pointed_at: Mapping[str, Sequence[tuple[object, str]]] = field(default_factory=dict)
    before: Mapping[str, Checksum] = field(default_factory=dict)
    taken: Mapping[str, Checksum] = field(default_factory=dict)
    after: Mapping[str, Checksum] = field(default_factory=dict)
    restored: int = 0

    @property
    def refused(self) -> bool:
        """Whether nothing was removed because somebody has been at the rows."""
        return bool(self.changed or self.barred or self.pointed_at)


class Target(Protocol):
    """A new system that takes rows.

    ``lanes`` is how many parts may be written at once; ``imaged`` whether a row's image must be
    kept to notice later changes (PostgreSQL knows a row's last transaction by itself);
    ``importer`` whether somebody else takes the rows further from where they were written.
    """

    id: str
    product: str
    lanes: int
    imaged: bool

    @property
    def importer(self) -> bool:
        """See above."""

    def obstacles(self) -> tuple[Obstacle, ...]:
        """What about the whole target stands in the way: its encoding, another run."""

    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        """Those of the tables that exist, by full name."""

    def in_use(self) -> bool:
        """Whether the target itself says that it is in real use."""

    def checksum(self, table: Table) -> Checksum:
        """Rows of a table and the sum of their hashes, computed in the target."""

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        """Values of some columns in rows that are there, those with a NULL among them left out."""

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        """Every row as CSV (RFC 4180, without a header): NULL is nothing, '' is ``""``."""

    def read(
        self, table: Table, columns: Sequence[str], key: str, keys: Sequence[object]
    ) -> Blocks:
        """Rows by key, as the target holds them now."""

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        """Keys of rows that somebody else wrote last; only where rows are not `imaged`."""

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        """The 64-bit hash of whole rows, by key."""

    def handed_over(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        """What the importer made of rows: key, `Handed`, its code, its message."""

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        """Take `count` keys that nobody else will be given; return the first."""

    def begin(self, batch: str) -> None:
        """Make ready for a batch: one run at a time, its line in the control table.

        Raises
        ------
        LuodiError
            ``migration.target_busy`` while another run writes there.
        """

    def marks(self, batch: str) -> dict[str, str]:
        """Parts of a batch that are committed; ``""`` is the batch, with its state."""

    def unsure(self, batch: str) -> tuple[str, ...]:
        """Parts of which a crash left open whether they were committed."""

    def write(self, batch: str, part: Part) -> int:
        """Commit a part together with its mark; return how many rows it had.

        Raises
        ------
        Refused
            A row is not taken; nothing of the part is there.
        LuodiError
            ``migration.target_lost``, ``migration.target_failed``.
        """

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        """Commit parts together, so that nobody sees one without the others."""

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        """Try a part on top of others and take all back; the state of its refusal, else empty."""

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        """Take rows of the running batch out again."""

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Declare a batch loaded, and move key sources behind the keys that were brought along."""

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        """Take a batch out in one transaction, unless somebody has been at its rows.

        ``removals`` by feed, children before parents.  ``key_sources`` maps a source's name to
        the next value after the load and before it: it goes back where nobody has used it since.
        """

    def close(self) -> None:
        """Let go of connections and locks."""
