"""Dates that are kept as text or as numbers: the ways hospital systems write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from luodi.migration.profiling.meaning import Words
from luodi.migration.profiling.model import Count
from luodi.migration.workspace import literal

if TYPE_CHECKING:
    import duckdb

_YEARS = (1850, 2100)
_NEARLY = 0.9
"""Share of what looks like it that must read as a date before digits alone are taken for one."""
_ENDS = ("rq", "sj", "csny")


@dataclass(frozen=True)
class DateFormat:
    """A way of writing dates: its name, how DuckDB reads it, and what such values look like.

    ``reads`` is a format of strptime, or after "=" SQL of a moment over ``v``.  ``named`` marks
    numbers that are dates only under a name that speaks of time: 31322 is one among many.
    """

    id: str
    reads: str
    values: str
    named: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is nothing but digits, and may be something else altogether."""
        return re.sub(r"\\d\+?|\\\.|\{[\d,]+\}|[()?]", "", self.values) == ""

    @property
    def likely(self) -> str:
        """SQL that is quick and holds for every ``v`` in this format."""
        looks = f"regexp_full_match(v, {literal(self.values)})"
        return f"v >= '18' AND v < '22' AND {looks}" if self.bare and not self.named else looks

    @property
    def moment(self) -> str:
        """SQL of the moment that ``v`` is, NULL where it is none."""
        if not self.reads.startswith("="):
            return f"try_strptime(v, {literal(self.reads)})"
        # What is no number may be met before the shape is asked for: nothing in there may fail.
        return f"CASE WHEN {self.likely} THEN {self.reads[1:]} END"

    @property
    def condition(self) -> str:
        """SQL that holds where ``v`` is a date in this format."""
        moment = self.moment
        bound = f" AND year({moment}) BETWEEN {_YEARS[0]} AND {_YEARS[1]}" if self.bare else ""
        return f"{self.likely} AND {moment} IS NOT NULL{bound}"

    def fits(self, pattern: str) -> bool:
        """Whether values of this `pattern` may be in this format."""
        classes = re.sub("[年月日民國国]", "汉", self.values).replace("A-Za-z", "Aa")
        classes = re.sub("[TZ]", "A", classes.replace("[A-Z]", "A"))
        plain = re.sub(r"(.)\{(\d+)\}", lambda run: run[1] * int(run[2]), pattern)
        return re.fullmatch(classes, plain) is not None


@cache
def date_formats() -> tuple[DateFormat, ...]:
    """Read the formats of dates that are known."""
    text = (resources.files(__package__) / "date_formats.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(DateFormat(line[0], line[1], line[2], "named" in line[3:]) for line in lines)


def speaks_of_time(name: str, comment: str) -> bool:
    """Whether numbers in a column of this name may be dates."""
    words = Words.of(name, comment)
    return words.head == "time" or "birth" in words.words or words.joined.endswith(_ENDS)


def count_dates(
    db: duckdb.DuckDBPyConnection, patterns: Mapping[str, int], named: bool
) -> tuple[Count, ...]:
    """Count the values of ``groups`` that read as dates, by format.

    Of digits alone nearly all must read.  Where day and month can be told either way, as in
    03/04/2021, the format stands that reads more of them.
    """
    found: dict[str, Count] = {}
    for known in date_formats():
        if known.named and not named:
            continue
        shaped = sum(n for shape, n in patterns.items() if known.fits(shape))
        needed = shaped * _NEARLY if known.bare else 1
        if shaped and _rows_with(db, known.likely) >= needed:
            dates = _rows_with(db, known.condition)
            before = found.get(known.values)
            if dates >= needed and (before is None or before.rows < dates):
                found[known.values] = Count(value=known.id, rows=dates)
    return tuple(sorted(found.values(), key=lambda count: -count.rows))


def count_numbers(db: duckdb.DuckDBPyConnection) -> tuple[Count, ...]:
    """Count the whole numbers of ``groups`` that are dates, in the one format that reads most."""
    # Numbers without a date are mostly 0: the system's word for none.
    filled = _rows_with(db, "v NOT IN ('0', '-1')", number=True)
    found = [
        Count(value=known.id, rows=_rows_with(db, known.condition, number=True))
        for known in date_formats()
        if known.bare
    ]
    best = max(found, key=lambda count: count.rows)
    return (best,) if filled and best.rows >= filled * _NEARLY else ()


def _rows_with(db: duckdb.DuckDBPyConnection, condition: str, *, number: bool = False) -> int:
    groups = "(SELECT v::VARCHAR AS v, n FROM groups)" if number else "groups"
    row = db.execute(f"SELECT sum(n) FROM {groups} WHERE {condition}").fetchone()
    return int(row[0] or 0) if row else 0


def moment_of(value: str, formats: tuple[str, ...]) -> str:
    """SQL of the moment that a text is in the first of `formats` that reads it."""
    known = {one.id: one for one in date_formats()}
    chosen = [known[id] for id in formats]
    plain = [literal(one.reads) for one in chosen if not one.reads.startswith("=")]
    tried = [f"try_strptime(v, [{', '.join(plain)}])"] if plain else []
    tried += [one.moment for one in chosen if one.reads.startswith("=")]
    if len(chosen) == len(plain):
        return f"try_strptime({value}, [{', '.join(plain)}])"
    # As the parameter of a list, for what is read may be long and is read several times.
    read = f"coalesce({', '.join(tried)})"
    return f"list_transform([{value}], lambda v: {read})[1]"
