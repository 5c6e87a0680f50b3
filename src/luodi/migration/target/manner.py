"""How a database takes rows: into its tables, into interface tables, or through its procedures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from luodi.migration.model import Table
from luodi.migration.target.model import Blocks, Obstacle, Part, Removal, TargetTable

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational


class Manner(Protocol):
    """What differs between the ways.  ``importer``: somebody else takes the rows further."""

    importer: bool

    def describe(self, target: Relational, names: Iterable[str]) -> dict[str, TargetTable]:
        """What the mapping's ``to`` names."""

    def obstacles(self, target: Relational) -> tuple[Obstacle, ...]:
        """What about the whole target stands in the way."""

    def put(self, target: Relational, lane: Any, part: Part) -> int:
        """Hand the rows of a part over, in the transaction that is open; return how many."""

    def seen(self, table: Table) -> Table | None:
        """What is looked at to see the rows as they were written; None: nothing shows them."""

    def barred(self, target: Relational, removal: Removal, keys: Sequence[object]) -> list[object]:
        """Keys of rows that cannot be taken back any more, whoever changed them."""

    def take_out(self, target: Relational, removal: Removal, keys: Sequence[object]) -> None:
        """Take rows out, in the transaction that is open."""

    def may_have_fetched(self, target: Relational, table: Table) -> bool:
        """Whether rows that are not in a table may have been there until an importer came."""

    def handed_over(
        self, target: Relational, table: Table, key: str, keys: Sequence[object]
    ) -> Blocks:
        """What an importer made of rows: key, `Handed`, code, message."""


class Tables:
    """Rows go into the tables themselves."""

    importer = False

    def describe(self, target: Relational, names: Iterable[str]) -> dict[str, TargetTable]:
        return target.tables(names)

    def obstacles(self, target: Relational) -> tuple[Obstacle, ...]:
        return ()

    def put(self, target: Relational, lane: Any, part: Part) -> int:
        return target.put(lane, part)

    def seen(self, table: Table) -> Table | None:
        return table

    def barred(self, target: Relational, removal: Removal, keys: Sequence[object]) -> list[object]:
        return []

    def take_out(self, target: Relational, removal: Removal, keys: Sequence[object]) -> None:
        words = target.words
        for some, marks in target.some(keys):
            where = f"WHERE {words.quote(removal.key)} IN ({marks})"
            target.ask(f"DELETE FROM {words.name(removal.table)} {where}", some)

    def may_have_fetched(self, target: Relational, table: Table) -> bool:
        return False

    def handed_over(
        self, target: Relational, table: Table, key: str, keys: Sequence[object]
    ) -> Blocks:
        yield from ()
