"""The nouns of a gate, as they stand once a ``gates.toml`` has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from luodi.evidence.canonical import digest
from luodi.evidence.catalogue import Lang
from luodi.evidence.model import Environment, Kind, Noun, Number, Side, Verdict

Text: TypeAlias = Mapping[Lang, str]
"""A sentence in both languages."""


class Op(StrEnum):
    """The closed set of comparisons."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"


class Requirement(Noun, frozen=True, kw_only=True):
    """A comparison on one figure.  ``high`` is used by ``between`` only, ends included."""

    figure: str
    op: Op
    value: Number
    high: Number | None = None
    unit: str = ""


class CannotTell(StrEnum):
    """What it means for a criterion when nobody can say whether an input is still the same."""

    WARN = "warn"
    STALE = "stale"


class Criterion(Noun, frozen=True, kw_only=True):
    """One question to the ledger.

    ``subject`` is exact, or ends in ``*``: then every matching subject must answer, and at least
    ``at_least`` of them.  ``environment`` is the least real one whose evidence counts.
    ``drift_limit`` is how far a snapshot may grow, in the snapshot's unit.
    """

    id: str
    group: str
    title: dict[Lang, str]
    why: dict[Lang, str]
    remedy: dict[Lang, str]
    kind: Kind
    subject: str
    engine: str = ""
    verb: str = ""
    verdicts: tuple[Verdict, ...] = (Verdict.PASS,)
    environment: Environment = Environment.PRODUCTION
    max_age: timedelta | None = None
    hard_stop: bool = False
    at_least: int = 1
    countersigned: bool = False
    vendor_owner: str = ""
    hospital_owner: str = ""
    require: tuple[Requirement, ...] = ()
    drift_limit: int | None = None
    cannot_tell: CannotTell = CannotTell.WARN


class Seat(Noun, frozen=True, kw_only=True):
    """A department or role that signs.

    A veto alone stops the gate; an optional seat may stay silent.
    """

    id: str
    side: Side
    title: dict[Lang, str]
    veto: bool = False
    optional: bool = False


class Gate(Noun, frozen=True, kw_only=True):
    """A go/no-go decision of the landing; ``offset_days`` counts from the go-live date."""

    id: str
    title: dict[Lang, str]
    question: dict[Lang, str]
    environment: Environment
    offset_days: int | None
    criteria: tuple[Criterion, ...]
    seats: tuple[Seat, ...] = ()
    decider: str = ""

    def definition(self) -> str:
        """Digest of the gate as it stands; a signature is bound to it."""
        return digest(self)

    def seat(self, seat_id: str) -> Seat | None:
        """Find a seat."""
        return next((seat for seat in self.seats if seat.id == seat_id), None)


REALITY = tuple(Environment)
"""Environments from the least to the most real."""


def real_enough(found: Environment, required: Environment) -> bool:
    """Tell whether evidence of one environment counts where another is required."""
    return REALITY.index(found) >= REALITY.index(required)
