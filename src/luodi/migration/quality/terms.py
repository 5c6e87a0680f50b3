"""How SQL says a column: as it is, as text, as a moment, as a number."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from luodi.migration.model import Kind
from luodi.migration.profiling.columns import SPACE
from luodi.migration.profiling.dates import moment_of
from luodi.migration.profiling.model import ColumnProfile
from luodi.migration.workspace import quoted

_LONG, _SHORT = (18, "[0-9]{17}[0-9Xx]"), (15, "[0-9]{15}")


def _matches(text: str, shape: tuple[int, str]) -> str:
    # Most of what is no number has another length, which is told for a tenth of the cost.
    length, expression = shape
    return f"(length({text}) = {length} AND regexp_full_match({text}, '{expression}'))"


def _parity(text: str, place: int) -> str:
    """SQL of a sex by a digit: odd for men (GB 11643)."""
    return f"CASE WHEN ascii(substr({text}, {place}, 1)) % 2 = 1 THEN '1' ELSE '2' END"


@dataclass(frozen=True)
class Term:
    """A column inside SQL.  ``v`` as stored, ``t`` as text, ``m`` as a moment, ``n`` as a number.

    A text that does not read as a moment or a number is NULL there.
    """

    v: str
    profile: ColumnProfile

    @property
    def t(self) -> str:
        """SQL of the column as text."""
        return self.v if self.profile.kind is Kind.TEXT else f"{self.v}::VARCHAR"

    @property
    def m(self) -> str:
        """SQL of the column as a moment."""
        kind = self.profile.kind
        if kind in (Kind.DATE, Kind.DATETIME):
            return f"{self.v}::TIMESTAMP"
        if not self.profile.dates:
            return "NULL::TIMESTAMP"
        formats = tuple(count.value for count in self.profile.dates)
        return moment_of(f"trim({self.t})", formats)

    @property
    def n(self) -> str:
        """SQL of the column as a number."""
        kind = self.profile.kind
        if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT):
            return self.v
        return f"try_cast({self.v} AS DOUBLE)" if kind is Kind.TEXT else "NULL::DOUBLE"

    @property
    def birth(self) -> str:
        """SQL of the eight digits of birth of an identity number; NULL where there are none."""
        return (
            f"CASE WHEN {_matches(self.t, _LONG)} THEN substr({self.t}, 7, 8) "
            f"WHEN {_matches(self.t, _SHORT)} THEN '19' || substr({self.t}, 7, 6) END"
        )

    @property
    def sex(self) -> str:
        """SQL of the sex, 1 or 2, that an identity number or a column of sexes tells.

        A column of 0 and 1 says nothing: which is which differs from system to system.
        """
        word = f"upper(trim({self.t}))"
        digits = "2" in {count.value for count in self.profile.top}
        men, women = ("'1', ", "'2', ") if digits else ("", "")
        return (
            f"CASE WHEN {_matches(self.t, _LONG)} THEN {_parity(self.t, 17)} "
            f"WHEN {_matches(self.t, _SHORT)} THEN {_parity(self.t, 15)} "
            f"WHEN {word} IN ({men}'男', '男性', 'M', 'MALE') THEN '1' "
            f"WHEN {word} IN ({women}'女', '女性', 'F', 'FEMALE') THEN '2' END"
        )

    @property
    def filled(self) -> str:
        """SQL that holds where there is a value that is not blank."""
        if self.profile.kind is not Kind.TEXT or not self.profile.blanks:
            return f"{self.v} IS NOT NULL"
        # The comparison is NULL, which a filter takes for false, where the value is.
        return f"trim({self.v}, {space()}) <> ''"


def space() -> str:
    """SQL of the characters that blank values are made of."""
    return "concat(" + ", ".join(f"chr({ord(char)})" for char in SPACE) + ")"


def names_in(template: str) -> Iterator[str]:
    """List the names that a template of SQL speaks of: ``{birth.m}`` speaks of ``birth``."""
    for _, name, _, _ in string.Formatter().parse(template):
        if name:
            yield name.partition(".")[0]


def written(template: str, terms: Mapping[str, Term], today: date) -> str:
    """Fill a template with columns and the day of the assessment."""
    return template.format(**terms, today=f"DATE '{today.isoformat()}'")


def term(profile: ColumnProfile, alias: str = "") -> Term:
    """Say a column of a table, of the alias if there is one."""
    return Term(f"{alias}.{quoted(profile.name)}" if alias else quoted(profile.name), profile)
