"""Which rows of a part the target refuses: by halves, each tried in the target and taken back.

Rows are told by ends and gaps of their ordinals, never by lists of them: a part that is written in
one swap may have millions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from luodi.migration.target.model import Part
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, quoted

Narrowed = Callable[[Part, str], Part]
"""Makes of a part one with those of its rows that meet an SQL condition."""


@dataclass(frozen=True)
class _Some:
    """Rows of the part from one ordinal to another, both included, without a few."""

    first: int
    last: int
    without: frozenset[int] = frozenset()

    @property
    def where(self) -> str:
        between = f"_ordinal BETWEEN {self.first} AND {self.last}"
        gaps = sorted(one for one in self.without if self.first <= one <= self.last)
        return f"{between} AND _ordinal NOT IN ({', '.join(map(str, gaps))})" if gaps else between


@dataclass(frozen=True)
class Search:
    """A part that was refused, in a relation of the workspace; ``before`` are parts below it."""

    workspace: Workspace
    target: Target
    relation: str
    part: Part
    before: Sequence[Part]
    narrowed: Narrowed

    def rows(self, state: str) -> Iterator[tuple[int, str]]:
        """Ordinals of the rows that are refused, each with the state of its refusal."""
        todo = [(self._every(), state)]
        while todo:
            some, why = todo.pop()
            count = self._count(some)
            if count == 1:
                if not self._is_dragged_along(some):
                    yield self._nth(some, 0), why
                continue
            middle = self._nth(some, count // 2)
            halves = (
                _Some(some.first, middle - 1, some.without),
                _Some(middle, some.last, some.without),
            )
            refusals = [self._refuses(half) for half in halves]
            if any(refusals):
                todo += [(h, why) for h, why in zip(halves, refusals, strict=True) if why]
            else:  # each half is taken alone: a row of one is in the way of a row of the other
                culprit = self._first_too_many(some, count)
                yield culprit, why
                rest = _Some(some.first, some.last, some.without | {culprit})
                if again := self._refuses(rest):
                    todo.append((rest, again))

    def _first_too_many(self, some: _Some, count: int) -> int:
        """The row with which those in front of it are refused, and without which they are not."""
        taken, refused = 0, count
        while refused - taken > 1:
            middle = (taken + refused) // 2
            front = _Some(some.first, self._nth(some, middle - 1), some.without)
            if self._refuses(front):
                refused = middle
            else:
                taken = middle
        return self._nth(some, refused - 1)

    def _refuses(self, some: _Some) -> str:
        """Try some rows of the part, together with those of it that they point at."""
        return self._tried(self._with_parents(some.where))

    def _is_dragged_along(self, one: _Some) -> bool:
        """Whether a row is refused for one that it points at, which is found by itself."""
        parents = f"{self._with_parents(one.where)} AND NOT ({one.where})"
        return self._has_rows(parents) and bool(self._tried(parents))

    def _tried(self, where: str) -> str:
        return self.target.refuses(self.narrowed(self.part, where), self.before)

    def _with_parents(self, where: str) -> str:
        """Condition of some rows, and of those of the same part that they point at, however far."""
        keys = [
            key
            for key in self.part.table.foreign_keys
            if key.table == self.part.table.full_name
            and {*key.columns, *key.references} <= set(self.part.rows.columns)
        ]
        if not keys:
            return f"({where})"
        rows = f"(SELECT * FROM {self.relation} WHERE {self.part.where})"
        edges = " UNION ALL ".join(
            f"SELECT c._ordinal AS child, p._ordinal AS parent FROM {rows} c JOIN {rows} p ON "
            + " AND ".join(
                f"c.{quoted(mine)} = p.{quoted(theirs)}"
                for mine, theirs in zip(key.columns, key.references, strict=True)
            )
            for key in keys
        )
        return (
            f"_ordinal IN (WITH RECURSIVE edge AS ({edges}), up AS (SELECT _ordinal FROM {rows} "
            f"WHERE {where} UNION SELECT edge.parent FROM up JOIN edge "
            "ON edge.child = up._ordinal) SELECT _ordinal FROM up)"
        )

    # --- in the workspace -------------------------------------------------------------------------

    def _inside(self, where: str) -> str:
        return f"{self.relation} WHERE ({self.part.where}) AND ({where})"

    def _every(self) -> _Some:
        ends = self.workspace.db.execute(
            f"SELECT min(_ordinal), max(_ordinal) FROM {self._inside('true')}"
        ).fetchone()
        assert ends is not None  # an aggregate yields one row
        return _Some(*ends)

    def _count(self, some: _Some) -> int:
        return self.workspace.count(self._inside(some.where))

    def _has_rows(self, where: str) -> bool:
        return self.workspace.count(self._inside(where)) > 0

    def _nth(self, some: _Some, place: int) -> int:
        """Ordinal of a row, counted from 0."""
        row = self.workspace.db.execute(
            f"SELECT _ordinal FROM {self._inside(some.where)} ORDER BY 1 LIMIT 1 OFFSET {place}"
        ).fetchone()
        assert row is not None  # it was counted
        return int(row[0])
