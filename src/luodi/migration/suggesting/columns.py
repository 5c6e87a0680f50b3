"""Weigh whether two columns hold the same thing, by what they are called and what they hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

import msgspec
from rapidfuzz import fuzz

from luodi.migration.model import Column, Kind, Table
from luodi.migration.suggesting.lexicon import UNKNOWN, Lexicon, Reading, Spot
from luodi.migration.suggesting.looks import Look
from luodi.migration.suggesting.model import Reason

SUREST = 0.99
"""No program is surer than this."""
_PEOPLE = ("sex", "birth_date", "id_card")
"""What only a table of people has."""
_FORM = 0.9
"""How surely values of a form of their own are what has that form."""
_SPELT, _SHARED = 0.75, 0.05
"""How alike names or comments are spelt, and share of values in common, that speak for two."""
_LITTLE = 0.3
"""What names say that nobody can read."""
_IMPLIED = 0.2
"""What a word costs that the other column lacks but its table says: PATIENT.name for BRXM."""


@dataclass(frozen=True)
class Described:
    """A column with everything that is known of it."""

    table: Table
    column: Column
    name: Reading
    comment: Reading
    context: Spot
    look: Look | None
    key: bool
    linked: bool


def described(
    table: Table, lexicon: Lexicon, looks: Mapping[tuple[str, str], Look]
) -> list[Described]:
    """Read the columns of a table: names and comments, and the form of values where those fail."""
    context: Spot = {}
    for text in (table.name, table.comment):
        for spot in lexicon.read(text).spots:
            for concept, sure in spot.items():
                context[concept] = max(sure, context.get(concept, 0))
    read = {
        column.name: (lexicon.read(column.name), lexicon.read(column.comment))
        for column in table.columns
    }
    spots = [spot for both in read.values() for reading in both for spot in reading.spots]
    if any(spot.get(concept, 0) > 0.5 for spot in spots for concept in _PEOPLE):
        context.setdefault("person", _FORM)
    linked = {name for key in table.foreign_keys for name in key.columns}
    found = []
    for column in table.columns:
        look = looks.get((table.full_name, column.name))
        name, comment = (lexicon.within(each, context) for each in read[column.name])
        if look is not None and look.form and not (name.known or comment.known):
            name = Reading((lexicon.spread(look.form, _FORM),), name.joined)
        found.append(
            Described(
                table,
                column,
                name,
                comment,
                context,
                look,
                column.name in table.primary_key,
                column.name in linked,
            )
        )
    return found


@dataclass(frozen=True)
class Signs:
    """What speaks for and against two columns being the same, each 0 to 1."""

    same_name: float
    meaning: float
    letters: float
    comment: float
    overlap: float
    shape: float
    compatible: float
    keys: float
    form: bool
    shared: tuple[str, ...]

    @property
    def speak(self) -> bool:
        """Whether anything speaks for the two; kinds and shapes that agree are no reason."""
        said = self.same_name or self.shared or self.form or self.keys
        return bool(said) or max(self.comment, self.letters) >= _SPELT or self.overlap >= _SHARED

    def tells(self, lexicon: Lexicon) -> float:
        """How much what speaks for them says by itself, 0 to 1: a birth date much, a name little.

        Every second table has a name, a code and a status; which of them is meant, only the table
        tells.
        """
        if self.form or self.overlap >= _SHARED or self.comment >= _SPELT:
            return 1.0
        return max((lexicon.weight(concept) for concept in self.shared), default=_LITTLE)

    @property
    def vector(self) -> tuple[float, ...]:
        """The signs in the order of the weights."""
        return (
            self.same_name,
            self.meaning,
            self.letters,
            self.comment,
            self.overlap,
            self.shape,
            1 - self.compatible,
            self.keys,
        )


def signs(one: Described, other: Described, lexicon: Lexicon) -> Signs:
    """Compare two columns."""
    best, shared = 0.0, tuple[str, ...]()
    for mine in (one.name, one.comment):
        for theirs in (other.name, other.comment):
            if mine.known and theirs.known:
                found, words = _meaning(mine, theirs, one.context, other.context, lexicon)
                if found > best:
                    best, shared = found, words
    comments = (one.column.comment, other.column.comment)
    return Signs(
        same_name=float(one.name.joined == other.name.joined and bool(one.name.joined)),
        meaning=best,
        letters=fuzz.ratio(one.name.joined, other.name.joined) / 100,
        comment=fuzz.ratio(*comments) / 100 if all(comments) else 0.0,
        overlap=_overlap(one.look, other.look),
        shape=_shape(one.look, other.look),
        compatible=_compatible(one, other),
        keys=float(one.key and other.key),
        form=_form(one.look) == _form(other.look) != "",
        shared=shared,
    )


def _meaning(
    mine: Reading, theirs: Reading, my_context: Spot, their_context: Spot, lexicon: Lexicon
) -> tuple[float, tuple[str, ...]]:
    """How much of what two names mean they share, by the weight of their words."""
    left, right = list(mine.spots), list(theirs.spots)
    pairs = sorted(
        (
            (sure, concept, i, j)
            for i, a in enumerate(left)
            for j, b in enumerate(right)
            for sure, concept in [_shared(a, b, lexicon)]
            if sure > 0
        ),
        reverse=True,
    )
    used_left, used_right, gained, spent, words = set[int](), set[int](), 0.0, 0.0, list[str]()
    for value, concept, i, j in pairs:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            gained += value
            spent += max(_weight(left[i], lexicon, concept), _weight(right[j], lexicon, concept))
            words.append(concept)
    for spots, used, context in ((left, used_left, their_context), (right, used_right, my_context)):
        for place, spot in enumerate(spots):
            if place not in used:
                implied = any(context.get(concept, 0) > 0.5 for concept in spot)
                spent += _weight(spot, lexicon) * (_IMPLIED if implied else 1.0)
    return (gained / spent if spent else 0.0), tuple(w for w in words if not w.startswith(UNKNOWN))


def _shared(a: Spot, b: Spot, lexicon: Lexicon) -> tuple[float, str]:
    return max(
        (
            (a[concept] * b[concept] * lexicon.weight(concept), concept)
            for concept in a
            if concept in b
        ),
        default=(0.0, ""),
    )


def _weight(spot: Spot, lexicon: Lexicon, concept: str = "") -> float:
    """Weight of the meaning at hand: the narrowest that goes with what is shared."""
    sure = [name for name, how in spot.items() if how >= 0.8]
    if concept and concept in sure:
        return lexicon.weight(concept)
    return max((lexicon.weight(name) for name in sure or spot), default=0.0)


def _overlap(one: Look | None, other: Look | None) -> float:
    """Share of the smaller column's values that the other has; few values and numbers say less."""
    if one is None or other is None:
        return 0.0
    smaller = min(one, other, key=lambda look: len(look.values))
    common = len(one.values & other.values)
    if not common:
        return 0.0
    telling = len(smaller.values) / (len(smaller.values) + (20 if smaller.number else 4))
    return common / len(smaller.values) * telling


