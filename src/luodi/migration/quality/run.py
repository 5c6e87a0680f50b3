"""Checks made: as many as possible over one grouping of a column, or one pass over a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from luodi.migration.model import Kind
from luodi.migration.profiling.columns import grouped
from luodi.migration.profiling.model import ColumnProfile, TableProfile
from luodi.migration.quality.facts import COLUMN_FACTS, TABLE_FACTS
from luodi.migration.quality.model import Check, Hit, Repeat, Rule
from luodi.migration.quality.sums import SUMS, Found, Sums
from luodi.migration.quality.terms import Term, term, written
from luodi.migration.quality.values import set_checks, value_checks
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

# A backslash begins an escape: there is more than visible ASCII then.
_ODD = re.compile(r"[^!-\[\]-~汉]")


@dataclass(frozen=True)
class Bench:
    """A table on the bench: its rows, its profile, the rules that look at it and the day."""

    db: duckdb.DuckDBPyConnection
    relation: str
    profile: TableProfile
    rules: Mapping[str, Rule]
    today: date
    sums: Sums
    own: Callable[[Rule], set[int]]

    def hits(self, checks: Iterable[Check]) -> Iterator[Hit]:
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
        for name, of_column in by_column.items():
            yield from self._column(self._profile(name), of_column)
        yield from self._rows(rows)

    # --- values -----------------------------------------------------------------------------------

    def _column(self, profile: ColumnProfile, checks: list[Check]) -> Iterator[Hit]:
        plain = is_plain(profile)
        asked = []
        for check in checks:
            if self.rules[check.rule].odd and plain:
                yield Hit(check=check, tested=profile.filled, offending=0)
            else:
                asked.append(check)
        if not asked:
            return
        with grouped(self.db, self.relation, quoted(profile.name)):
            valued = [check for check in asked if self.rules[check.rule].value]
            yield from self._values(profile, valued)
            for check in asked:
                if self.rules[check.rule].check:
                    yield self._named(profile, check)

    def _values(self, profile: ColumnProfile, checks: list[Check]) -> Iterator[Hit]:
        if not checks:
            return
        parts = []
        for check in checks:
            tested, wrong = self.predicates(check)
            parts.append(
                f"coalesce(sum(n) FILTER ({tested}), 0), "
                f"coalesce(sum(n) FILTER (({tested}) AND ({wrong})), 0), "
                f"count(*) FILTER (({tested}) AND ({wrong}))"
            )
        row = self.db.execute(f"SELECT {', '.join(parts)} FROM groups").fetchone() or ()
        for number, check in enumerate(checks):
            looked, offending, values = map(int, row[number * 3 : number * 3 + 3])
            yield Hit(check=check, tested=looked, offending=offending, values=values)

    def predicates(self, check: Check, alias: str = "") -> tuple[str, str]:
        """SQL of what is tested and what is wrong, of a rule about single values.

        It speaks of ``v``, the distinct value, or of the column of an alias.
        """
        rule = self.rules[check.rule]
        profile = self._profile(check.column)
        terms = {"self": term(profile, alias) if alias else Term("v", profile)}
        tested = written(rule.tested, terms, self.today) if rule.tested else terms["self"].filled
        return tested, written(rule.value, terms, self.today)

    def _named(self, profile: ColumnProfile, check: Check) -> Hit:
        rows, values = 0, 0
        for _, count in self.wrong_values(check):
            rows, values = rows + count, values + 1
        return Hit(check=check, tested=profile.filled, offending=rows, values=values)

    def wrong_values(self, check: Check) -> Iterator[tuple[str, int]]:
        """Name the values of ``groups`` that a named check finds wrong, with their rows."""
        name = self.rules[check.rule].check
        filled = Term("v", self._profile(check.column)).filled
        if name in set_checks():
            whole = set_checks()[name]
            counted = dict(self._groups(f"{filled} AND {whole.likely}"))
            yield from ((value, counted[value]) for value in whole.wrong(counted.items()))
            return
        one = value_checks()[name]
        plain, broken = (
            part.replace("{today}", f"DATE '{self.today.isoformat()}'")
            for part in (one.plain, one.broken)
        )
        yield from self._groups(f"{filled} AND {broken}")
        wrong = one.wrong(self.today)
        for value, rows in self._groups(f"{filled} AND NOT ({plain}) AND NOT ({broken})"):
            if wrong(value):
                yield value, rows

    def _groups(self, condition: str) -> Iterator[tuple[str, int]]:
        cursor = self.db.execute(f"SELECT v, n FROM groups WHERE {condition}")
        while batch := cursor.fetchmany(20_000):
            yield from batch

    # --- rows -------------------------------------------------------------------------------------

    def _rows(self, checks: list[Check]) -> Iterator[Hit]:
        if not checks:
            return
        parts = []
        for check in checks:
            tested, wrong = self.conditions(check)
            parts.append(f"count(*) FILTER ({tested}), count(*) FILTER (({tested}) AND ({wrong}))")
        row = self.db.execute(f"SELECT {', '.join(parts)} FROM {self.relation} AS r").fetchone()
        for number, check in enumerate(checks):
            looked, offending = map(int, (row or ())[number * 2 : number * 2 + 2])
            # Where most rows break it, it is the rule that does not fit this table.
            if not (self.rules[check.rule].majority and offending * 2 >= looked):
                yield Hit(check=check, tested=looked, offending=offending)

    def conditions(self, check: Check) -> tuple[str, str]:
        """SQL over the table's alias ``r`` of what is tested and what is wrong."""
        rule = self.rules[check.rule]
        terms = {name: term(self._profile(c), "r") for name, c in check.columns.items()}
        tested = " AND ".join(one.filled for one in terms.values())
        if rule.tested:
            tested = written(rule.tested, terms, self.today)
        return tested, written(rule.row, terms, self.today)

    def _repeat(self, check: Check) -> Hit:
        row = self.db.execute(
            f"SELECT coalesce(sum(n), 0), count(*) FILTER (wrong), "
            f"coalesce(sum(n) FILTER (wrong), 0) FROM ({self.repeated(check)})"
        ).fetchone()
        tested, values, rows = map(int, row or (0, 0, 0))
        return Hit(check=check, tested=tested, offending=rows, values=values, extra=rows - values)

    def repeated(self, check: Check) -> str:
        """SQL that groups a table by what must not repeat: the columns, ``n``, ``wrong``."""
        repeat = self.rules[check.rule].repeat or Repeat()
        columns = [self._profile(check.columns[name]) for name in repeat.by]
        names = ", ".join(quoted(column.name) for column in columns)
        filled = " AND ".join(term(column).filled for column in columns)
        wrong = "count(*) > 1"
        if repeat.differs:
            other = term(self._profile(check.columns[repeat.differs]))
            filled += f" AND {other.filled}"
            wrong = f"min({other.v}) <> max({other.v})"
        return (
            f"SELECT {names}, count(*) AS n, {wrong} AS wrong FROM {self.relation} "
            f"WHERE {filled} GROUP BY {names}"
        )

    def _refer(self, rule: Rule, check: Check) -> Iterator[Hit]:
        profile = self._profile(check.column)
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
            wrong = COLUMN_FACTS[rule.profile](self._profile(check.column), self.today)
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

    def _profile(self, name: str) -> ColumnProfile:
        found = self.profile.column(name)
        if found is None:
            raise KeyError(name)
        return found


def is_plain(column: ColumnProfile) -> bool:
    """Whether a column's patterns show that it holds nothing but Chinese and visible ASCII."""
    if column.kind is not Kind.TEXT:
        return True
    if column.varied or column.pattern_total != len(column.patterns):
        return False
    return not any(_ODD.search(one.value) or one.value.startswith("*{") for one in column.patterns)
