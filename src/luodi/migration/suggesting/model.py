"""The nouns of suggestions: what may belong together, how surely, and why."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from luodi.migration.model import Noun


class Reason(Noun, frozen=True, kw_only=True):
    """Why, by message code; parameters name words and shares, never a value."""

    code: str
    params: dict[str, str | int] = msgspec.field(default_factory=dict)


class ColumnMatch(Noun, frozen=True, kw_only=True):
    """A source column that may go into a target column.

    ``confidence``, 0 to 1, is how often a match that looks like this one was right; see
    docs/migration.
    """

    source_table: str
    source_column: str
    target_table: str
    target_column: str
    confidence: Decimal
    reasons: tuple[Reason, ...] = ()


class TableMatch(Noun, frozen=True, kw_only=True):
    """A source table whose rows may go into a target table, with its columns' best matches."""

    source_table: str
    target_table: str
    confidence: Decimal
    columns: tuple[ColumnMatch, ...] = ()


class Listed(Noun, frozen=True, kw_only=True):
    """One line of a list: its code, its name, and what tells it from its namesakes."""

    value: str
    label: str = ""
    specification: str = ""
    manufacturer: str = ""
    unit: str = ""


class Candidate(Noun, frozen=True, kw_only=True):
    """A line of the target's list that a term may be, how surely and why."""

    term: Listed
    confidence: Decimal
    reasons: tuple[Reason, ...] = ()


class TermMatch(Noun, frozen=True, kw_only=True):
    """A term of the source's list and the lines of the target's it may be, the likeliest first.

    There is at least one.
    """

    source: str
    source_label: str = ""
    candidates: tuple[Candidate, ...]

    @property
    def target(self) -> str:
        """Code of the likeliest."""
        return self.candidates[0].term.value

    @property
    def target_label(self) -> str:
        """Name of the likeliest."""
        return self.candidates[0].term.label

    @property
    def confidence(self) -> Decimal:
        """How surely it is the likeliest."""
        return self.candidates[0].confidence

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is the likeliest."""
        return self.candidates[0].reasons