def _form(look: Look | None) -> str:
    return look.form if look else ""


def _shape(one: Look | None, other: Look | None) -> float:
    if one is None or other is None or not one.shape or one.shape != other.shape:
        return 0.0
    longer = max(one.length, other.length)
    return min(one.length, other.length) / longer if longer else 0.0


_TIMES = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT})


def _compatible(one: Described, other: Described) -> float:
    """Whether values of one go into the other: text may hold anything that it shows to hold."""
    a, b = _kinds(one), _kinds(other)
    if a & b:
        return 0.4 if _clashing(one, other) or _clashing(other, one) else 1.0
    if {Kind.BINARY, Kind.OTHER} & (a | b):
        return 0.5
    if (a <= _TIMES and b <= _NUMBERS) or (b <= _TIMES and a <= _NUMBERS):
        return 0.1
    return 0.3 if Kind.TEXT in a | b else 0.4


def _clashing(one: Described, other: Described) -> bool:
    """Whether both are called dates or amounts, and only one of them holds any."""
    mine, theirs = one.look, other.look
    if mine is None or theirs is None or not mine.filled or not theirs.filled:
        return False
    for concepts, holds in ((_DATES, _holds_days), (_AMOUNTS, _holds_numbers)):
        if _is(one, concepts) and _is(other, concepts) and holds(mine) and not holds(theirs):
            return True
    return False


