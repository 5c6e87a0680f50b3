"""What a column means: signs of names, comments, patterns and values, weighed together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from luodi.migration.model import Kind
from luodi.migration.profiling.mnemonics import initials
from luodi.migration.profiling.model import ColumnProfile, Guess
from luodi.terminology.text import simplify

FEW, MANY = 12, 50
"""Distinct values of a column with few, and more than which are many."""
LEAST = Decimal("0.40")
"""Confidence below which a guess is not worth saying."""
AMISS = 0.6
"""What is left of values that speak for one sort of thing under a name of another."""
SHOWN = 3
"""How many guesses are kept."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_EXPLAINED = re.compile(r"[（(\[【<《].*?[）)\]】>》]|[:：,，;；。\n].*|\d[-=.、:：].*", re.DOTALL)
_EDGES = " \t\r\n*＊_-.\u3000"
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
    dated: str = ""


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meaning with its names, its signs, and whether its values speak of a person.

    ``head`` names the sorts (see `head`) that a name may end in; None is any.
    """

    id: str
    zh: str
    en: str
    sign: tuple[Sign, ...] = ()
    personal: bool = False
    head: tuple[str, ...] | None = None


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sort of thing, told by how its name ends: Chinese, English words, initials of pinyin."""

    id: str
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    pinyin: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    head: tuple[Head, ...]
    meaning: tuple[Meaning, ...]


@cache
def _file() -> _File:
    text = (resources.files(__package__) / "meanings.toml").read_bytes()
    found = msgspec.toml.decode(text, type=_File)
    sorts = {head.id for head in found.head}
    for meaning in found.meaning:
        if not sorts.issuperset(meaning.head or ()):
            raise ValueError(f"meanings.toml: {meaning.id} has a head that nobody declares")
    return found


@cache
def meanings() -> dict[str, Meaning]:
    """Read the meanings that are known, by id."""
    found = _file()
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
    """A name made comparable: its words, all of it without separators, and its Chinese.

    What stands in brackets or after a colon explains and does not name: ``类型：1充值 2消费`` is a
    类型.  ``spelled`` is true where the comment spells out the initials that are the name, so
    that no other reading of them counts: JSRQ is 结束日期 or 结算日期.
    """

    words: tuple[str, ...]
    joined: str
    texts: tuple[str, ...]
    spelled: bool = False

    @classmethod
    def of(cls, name: str, comment: str = "") -> Words:
        named, told = _named(name), _named(comment)
        words = tuple(word.lower() for word in _WORD.findall(named))
        joined = re.sub(r"[\W_]", "", named).lower()
        texts = tuple(simplify(text.lower()) for text in (told, named) if _HAN.search(text))
        spelled = bool(told) and joined.isascii() and initials(told).lower() == joined
        return cls(words, joined, texts, spelled)

    @property
    def head(self) -> str:
        """The sort of thing that the name ends in, or nothing: 科室代码 is a code."""
        for text in self.texts:
            if text.startswith("是否"):
                return "flag"
            if end := _longest_end(text):
                return end
        if self.spelled:
            return ""
        for one in _file().head:
            if self.words[-1:] and self.words[-1] in one.en:
                return one.id
            if any(self.joined.endswith(end.lower()) for end in one.pinyin) and not self.texts:
                return one.id
        return ""

    def matches(self, entry: str) -> bool:
        """Whether an entry of a sign (see ``meanings.toml``) is met."""
        if entry[0] in "=*":
            wanted = entry[1:].lower()
            if _HAN.search(wanted):
                meets = str.endswith if entry[0] == "*" else str.__eq__
                return any(meets(text, wanted) for text in self.texts)
            if self.spelled and entry[1:].isupper() and len(wanted) > 1:
                return False
            return self.joined == wanted or (entry[0] == "*" and self.joined.endswith(wanted))
        if _HAN.search(entry):
            return any(entry.lower() in text for text in self.texts)
        phrase = tuple(entry.split())
        size = len(phrase)
        if any(self.words[at : at + size] == phrase for at in range(len(self.words) - size + 1)):
            return True
        return self.joined == "".join(phrase)


def _named(text: str) -> str:
    """Take the explanation off a name or comment, unless there is nothing else."""
    return _EXPLAINED.sub("", text).strip(_EDGES) or text


def _longest_end(text: str) -> str:
    ends = [
        (len(end), one.id) for one in _file().head for end in one.zh if text.endswith(end.lower())
    ]
    return max(ends)[1] if ends else ""


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
    found, head = [], seen.name.head
    for meaning in meanings().values():
        doubt, reasons = 1.0, []
        # No word of a name gainsays what the name ends in; values may, with less weight.
        amiss = meaning.head is not None and head not in ("", *meaning.head)
        against = AMISS if amiss else 1.0
        for sign in meaning.sign:
            if not seen.holds(sign) or (sign.name and sign.weight > 0 and amiss):
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


def has_hour(format: str) -> bool:
    """Whether a format of dates (see ``date_formats.tsv``) tells the hour."""
    return "hh" in format or format.startswith("unix")


def _reason(sign: Sign) -> str:
    for part in ("value", "only", "dated", "shape", "name", "kind"):
        if getattr(sign, part):
            return "value" if part in ("only", "dated") else part
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
            "dated": lambda: self._dated(sign.dated) >= sign.share,
        }
        return all(check() for part, check in checks.items() if getattr(sign, part))

    def _spread(self, spread: str) -> bool:
        distinct = self.column.distinct
        return {
            "unique": self.column.unique,
            "constant": distinct == 1,
            "few": distinct <= FEW,
            "many": distinct > MANY,
        }[spread]

    def _only(self, allowed: tuple[str, ...]) -> bool:
        values = [value.strip() for value in self.values]
        return 0 < self.column.distinct <= FEW and any(values) and set(values) <= set(allowed)

    def _shaped(self, shape: str) -> float:
        filled = self.column.filled
        rows = sum(p.rows for p in self.column.patterns if re.fullmatch(shape, p.value))
        return rows / filled if filled else 0.0

    def _dated(self, sort: str) -> float:
        filled = self.column.filled
        rows = sum(
            count.rows for count in self.column.dates if (sort == "moment") == has_hour(count.value)
        )
        return rows / filled if filled else 0.0

    def _valued(self, expression: str) -> float:
        values = [value.strip() for value in self.values if value.strip()]
        matching = sum(1 for value in values if re.fullmatch(expression, value, re.DOTALL))
        return matching / len(values) if values else 0.0
