"""What became of every source row: exactly one line each.

``_exception`` holds the rows that go nowhere; what is loaded stands in the feeds' own tables, what
was merged in ``_merged_<feed>``.  ``_fate`` is a view over the three, so that it cannot disagree
with what is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luodi.migration.batch import Batch
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.workspace import Workspace, literal, quoted

FATES = ("loaded", "merged", "rejected", "review", "excluded")


def merged(feed: str) -> str:
    """Name of the table with the rows of a feed that went into another."""
    return f"_merged_{feed}"


@dataclass(frozen=True)
class Fates:
    """The fates of one batch."""

    workspace: Workspace
    batch: Batch

    @property
    def exceptions(self) -> str:
        """How SQL names the rows that go nowhere."""
        return self.batch.relation("_exception")

    def prepare(self) -> None:
        """Begin with no fate at all."""
        self.workspace.db.execute(
            f"CREATE TABLE {self.exceptions} (source_table VARCHAR, ordinal BIGINT, fate VARCHAR, "
            "feed VARCHAR, reason VARCHAR, column_name VARCHAR, merged_into BIGINT)"
        )

    def add(self, fate: str, table: str, feed: str, select: str) -> int:
        """Give rows a fate, unless they have one: `select` yields ordinal, reason and column.

        Returns
        -------
        int
            How many rows got it.
        """
        row = self.workspace.db.execute(
            f"INSERT INTO {self.exceptions} SELECT {literal(table)}, ordinal, {literal(fate)}, "
            f"{literal(feed)}, min(reason), min(column_name), NULL "
            f"FROM ({select}) AS s(ordinal, reason, column_name) WHERE NOT EXISTS (SELECT 1 FROM "
            f"{self.exceptions} e WHERE e.source_table = {literal(table)} "
            "AND e.ordinal = s.ordinal) GROUP BY ordinal"
        ).fetchone()
        return int(row[0]) if row else 0

    def without(self, table: str) -> str:
        """Ordinals of a source table's rows that go nowhere."""
        return f"(SELECT ordinal FROM {self.exceptions} WHERE source_table = {literal(table)})"

    def show(self, feeds: Sequence[PlannedFeed]) -> None:
        """Make the view ``_fate``."""
        lines = [
            f"SELECT source_table, ordinal, fate, feed, reason, column_name, merged_into "
            f"FROM {self.exceptions}"
        ]
        by_table: dict[str, list[str]] = {}
        for feed in feeds:
            by_table.setdefault(feed.feed.from_, []).append(feed.feed.id)
        for table, ids in by_table.items():
            lines += self._loaded(table, ids) + self._merged(table, ids)
        self.workspace.db.execute(
            f"CREATE OR REPLACE VIEW {self.batch.relation('_fate')} AS " + " UNION ALL ".join(lines)
        )

    def _loaded(self, table: str, ids: Sequence[str]) -> list[str]:
        return [
            f"SELECT {literal(table)}, _ordinal, 'loaded', {literal(id)}, NULL, NULL, NULL "
            f"FROM {self.batch.relation(id)} l" + self._not_in(ids[:place])
            for place, id in enumerate(ids)
        ]

    def _merged(self, table: str, ids: Sequence[str]) -> list[str]:
        return [
            f"SELECT {literal(table)}, _ordinal, 'merged', {literal(id)}, 'merge', NULL, "
            f"merged_into FROM {self.batch.relation(merged(id))} l"
            + self._not_in([*ids, *map(merged, ids[:place])])
            for place, id in enumerate(ids)
        ]

    def _not_in(self, names: Sequence[str]) -> str:
        tests = [
            f"NOT EXISTS (SELECT 1 FROM {self.batch.relation(name)} o "
            "WHERE o._ordinal = l._ordinal)"
            for name in names
        ]
        return f" WHERE {' AND '.join(tests)}" if tests else ""

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows by source table and fate."""
        found: dict[str, dict[str, int]] = {}
        for table, fate, rows in self.workspace.db.execute(
            f"SELECT source_table, fate, count(*) FROM {self.batch.relation('_fate')} "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            found.setdefault(table, {})[fate] = rows
        return found

    def reasons(self) -> list[tuple[str, str, str, str, int, int]]:
        """Why rows were rejected: table, feed, column, reason, how many, and the first."""
        return self.workspace.db.execute(
            "SELECT source_table, feed, coalesce(column_name, ''), reason, count(*), min(ordinal) "
            f"FROM {self.exceptions} WHERE fate = 'rejected' GROUP BY ALL "
            "ORDER BY 5 DESC, 1, 2, 3, 4"
        ).fetchall()

    def source(self, system: str, table: str) -> str:
        """The source table's relation."""
        return f"{quoted(system)}.{quoted(table)}"
