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


class TermMatch(Noun, frozen=True, kw_only=True):
    """A term of the source's list and the target's term it may be."""

    source: str
    target: str
    source_label: str = ""
    target_label: str = ""
    confidence: Decimal
    reasons: tuple[Reason, ...] = ()
