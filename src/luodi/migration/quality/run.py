"""Checks made: as many as possible over one grouping of a column, or one pass over a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from luodi.evidence.progress import Progress
from luodi.migration.profiling.groups import Kept
from luodi.migration.profiling.model import ColumnProfile, TableProfile
from luodi.migration.quality.column import Looked, counted
from luodi.migration.quality.facts import COLUMN_FACTS, TABLE_FACTS
from luodi.migration.quality.model import Check, Hit, Repeat, Rule
from luodi.migration.quality.sums import SUMS, Found, Sums
from luodi.migration.quality.terms import term, written
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

WORKERS = 2
"""Columns checked at a time: what Python does for one overlaps with DuckDB's work on another."""


@dataclass(frozen=True)
class Bench:
    """A table on the bench: its rows, its profile, the rules that look at it and the day.

    ``kept`` are the groupings of columns that its profile left, if any are still there.
    """

    db: duckdb.DuckDBPyConnection
    relation: str
    profile: TableProfile
    rules: Mapping[str, Rule]
    today: date
    sums: Sums
    own: Callable[[Rule], set[int]]
    kept: Kept | None = None

    def hits(self, checks: Iterable[Check], *, progress: Progress) -> Iterator[Hit]:
        """Make the checks; one that does not apply after all yields nothing."""
        by_column: dict[str, list[Check]] = defaultdict(list)
        rows: list[Check] = []
        for check in checks:
            rule = self.rules[check.rule]
            form = rule.form
            if form in ("value", "check"):
                by_column[check.column].append(check)
            elif form == "row":
                rows.append(check)
            elif form == "repeat":
                yield self._repeat(check)
            elif form == "refer":
                yield from self._refer(rule, check)
            elif form == "profile":
                yield from self._fact(rule, check)
            elif form == "total":
                yield from self._total(rule, check)
            else:
                yield self._own(rule, check)
        yield from self._rows(rows)
        with ThreadPoolExecutor(WORKERS) as pool:
            jobs = [pool.submit(self._apart, name, found) for name, found in by_column.items()]
            try:
                for job in jobs:
                    yield from job.result()
                    progress.advance(0)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    # --- values -----------------------------------------------------------------------------------

    def _apart(self, name: str, checks: list[Check]) -> list[Hit]:
        """Check a column on a connection of its own."""
        with self.db.cursor() as cursor:
            return list(replace(self.looked_at(name), db=cursor).hits(checks))

    def looked_at(self, name: str) -> Looked:
        """The column of that name, to be looked at value by value."""
        return Looked(self.db, self.relation, self.column(name), self.rules, self.today, self.kept)

    # --- rows -------------------------------------------------------------------------------------

    def _rows(self, checks: list[Check]) -> Iterator[Hit]:
        if not checks:
            return
        predicates = [self.conditions(check) for check in checks]
        for hit in counted(self.db, checks, "1", f"{self.relation} AS r", predicates):
            # Where most rows break it, it is the rule that does not fit this table.
            if not (self.rules[hit.check.rule].majority and hit.offending * 2 >= hit.tested):
                yield msgspec.structs.replace(hit, values=0)

    def conditions(self, check: Check) -> tuple[str, str]:
        """SQL over the table's alias ``r`` of what is tested and what is wrong."""
        rule = self.rules[check.rule]
        terms = {name: term(self.column(c), "r") for name, c in check.columns.items()}
        tested = " AND ".join(one.filled for one in terms.values())
        if rule.tested:
            tested = written(rule.tested, terms, self.today)
        return tested, written(rule.row, terms, self.today)

    def _repeat(self, check: Check) -> Hit:
        repeat = self.rules[check.rule].repeat or Repeat()
        first = self.column(check.columns[repeat.by[0]])
        if len(repeat.by) == 1 and not repeat.differs and not first.repeated:
            return Hit(check=check, tested=first.filled, offending=0)
        row = self.db.execute(
            f"SELECT coalesce(sum(n), 0), count(*) FILTER (wrong), "
            f"coalesce(sum(n) FILTER (wrong), 0) FROM ({self.repeated(check)})"
        ).fetchone()
        tested, values, rows = map(int, row or (0, 0, 0))
        extra = 0 if repeat.differs else rows - values
        return Hit(check=check, tested=tested, offending=rows, values=values, extra=extra)

    def repeated(self, check: Check) -> str:
        """SQL that groups a table by what must not repeat: the columns, ``n``, ``wrong``.

        With ``differs`` that column's value stands behind the columns, as ``"other"``.
        """
        repeat = self.rules[check.rule].repeat or Repeat()
        columns = [self.column(check.columns[name]) for name in repeat.by]
        names = ", ".join(quoted(column.name) for column in columns)
        filled = " AND ".join(term(column).filled for column in columns)
        if not repeat.differs:
            return (
                f"SELECT {names}, count(*) AS n, count(*) > 1 AS wrong FROM {self.relation} "
                f"WHERE {filled} GROUP BY {names}"
            )
        other = term(self.column(check.columns[repeat.differs]))
        # Grouping first: the least and the greatest of texts cost far more.
        pairs = (
            f'SELECT {names}, {other.v} AS """other""", count(*) AS n FROM {self.relation} '
            f"WHERE {filled} AND {other.filled} GROUP BY ALL"
        )
        # The usual one comes first, and no other is as frequent.
        usual = "lag(n) OVER w IS NULL AND coalesce(lead(n) OVER w < n, true)"
        return (
            f'SELECT {names}, """other""", n, NOT ({usual}) AS wrong FROM ({pairs}) '
            f"WINDOW w AS (PARTITION BY {names} ORDER BY n DESC)"
        )

    def _refer(self, rule: Rule, check: Check) -> Iterator[Hit]:
        profile = self.column(check.column)
        for one in self.sums.inclusions:
            if (one.table, one.column) == (check.table, check.column) and one.declared is (
                rule.refer == "declared"
            ):
                columns = {**check.columns, "key": f"{one.references}.{one.key}"}
                yield Hit(
                    check=Check(rule=rule.id, table=check.table, columns=columns),
                    tested=profile.filled,
                    offending=one.orphans,
                    values=one.missing,
                )

    # --- facts ------------------------------------------------------------------------------------

    def _fact(self, rule: Rule, check: Check) -> Iterator[Hit]:
        if rule.profile in TABLE_FACTS:
            wrong = TABLE_FACTS[rule.profile](self.profile, self.today)
        else:
            wrong = COLUMN_FACTS[rule.profile](self.column(check.column), self.today)
        if wrong is not None:
            yield Hit(check=check, tested=1, offending=int(wrong))

    def _total(self, rule: Rule, check: Check) -> Iterator[Hit]:
        for found in SUMS[rule.total](self.sums):
            tested, offending = self._count(found)
            if tested and not (rule.majority and offending * 2 >= tested):
                bound = Check(rule=rule.id, table=check.table, columns=dict(found.columns))
                yield Hit(check=bound, tested=tested, offending=offending)

    def _count(self, found: Found) -> tuple[int, int]:
        row: Any = self.db.execute(
            f"SELECT count(*) FILTER ({found.tested}), count(*) FILTER ({found.condition}) "
            f"FROM {self.relation} AS r"
        ).fetchone()
        return int(row[0]), int(row[1])

    def _own(self, rule: Rule, check: Check) -> Hit:
        offending = len(self.own(rule))
        return Hit(check=check, tested=self.profile.rows, offending=offending)

    def column(self, name: str) -> ColumnProfile:
        found = self.profile.column(name)
        if found is None:
            raise KeyError(name)
        return found
