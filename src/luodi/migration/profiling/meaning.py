"""What a column means: signs of names, comments, patterns and values, weighed together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from luodi.migration.model import Kind, Table
from luodi.migration.profiling.model import ColumnProfile, Guess, Inclusion, KeyCandidate

FEW, MANY = 12, 50
"""Distinct values of a column with few, and more than which are many."""
LEAST = Decimal("0.40")
"""Confidence below which a guess is not worth saying."""
SHOWN = 3
"""How many guesses are kept."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions that all must hold, and what that says."""

    weight: float
    name: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    shape: str = ""
    value: str = ""
    share: float = 0.8
    only: tuple[str, ...] = ()
    spread: str = ""


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meaning with its names, its signs, and whether its values speak of a person."""

    id: str
    zh: str
    en: str
    sign: tuple[Sign, ...] = ()
    personal: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    meaning: tuple[Meaning, ...]


@cache
def meanings() -> dict[str, Meaning]:
    """Read the meanings that are known, by id."""
    text = (resources.files(__package__) / "meanings.toml").read_bytes()
    found = msgspec.toml.decode(text, type=_File)
    structural = (
        Meaning("row_key", "行主键", "row key"),
        Meaning("foreign_key", "外键", "foreign key"),
    )
    known = {meaning.id: meaning for meaning in (*found.meaning, *structural)}
    if len(known) != len(found.meaning) + len(structural):
        raise ValueError("meanings.toml: an id stands twice")
    return known


@dataclass(frozen=True)
class Words:
    """A name made comparable: its words, all of it without separators, and the text around it."""

    words: tuple[str, ...]
    joined: str
    text: str

    @classmethod
    def of(cls, name: str, comment: str = "") -> Words:
        words = tuple(word.lower() for word in _WORD.findall(name))
        return cls(words, re.sub(r"[\W_]", "", name).lower(), f"{name} {comment}")

    def matches(self, entry: str) -> bool:
        """Whether an entry of a sign (see ``meanings.toml``) is met."""
        if entry[0] == "=":
            return self.joined == entry[1:].lower()
        if entry[0] == "*":
            return self.joined.endswith(entry[1:].lower())
        if _HAN.search(entry):
            return entry.lower() in self.text.lower()
        phrase = tuple(entry.split())
        size = len(phrase)
        if any(self.words[at : at + size] == phrase for at in range(len(self.words) - size + 1)):
            return True
        return self.joined == "".join(phrase)


def guess(
    column: ColumnProfile, values: Iterable[str], table: str, table_comment: str = ""
) -> tuple[Guess, ...]:
    """Weigh the signs of every meaning.

    Signs in favour add up as independent witnesses, ``1 - prod(1 - w)``; signs against take
    their share of what is left.
    """
    seen = _Seen(
        column, tuple(values), Words.of(column.name, column.comment), Words.of(table, table_comment)
    )
    found = []
    for meaning in meanings().values():
        doubt, against, reasons = 1.0, 1.0, []
        for sign in meaning.sign:
            if not seen.holds(sign):
                continue
            if sign.weight < 0:
                against *= 1 + sign.weight
            else:
                doubt *= 1 - sign.weight
                reasons.append(_reason(sign))
        confidence = Decimal(str(round((1 - doubt) * against, 2)))
        if confidence >= LEAST:
            found.append(
                Guess(
                    meaning=meaning.id, confidence=confidence, reasons=tuple(dict.fromkeys(reasons))
                )
            )
    return tuple(sorted(found, key=lambda one: -one.confidence)[:SHOWN])


def _reason(sign: Sign) -> str:
    for part in ("value", "only", "shape", "name", "kind"):
        if getattr(sign, part):
            return "value" if part == "only" else part
    return "spread"


@dataclass(frozen=True)
class _Seen:
    """What signs look at."""

    column: ColumnProfile
    values: tuple[str, ...]
    name: Words
    table: Words

    def holds(self, sign: Sign) -> bool:
        column = self.column
        if sign.kind and column.kind not in sign.kind:
            return False
        if sign.name and not any(map(self.name.matches, sign.name)):
            return False
        if sign.table and not any(map(self.table.matches, sign.table)):
            return False
        return self._holds_inside(sign)

    def _holds_inside(self, sign: Sign) -> bool:
        checks: dict[str, Any] = {
            "spread": lambda: self._spread(sign.spread),
            "only": lambda: self._only(sign.only),
            "shape": lambda: self._shaped(sign.shape) >= sign.share,
            "value": lambda: self._valued(sign.value) >= sign.share,
        }
        return all(check() for part, check in checks.items() if getattr(sign, part))

    def _spread(self, spread: str) -> bool:
        distinct = self.column.distinct
        return {
            "unique": self.column.unique,
            "constant": distinct == 1,
            "few": 0 < distinct <= FEW,
            "many": distinct > MANY,
        }[spread]

    def _only(self, allowed: tuple[str, ...]) -> bool:
        values = [value.strip() for value in self.values]
        return 0 < self.column.distinct <= FEW and any(values) and set(values) <= set(allowed)

    def _shaped(self, shape: str) -> float:
        filled = self.column.filled
        rows = sum(p.rows for p in self.column.patterns if re.fullmatch(shape, p.value))
        return rows / filled if filled else 0.0

    def _valued(self, expression: str) -> float:
        values = [value.strip() for value in self.values if value.strip()]
        matching = sum(1 for value in values if re.fullmatch(expression, value, re.DOTALL))
        return matching / len(values) if values else 0.0


def structural(
    column: ColumnProfile, table: Table, keys: Sequence[KeyCandidate], reference: Inclusion | None
) -> tuple[Guess, ...]:
    """Add to a column's guesses what keys and references say of it."""
    found = list(column.guesses)
    declared = table.primary_key == (column.name,)
    is_key = any(key.columns == (column.name,) for key in keys)
    named = column.rows > 1 and Words.of(column.name).words[-1:] == ("id",)
    if is_key and (declared or named):
        # Whole numbers that are unique under such a name are handed out by a machine: what the
        # name of the table says of codes is weaker.
        counted = "0.85" if column.kind is Kind.INTEGER else "0.70"
        confidence = Decimal("0.95" if declared else counted)
        found.append(Guess(meaning="row_key", confidence=confidence, reasons=("key",)))
    if reference is not None:
        found.append(
            Guess(meaning="foreign_key", confidence=reference.confidence, reasons=("inclusion",))
        )
    return tuple(sorted(found, key=lambda one: -one.confidence)[: SHOWN + 1])
