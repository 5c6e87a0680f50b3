"""What a reconciliation answers: an equation per source table, comparisons per feed, sums."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from luodi.migration.model import Noun

NAMED = 20
"""Rows that are named by their ordinals; the others are counted."""


class Equation(Noun, frozen=True, kw_only=True):
    """source = loaded + merged + rejected + review + excluded, each row counted once.

    ``unaccounted`` rows have no fate, ``twice`` more than one, ``strangers`` are fates of rows that
    the source does not have.
    """

    table: str
    source: int
    loaded: int = 0
    merged: int = 0
    rejected: int = 0
    review: int = 0
    excluded: int = 0
    unaccounted: int = 0
    twice: int = 0
    strangers: int = 0
    first: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every row has exactly one place."""
        return not (self.unaccounted or self.twice or self.strangers)


class Difference(StrEnum):
    """How a row differs at the two ends."""

    MISSING = "missing"
    CHANGED = "changed"
    REPEATED = "repeated"


class Compared(Noun, frozen=True, kw_only=True):
    """Rows of one feed at both ends.

    ``columns`` counts differing values by column; ``first`` are the ordinals of the first rows
    that differ; the checksums are sums of row hashes modulo 2^64, whatever the order.
    """

    feed: str
    source_table: str
    to: str
    rows: int
    missing: int = 0
    changed: int = 0
    repeated: int = 0
    columns: dict[str, int] = msgspec.field(default_factory=dict)
    first: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    staged_sum: str = ""
    target_sum: str = ""

    @property
    def mismatched(self) -> int:
        """Rows that are not the same at both ends."""
        return self.missing + self.changed + self.repeated


class Added(Noun, frozen=True, kw_only=True):
    """Rows in a target table that no batch of ours put there and that were not there before."""

    to: str
    rows: int


class SumLine(Noun, frozen=True, kw_only=True):
    """A sum in the source and in the target; period is ``YYYY-MM``, both may be empty."""

    feed: str
    column: str
    period: str
    department: str
    rows: int
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        """New less old."""
        return self.new - self.old


class SumsBy(Noun, frozen=True, kw_only=True):
    """By which target columns the sums of a feed are told apart; empty where by none.

    ``guessed`` says which of the two nobody declared: ``period``, ``department``.
    """

    feed: str
    period: str = ""
    department: str = ""
    guessed: tuple[str, ...] = ()


class Moved(Noun, frozen=True, kw_only=True):
    """What the source itself changed since it was extracted, found by reading it again."""

    table: str
    gone: int
    added: int
    first: tuple[int, ...] = ()


class HandedOver(Noun, frozen=True, kw_only=True):
    """What a vendor's importer made of the rows of one feed.

    ``codes`` counts refused rows by the importer's code, empty where it gave none that is fit to
    be shown; ``first`` are ordinals of the first rows that were refused, and that wait.
    """

    feed: str
    source_table: str
    to: str
    taken: int = 0
    refused: int = 0
    waiting: int = 0
    codes: dict[str, int] = msgspec.field(default_factory=dict)
    first: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)


class Reconciled(Noun, frozen=True, kw_only=True):
    """One batch, reconciled."""

    batch: str
    domain: str
    source: str
    target: str
    equations: tuple[Equation, ...]
    compared: tuple[Compared, ...] = ()
    added: tuple[Added, ...] = ()
    sums: tuple[SumLine, ...] = ()
    sums_by: tuple[SumsBy, ...] = ()
    moved: tuple[Moved, ...] = ()
    handed: tuple[HandedOver, ...] = ()
    unread: dict[str, int] = msgspec.field(default_factory=dict)
    """Rows by the procedure that took them, which nothing shows again."""

    @property
    def unaccounted(self) -> int:
        """Rows without a place, and those counted more than once."""
        return sum(e.unaccounted + e.twice + e.strangers for e in self.equations) + sum(
            each.added for each in self.moved
        )

    @property
    def mismatched(self) -> int:
        """Rows that differ between the two ends, or have not been seen to arrive."""
        return (
            sum(each.mismatched for each in self.compared)
            + sum(each.rows for each in self.added)
            + sum(each.gone for each in self.moved)
            + sum(each.refused + each.waiting for each in self.handed)
            + sum(self.unread.values())
        )

    @property
    def differing(self) -> tuple[SumLine, ...]:
        """Sums that are not equal."""
        return tuple(line for line in self.sums if line.difference)