_DATES = ("date",)
_AMOUNTS = ("amount", "price", "quantity")


def _is(item: Described, concepts: tuple[str, ...]) -> bool:
    spots = (*item.name.spots, *item.comment.spots)
    return any(spot.get(concept, 0) > 0.5 for spot in spots for concept in concepts)


def _holds_days(look: Look) -> bool:
    """Days, or numbers that may count them."""
    return look.day or look.number


def _holds_numbers(look: Look) -> bool:
    return look.number


def _kinds(item: Described) -> frozenset[Kind]:
    kind = item.column.kind
    look = item.look if item.look is not None and item.look.filled else None
    if kind in _TIMES:
        return frozenset({Kind.DATE, Kind.DATETIME})
    if kind in _NUMBERS or kind is Kind.BOOLEAN:
        few = look is None or look.distinct <= 12
        return _NUMBERS | ({Kind.BOOLEAN, Kind.TEXT} if few and kind is not Kind.FLOAT else set())
    if kind is not Kind.TEXT:
        return frozenset({kind})
    if look is not None and look.day:
        return frozenset({Kind.TEXT, Kind.DATE, Kind.DATETIME})
    if look is not None and look.number:
        return frozenset({Kind.TEXT, Kind.BOOLEAN}) | _NUMBERS
    if look is not None:
        return frozenset({Kind.TEXT})
    return frozenset({Kind.TEXT, Kind.BOOLEAN}) | (_TIMES if _dated(item) else frozenset())


def _dated(item: Described) -> bool:
    return _is(item, _DATES)


# --- how sure -------------------------------------------------------------------------------------


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each sign says, as fitted on labelled schemas; see the file's own head."""

    bias: float
    weights: tuple[float, ...]
    lead_bias: float
    lead_score: float
    lead: float


@cache
def weights() -> Weights:
    """Read the weights."""
    text = (resources.files(__package__) / "weights.toml").read_bytes()
    return msgspec.toml.decode(text, type=Weights)


def score(found: Signs) -> float:
    """How much the signs say, as a logarithm of odds."""
    known = weights()
    return known.bias + sum(w * x for w, x in zip(known.weights, found.vector, strict=True))


def likely(score: float) -> float:
    """Odds as a share, 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def confidence(score: float, rival: float) -> Decimal:
    """How often a pair like this one was right, 0 to 1, in hundredths.

    Parameters
    ----------
    score : float
        Of this pair.
    rival : float
        Share, as `likely` gives it, of the best other pair that either column is in.
    """
    known = weights()
    lead = likely(score) - rival
    sure = likely(known.lead_bias + known.lead_score * score + known.lead * lead)
    return Decimal(str(round(min(sure, SUREST), 2)))


def reasons(found: Signs, lexicon: Lexicon) -> tuple[Reason, ...]:
    """Say what spoke for two columns, and what against."""
    said = []
    if found.same_name:
        said.append(Reason(code="migration.suggest_same_name"))
    if found.shared:
        words = ", ".join(lexicon.said(concept) for concept in dict.fromkeys(found.shared))
        said.append(Reason(code="migration.suggest_meaning", params={"concepts": words}))
    if not found.shared and not found.same_name and found.letters >= _SPELT:
        share = round(found.letters * 100)
        said.append(Reason(code="migration.suggest_letters", params={"percent": share}))
    if found.comment >= _SPELT:
        share = round(found.comment * 100)
        said.append(Reason(code="migration.suggest_comment", params={"percent": share}))
    if found.overlap >= _SHARED:
        share = round(found.overlap * 100)
        said.append(Reason(code="migration.suggest_overlap", params={"percent": share}))
    if found.form:
        said.append(Reason(code="migration.suggest_form"))
    if found.shape >= 0.8:
        said.append(Reason(code="migration.suggest_shape"))
    if found.keys:
        said.append(Reason(code="migration.suggest_keys"))
    if found.compatible < 0.5:
        said.append(Reason(code="migration.suggest_kinds"))
    return tuple(said)
