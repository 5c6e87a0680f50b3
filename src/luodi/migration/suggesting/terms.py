"""Terms of two lists: narrow all pairs down to the few that are worth weighing.

Equal codes and equal names are found by look-up; the rest by the rarest pairs of characters that
names share, so that 10,000 × 30,000 names take seconds.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from luodi.evidence.progress import Progress
from luodi.migration.suggesting.model import Candidate, Listed, Reason, TermMatch
from luodi.migration.suggesting.names import grams, likeness, plain, same

NEAR = 25
"""Terms of the target that a term of the source is weighed against."""
SAME = 200
"""Terms of one name that are weighed: the packings of a drug."""
RARE = 6
"""Pairs of characters of a name that lead to others, the rarest first."""
COMMON = 3_000
"""A pair of characters in more names than this leads nowhere."""
LEAST = 0.40
"""Confidence below which a proposal costs more than it helps."""
FAINT = 0.20
"""Confidence below which not even another choice beside a proposal is told."""
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_BARE = 0.97
"""How much it says that names are alike without their brackets."""
TOLD = 5
"""Candidates of a term that a person is shown."""
_SAME = 0.95
"""How much it says that two names are known to mean the same."""
_TIE = 0.005
"""Confidences nearer than this are equal."""
STEP = 200
"""Terms between two reports of progress."""


@dataclass(frozen=True, eq=False)
class Term:
    """One entry of a list, as its table holds it; ``ordinal`` names its row, 0 for none."""

    value: str
    label: str = ""
    specification: str = ""
    manufacturer: str = ""
    unit: str = ""
    ordinal: int = 0

    @property
    def listed(self) -> Listed:
        """What a person reads of it."""
        return Listed(
            value=self.value,
            label=self.label,
            specification=self.specification,
            manufacturer=self.manufacturer,
            unit=self.unit,
        )

    @cached_property
    def plain(self) -> str:
        """Its name made comparable."""
        return plain(self.label or self.value)

    @cached_property
    def bare(self) -> str:
        """Its name without what stands in brackets: another name, a remark, a morphology code."""
        return plain(_BRACKETS.sub("", self.label or self.value)) or self.plain

    @cached_property
    def same(self) -> str:
        """Its name as every hospital means it, in whichever language it is written."""
        return same(self.plain)


@dataclass(frozen=True)
class Weighed:
    """How surely two terms are the same, and why."""

    confidence: float
    reasons: tuple[Reason, ...]


def alike(one: Term, other: Term) -> float:
    """How alike two terms' names are, 0 to 1, with or without what stands in brackets."""
    whole = likeness(one.plain, other.plain)
    if whole < _SAME and one.same == other.same:
        return _SAME
    if whole == 1.0 or (one.bare == one.plain and other.bare == other.plain):
        return whole
    return max(whole, _BARE * likeness(one.bare, other.bare))


Weigh = Callable[[Term, Term], Weighed]
"""Weighs a pair; one for drugs, one for diagnoses, one for everything else."""
Code = Callable[[str], str]
"""Makes codes comparable; an empty answer says that it is none."""


def match_terms(
    source: Sequence[Term], target: Sequence[Term], weigh: Weigh, code: Code, progress: Progress
) -> list[TermMatch]:
    """For each term of `source` its likeliest of `target`; terms without one are left out."""
    index = _Index(target, code)
    progress.stage("migration.suggest_terms_stage", total=len(source), unit="record")
    found: list[TermMatch] = []
    for place, term in enumerate(source, 1):
        if place % STEP == 0:
            progress.advance(STEP)
        found += _match(term, target, index.near(term), weigh)
    progress.advance(len(source) % STEP)
    return found


def _match(
    term: Term, target: Sequence[Term], near: Iterable[int], weigh: Weigh
) -> Iterator[TermMatch]:
    """The likeliest of the terms that are near; nothing where none is likely enough.

    Of several that are equally likely each is right as often as the others: five makers of one drug
    are told, none of them surely.
    """
    weighed = ((weigh(term, target[other]), other) for other in near)
    best = sorted(weighed, key=lambda pair: (-pair[0].confidence, pair[1]))
    if not best or best[0][0].confidence < LEAST:
        return
    candidates = tuple(
        Candidate(term=target[other].listed, confidence=sure, reasons=found.reasons)
        for found, other in best[:TOLD]
        if (sure := _shared(found.confidence, best)) and found.confidence >= FAINT
    )
    yield TermMatch(source=term.value, source_label=term.label, candidates=candidates)


def _shared(confidence: float, best: Sequence[tuple[Weighed, int]]) -> Decimal:
    """A confidence, shared by all that have the same."""
    ties = sum(abs(found.confidence - confidence) < _TIE for found, _ in best)
    return Decimal(str(round(min(confidence, 0.99) / ties, 2)))


class _Index:
    """The target's terms by code, by name and by pairs of characters."""

    def __init__(self, terms: Sequence[Term], code: Code) -> None:
        self._code = code
        self._by_code: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_gram: dict[str, list[int]] = defaultdict(list)
        for place, term in enumerate(terms):
            if known := code(term.value):
                self._by_code[known].append(place)
            for name in {term.plain, term.bare, term.same}:
                self._by_name[name].append(place)
            for gram in grams(term.plain):
                self._by_gram[gram].append(place)
        self._sizes = [max(len(term.plain), 1) for term in terms]

    def near(self, term: Term) -> Iterable[int]:
        """Places of the terms that are worth weighing against `term`."""
        places = dict.fromkeys(self._by_name.get(term.plain, ())[:SAME])
        places |= dict.fromkeys(self._by_name.get(term.bare, ())[:SAME])
        places |= dict.fromkeys(self._by_name.get(term.same, ())[:SAME])
        if known := self._code(term.value):
            places |= dict.fromkeys(self._by_code.get(known, ())[:NEAR])
        if term.plain in self._by_name:
            return places  # no other name is nearer
        lists = sorted(
            (
                found
                for gram in grams(term.plain)
                if 0 < len(found := self._by_gram.get(gram, ())) <= COMMON
            ),
            key=len,
        )[:RARE]
        hits: Counter[int] = Counter()
        for found in lists:
            hits.update(found)
        size = len(term.plain)
        places |= dict.fromkeys(
            heapq.nlargest(NEAR, hits, key=lambda n: (hits[n], -abs(self._sizes[n] - size)))
        )
        return places
