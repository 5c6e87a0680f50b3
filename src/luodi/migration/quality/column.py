"""One column checked value by value: every check over one grouping, in as few passes as can be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from luodi.migration.model import Kind
from luodi.migration.profiling.groups import Kept, grouped
from luodi.migration.profiling.model import ColumnProfile
from luodi.migration.quality.model import Check, Hit, Rule
from luodi.migration.quality.terms import Term, term, written
from luodi.migration.quality.values import (
    TextCheck,
    ValueCheck,
    set_checks,
    text_checks,
    value_checks,
)
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

_PLAIN = re.compile("[!-~汉]+")
_CHUNK, _BATCH = 50_000, 20_000


@dataclass(frozen=True)
class Looked:
    """A column of a table that is looked at, with the rules that look and the day.

    ``kept`` are the groupings that profiles left, if any are still there.
    """

    db: duckdb.DuckDBPyConnection
    relation: str
    profile: ColumnProfile
    rules: Mapping[str, Rule]
    today: date
    kept: Kept | None = None

    def hits(self, checks: list[Check]) -> Iterator[Hit]:
        """Make the checks of this column."""
        asked = []
        for check in checks:
            if cannot_offend(self.rules[check.rule], self.profile):
                yield Hit(check=check, tested=self.profile.filled, offending=0)
            else:
                asked.append(check)
        if not asked:
            return
        with self.groups():
            valued = [check for check in asked if self.rules[check.rule].value]
            yield from self._values(valued)
            named = [check for check in asked if self.rules[check.rule].check]
            judged = [one for one in named if self.rules[one.rule].check in value_checks()]
            yield from self._judged(judged)
            for check in named:
                if check not in judged:
                    yield self._named(check)

    def groups(self) -> AbstractContextManager[None]:
        """Open ``groups`` over the column."""
        return grouped(
            self.db,
            self.relation,
            quoted(self.profile.name),
            kept=self.kept,
            unique=self.profile.unique,
        )

    def _values(self, checks: list[Check]) -> Iterator[Hit]:
        if not checks:
            return
        predicates = [self.predicates(check) for check in checks]
        yield from counted(self.db, checks, "n", "groups", predicates)

    def predicates(self, check: Check, alias: str = "") -> tuple[str, str]:
        """SQL of what is tested and what is wrong, of a rule about single values.

        It speaks of ``v``, the distinct value, or of the column of an alias.
        """
        rule = self.rules[check.rule]
        terms = {"self": term(self.profile, alias) if alias else Term("v", self.profile)}
        tested = written(rule.tested, terms, self.today) if rule.tested else terms["self"].filled
        return tested, written(rule.value, terms, self.today)

    def _judged(self, checks: list[Check]) -> Iterator[Hit]:
        """Make the named checks of single values: in SQL what it decides, the rest here."""
        if not checks:
            return
        found = [value_checks()[self.rules[check.rule].check] for check in checks]
        decides = list(dict.fromkeys(one.decides for one in found))
        shared = "".join(f", {self._dated(each)} AS d{n}" for n, each in enumerate(decides))
        looked = f"(SELECT v, n{shared} FROM groups WHERE {Term('v', self.profile).filled})"
        broken = [(f"d{decides.index(one.decides)}", self._dated(one.broken)) for one in found]
        hits = list(counted(self.db, checks, "n", looked, broken))
        judges = [one.wrong(self.today) for one in found]
        undecided = [f"NOT d{decides.index(one.decides)}" for one in found]
        more = [[0, 0] for _ in checks]
        cursor = self.db.execute(
            f"SELECT v, n, {', '.join(undecided)} FROM {looked} WHERE {' OR '.join(undecided)}"
        )
        while batch := cursor.fetchmany(_BATCH):
            for value, rows, *open_ in batch:
                for judge, is_open, count in zip(judges, open_, more, strict=True):
                    if is_open and judge(value):
                        count[0] += rows
                        count[1] += 1
        for hit, (rows, values) in zip(hits, more, strict=True):
            yield Hit(
                check=hit.check,
                tested=self.profile.filled,
                offending=hit.offending + rows,
                values=hit.values + values,
            )

    def _dated(self, condition: str) -> str:
        return condition.replace("{today}", f"DATE '{self.today.isoformat()}'")

    def _named(self, check: Check) -> Hit:
        rows, values = 0, 0
        for _, count in self.wrong_values(check):
            rows, values = rows + count, values + 1
        return Hit(check=check, tested=self.profile.filled, offending=rows, values=values)

    def wrong_values(self, check: Check) -> Iterator[tuple[str, int]]:
        """Name the values of ``groups`` that a named check finds wrong, with their rows."""
        name = self.rules[check.rule].check
        filled = Term("v", self.profile).filled
        if name in set_checks():
            whole = set_checks()[name]
            counted = dict(self._groups(f"{filled} AND {whole.likely}"))
            yield from ((value, counted[value]) for value in whole.wrong(counted.items()))
        elif name in text_checks():
            wrong = list(self._wrong_texts(text_checks()[name], filled))
            if wrong:
                yield from self._groups("v IN (SELECT unnest(?::VARCHAR[]))", [wrong])
        else:
            yield from self._wrong_ones(value_checks()[name], filled)

    def _wrong_ones(self, one: ValueCheck, filled: str) -> Iterator[tuple[str, int]]:
        decides, broken = self._dated(one.decides), self._dated(one.broken)
        yield from self._groups(f"{filled} AND ({decides}) AND ({broken})")
        wrong = one.wrong(self.today)
        for value, rows in self._groups(f"{filled} AND NOT ({decides})"):
            if wrong(value):
                yield value, rows

    def _wrong_texts(self, one: TextCheck, filled: str) -> Iterator[str]:
        """Try the suspects among many values joined by line, and those of several lines."""
        likely, broken = f"{filled} AND {one.likely}", "contains(v, chr(10))"
        suspects = dict.fromkeys(value for value, _ in self._groups(f"{likely} AND {broken}"))
        cursor = self.db.execute(
            f"SELECT string_agg(v, chr(10)) FROM groups WHERE {likely} AND NOT {broken} "
            f"GROUP BY rowid // {_CHUNK}"
        )
        while row := cursor.fetchone():
            suspects.update(dict.fromkeys(one.suspects(row[0])))
        yield from filter(one.wrong, suspects)

    def _groups(self, condition: str, values: Sequence[Any] = ()) -> Iterator[tuple[str, int]]:
        cursor = self.db.execute(f"SELECT v, n FROM groups WHERE {condition}", list(values))
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def cannot_offend(rule: Rule, column: ColumnProfile) -> bool:
    """Whether what is known of the characters of a column shows that no value breaks a rule."""
    if column.kind is not Kind.TEXT:
        return rule.odd or bool(rule.signs)
    if not column.signs:
        return False
    if rule.odd and _PLAIN.fullmatch(column.signs):
        return True
    return bool(rule.signs) and not set(rule.signs) & set(column.signs)


def counted(
    db: duckdb.DuckDBPyConnection,
    checks: Sequence[Check],
    weight: str,
    relation: str,
    predicates: Sequence[tuple[str, str]],
) -> Iterator[Hit]:
    """Count in one pass what is tested and what of it is wrong, by SQL over `relation`.

    Every predicate is worked out once a row, and what several share is too.
    """
    states = ", ".join(
        f"({tested}) AS t{n}, ({wrong}) AS w{n}" for n, (tested, wrong) in enumerate(predicates)
    )
    parts = ", ".join(
        f"coalesce(sum(n) FILTER (t{n}), 0), coalesce(sum(n) FILTER (t{n} AND w{n}), 0), "
        f"count(*) FILTER (t{n} AND w{n})"
        for n in range(len(checks))
    )
    row = db.execute(
        f"SELECT {parts} FROM (SELECT {weight} AS n, {states} FROM {relation})"
    ).fetchone()
    for number, check in enumerate(checks):
        looked, offending, values = map(int, (row or ())[number * 3 : number * 3 + 3])
        yield Hit(check=check, tested=looked, offending=offending, values=values)
