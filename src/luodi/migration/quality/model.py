"""The nouns of an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from luodi.evidence.catalogue import Lang
from luodi.evidence.model import Severity
from luodi.migration.model import Kind, Noun


class Dimension(StrEnum):
    """In which respect data can be good or bad."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    INTEGRITY = "integrity"


class Said(Noun, frozen=True):
    """A sentence in both languages."""

    zh: str
    en: str

    def text(self, lang: Lang) -> str:
        """Say it in the reader's language."""
        return self.zh if lang == "zh" else self.en


class Repeat(Noun, frozen=True):
    """Values that stand in several rows; with ``differs`` only where that column differs.

    Then the rows offend that stray from what most rows of the value have; where none is
    the most frequent, as in a dictionary, all of them do.
    """

    by: tuple[str, ...] = ("self",)
    differs: str = ""


class Rule(Noun, frozen=True, kw_only=True, rename={"with_": "with"}):
    """A rule of quality.

    Exactly one of ``value``, ``check``, ``row``, ``repeat``, ``profile``, ``total``, ``refer`` and
    ``sql`` says what it looks for; ``rules.toml`` explains each.  What ``odd`` says only strikes
    values with other characters than Chinese and visible ASCII, what has ``signs`` only values
    that show one of these classes or marks (see ``profiling.patterns``): where the profile rules
    that out, nothing is looked at.
    """

    id: str
    dimension: Dimension
    severity: Severity
    title: Said
    why: Said
    remedy: Said
    meanings: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    where: str = ""
    lists: tuple[str, ...] = ()
    with_: Mapping[str, str] = {}
    value: str = ""
    check: str = ""
    row: str = ""
    repeat: Repeat | None = None
    profile: str = ""
    total: str = ""
    refer: str = ""
    sql: str = ""
    table: str = ""
    tested: str = ""
    majority: bool = False
    odd: bool = False
    signs: str = ""

    @property
    def form(self) -> str:
        """Which of the forms it has; empty when none or several."""
        found = [name for name in FORMS if getattr(self, name)]
        return found[0] if len(found) == 1 else ""


FORMS = ("value", "check", "row", "repeat", "profile", "total", "refer", "sql")


class Check(Noun, frozen=True, kw_only=True):
    """A rule bound to a table: ``columns`` maps the rule's names to the table's."""

    rule: str
    table: str
    columns: Mapping[str, str] = {}

    @property
    def column(self) -> str:
        """The column it is about; empty for a table as a whole."""
        return self.columns.get("self", "")


class Hit(Noun, frozen=True, kw_only=True):
    """What a check found.

    ``tested`` rows (or facts) were looked at, ``offending`` of them break the rule.  ``values``
    counts the distinct values that do; ``extra`` the rows beyond the first of a value that only
    repeats.
    """

    check: Check
    tested: int
    offending: int
    values: int = 0
    extra: int = 0

    @property
    def share(self) -> float:
        """Share of what was tested that breaks the rule."""
        return self.offending / self.tested if self.tested else 0.0


class TableScore(Noun, frozen=True, kw_only=True):
    """Score of a table, 0 to 100, and of each dimension that anything was tested in."""

    table: str
    rows: int
    score: Decimal | None
    dimensions: Mapping[Dimension, Decimal]


class Past(Noun, frozen=True, kw_only=True):
    """An earlier assessment of the same system."""

    moment: datetime
    score: Decimal | None
    offending: int
    rules: str


class Off(Noun, frozen=True, kw_only=True):
    """A rule that does not count, where, and the reason somebody gave."""

    rule: str
    reason: str
    system: str = ""
    table: str = ""
    column: str = ""


class Assessment(Noun, frozen=True, kw_only=True):
    """A system assessed.

    ``hits`` are all checks that were made, those that found nothing among them; ``offs`` what was
    switched off; ``past`` earlier runs, the latest first.
    """

    system: str
    moment: datetime
    score: Decimal | None
    dimensions: Mapping[Dimension, Decimal]
    tables: tuple[TableScore, ...]
    hits: tuple[Hit, ...]
    offs: tuple[Off, ...] = ()
    past: tuple[Past, ...] = ()

    @property
    def found(self) -> tuple[Hit, ...]:
        """Checks that found something."""
        return tuple(hit for hit in self.hits if hit.offending)

    def hit(self, rule: str, table: str, column: str = "") -> Hit | None:
        """Find what a rule found in a table, in any column unless one is named."""
        return next(
            (
                hit
                for hit in self.hits
                if (hit.check.rule, hit.check.table) == (rule, table)
                and column in ("", hit.check.column)
            ),
            None,
        )
