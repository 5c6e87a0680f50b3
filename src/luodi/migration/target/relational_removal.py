"""Taking a batch out of a target that knows its rows by their images, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from luodi.migration.model import ForeignKey
from luodi.migration.target.marks import LOADED, REMOVING
from luodi.migration.target.model import Checksum, Part, Removal, TargetTable
from luodi.migration.target.protocol import Removed

if TYPE_CHECKING:
    from luodi.migration.target.relational import Relational

Line = tuple[object, str, bool, str]
"""Key, mark of the part, whether the row was changed and not added, image."""


class _NothingDone(Exception):
    """Somebody has been at the rows."""


@dataclass
class Removing:
    """One batch being taken out."""

    target: Relational
    batch: str
    removals: Mapping[str, Removal]
    references: Mapping[str, TargetTable]
    lines: dict[str, list[Line]] = field(default_factory=dict)

    def run(self) -> Removed:
        """Look, and remove if everything is as it was left."""
        marks = self._marks()
        if marks.get("") == REMOVING and not self._anything_there(marks):
            return Removed()  # killed behind the target's commit
        main = self.target.main
        changed: dict[str, list[object]] = {}
        barred: dict[str, list[object]] = {}
        pointed_at: dict[str, list[tuple[object, str]]] = {}
        removed = Removed()
        try:
            with self.target.transaction(main):
                for feed, removal in self.removals.items():
                    self.lines[feed] = list(_lines(removal, marks))
                    keys = [line[0] for line in self.lines[feed]]
                    if taken := self.target.manner.barred(self.target, removal, keys):
                        barred[feed] = taken
                    elif found := self._changed(removal, self.lines[feed]):
                        changed[feed] = found
                for feed, removal in self.removals.items():
                    if pointing := list(self._pointing(feed, removal)):
                        pointed_at[feed] = pointing
                if changed or barred or pointed_at:
                    raise _NothingDone
                removed = self._remove()
        except _NothingDone:
            return Removed(changed=changed, barred=barred, pointed_at=pointed_at)
        return removed

    def _marks(self) -> dict[str, str]:
        """Parts that are in the target, those found there that a crash had left open too."""
        marks = self.target.marks(self.batch)
        for intended in self.target.kept.intended(self.target, self.batch):
            for removal in self.removals.values():
                keys = [line[0] for line in _lines(removal, {intended: ""}) if line[1] == intended]
                if keys and self.target.all_there(intended, removal.table, removal.key, keys):
                    marks[intended] = LOADED
        return marks

    def _anything_there(self, marks: Mapping[str, str]) -> bool:
        """Whether the transaction that takes the batch out was not committed.

        Rows that were added tell; where values were only replaced, whether one is still ours.
        """
        lines = {feed: list(_lines(removal, marks)) for feed, removal in self.removals.items()}
        added = any(not updated for some in lines.values() for _, _, updated, _ in some)
        for feed, removal in self.removals.items():
            if added:
                keys = [key for key, _, updated, _ in lines[feed] if not updated]
                found = any(self.target.read(removal.table, (removal.key,), removal.key, keys))
            else:
                found = self._any_ours(removal, lines[feed])
            if found:
                return True
        return False

    def _any_ours(self, removal: Removal, lines: Sequence[Line]) -> bool:
        images = {str(key): image for key, _, _, image in lines if image}
        keys = [key for key, _, _, image in lines if image]
        return any(
            images[str(key)] == str(image)
            for block in self.target.images(removal.table, removal.key, keys)
            for key, image in block
        )

    def _changed(self, removal: Removal, lines: Sequence[Line]) -> list[object]:
        if self.target.manner.seen(removal.table) is None:
            return []
        expected = {str(key): image for key, _, _, image in lines}
        by_text = {str(key): key for key, _, _, _ in lines}
        self._lock(removal, [line[0] for line in lines])
        there: dict[str, str] = {}
        for block in self.target.images(removal.table, removal.key, [line[0] for line in lines]):
            there |= {str(key): str(image) for key, image in block}
        return [
            by_text[key]
            for key, image in expected.items()
            if key not in there or (image and there[key] != image)
        ] + [key for key, mark, _, _ in lines if mark == "touched"]

    def _lock(self, removal: Removal, keys: Sequence[object]) -> None:
        words, seen = self.target.words, self.target.manner.seen(removal.table)
        if seen is not None and (words.lock or words.hint) and not seen.view:
            key, name = words.quote(removal.key), words.name(seen)
            for some, marks in self.target.some(keys):
                sql = f"SELECT {key} FROM {name}{words.hint} WHERE {key} IN ({marks}){words.lock}"
                self.target.ask(sql, some)

    def _pointing(self, feed: str, removal: Removal) -> Iterator[tuple[object, str]]:
        described = self.references.get(removal.table.full_name)
        added = [key for key, _, updated, _ in self.lines[feed] if not updated]
        for reference in described.references if described else ():
            child = self.references.get(reference.table)
            if child is not None:
                yield from self._pointing_from(child, reference.key, removal, added)

    def _pointing_from(
        self, child: TargetTable, key: ForeignKey, removal: Removal, added: Sequence[object]
    ) -> Iterator[tuple[object, str]]:
        words = self.target.words
        ours = {
            (other.key, str(line[0]))
            for name, other in self.removals.items()
            if other.table.full_name == child.full_name
            for line in self.lines[name]
            if not line[2]
        }
        own = next(
            (other.key for other in self.removals.values() if other.table == child.table), None
        )
        shown = words.quote(own) if own else "NULL"
        pairs = " AND ".join(
            f"c.{words.quote(mine)} = t.{words.quote(theirs)}"
            for mine, theirs in zip(key.columns, key.references, strict=True)
        )
        sql = (
            f"SELECT t.{words.quote(removal.key)}, c.{shown} "
            if own
            else f"SELECT t.{words.quote(removal.key)}, NULL "
        ) + f"FROM {words.name(removal.table)} t JOIN {words.name(child.table)} c ON {pairs}"
        for some, marks in self.target.some(added):
            where = f" WHERE t.{words.quote(removal.key)} IN ({marks})"
            for parent, mine in self.target.ask(sql + where, some):
                if (own, str(mine)) not in ours:
                    yield parent, child.full_name

    def _remove(self) -> Removed:
        target, words = self.target, self.target.words
        tables = {removal.table.full_name: removal.table for removal in self.removals.values()}
        before = {name: target.sum(table) for name, table in tables.items()}
        taken: dict[str, Checksum] = {}
        restored = 0
        for feed, removal in self.removals.items():
            added = [key for key, _, updated, _ in self.lines[feed] if not updated]
            name = removal.table.full_name
            for some, marks in target.some(added):
                where = f" WHERE {words.quote(removal.key)} IN ({marks})"
                gone = target.sum(removal.table, where, some)
                taken[name] = taken.get(name, Checksum()).plus(gone)
            target.manner.take_out(target, removal, added)
            taken.setdefault(name, Checksum())
            if removal.restore is not None:
                part = Part("", 0, removal.table, removal.key, removal.restore, "", update=True)
                restored += removal.restore.count()
                target.manner.put(target, target.main, part)
        after = {name: target.sum(table) for name, table in tables.items()}
        target.kept.removed(target, self.batch)
        return Removed(before=before, taken=taken, after=after, restored=restored)


def _lines(removal: Removal, marks: Mapping[str, str]) -> Iterator[Line]:
    """Lines of parts that were committed; the others have nothing in the target."""
    assert removal.keys is not None  # only taking back single rows goes without
    for block in removal.keys.tuples():
        for key, mark, updated, image in block:
            if str(mark) in marks or mark == "touched":
                yield key, str(mark), bool(updated), str(image or "")
