"""What the words of a name mean: Chinese, English, full pinyin and its initials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TypeAlias

Spot: TypeAlias = dict[str, float]
"""What one word may mean: concepts with how surely, from 0 to 1."""

ANCESTOR = 0.6
"""How surely a word that means something narrower means the wider thing as well."""
UNSURE = 0.85
"""How surely initials mean what they may mean; several concepts share most of them."""
IMPLIED = 0.9
"""How surely a word means what it and its table say together."""
UNKNOWN = "?"
"""In front of a word that no concept knows."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PREFIX = frozenset("abcdfinstv") | {
    *("col", "fld", "tb", "tbl", "tab", "str", "int", "var", "dat", "dec", "vc"),
}
"""Words in front of a name that tell its type in some houses and mean nothing."""
_LONGEST = 5
"""Words of the longest English name."""


@dataclass(frozen=True)
class Concept:
    """Something columns speak of; ``weight`` is how much it says that two share it."""

    id: str
    is_: tuple[str, ...]
    weight: float
    zh: tuple[str, ...]
    en: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A name as it was read: its spots in order, and its letters without separators."""

    spots: tuple[Spot, ...]
    joined: str

    @property
    def known(self) -> bool:
        """Tell whether any word of it means anything."""
        return any(not name.startswith(UNKNOWN) for spot in self.spots for name in spot)


@dataclass(frozen=True)
class Lexicon:
    """Concepts by their names."""

    concepts: dict[str, Concept]
    chinese: dict[str, frozenset[str]]
    english: dict[tuple[str, ...], frozenset[str]]
    spelt: dict[str, Spot]

    def read(self, name: str) -> Reading:
        """Read a name or a comment."""
        words = [word.lower() for word in _WORD.findall(name)]
        joined = re.sub(r"[\W_]", "", name).lower()
        while len(words) > 1 and words[0] in _PREFIX:
            words = words[1:]
        return Reading(tuple(self._spots(words)), joined)

    def within(self, reading: Reading, context: Spot) -> Reading:
        """Read a name as it is meant in a table: ``name`` is a drug's name in a table of drugs."""
        spots = []
        for spot in reading.spots:
            fuller = dict(spot)
            for concept in self._compounds(spot):
                own = [part for part in concept.is_ if spot.get(part, 0) >= 0.8]
                rest = [part for part in concept.is_ if part not in own]
                if own and rest and all(context.get(part, 0) > 0.5 for part in rest):
                    fuller[concept.id] = max(IMPLIED, fuller.get(concept.id, 0))
            spots.append(fuller)
        return Reading(tuple(spots), reading.joined)

    def _compounds(self, spot: Spot) -> Iterator[Concept]:
        for concept in self.compounds:
            if any(part in spot for part in concept.is_):
                yield concept

    @cached_property
    def compounds(self) -> tuple[Concept, ...]:
        """Concepts that are several others at once: a drug's name."""
        return tuple(concept for concept in self.concepts.values() if len(concept.is_) > 1)

    def said(self, concept: str) -> str:
        """A concept in both languages: 姓名 patient name."""
        known = self.concepts[concept]
        return " ".join([*known.zh[:1], *known.en[:1]])

    def weight(self, concept: str) -> float:
        """How much a concept says; an unknown word says as much as a common one."""
        known = self.concepts.get(concept)
        return known.weight if known else 0.6

    def _spots(self, words: list[str]) -> Iterator[Spot]:
        at = 0
        while at < len(words):
            word = words[at]
            if _HAN.match(word):
                yield from self._han(word)
                at += 1
                continue
            size, names = self._phrase(words, at)
            if size:
                spot = self._spread(names)
                if size == 1 and len(word) <= 4:
                    for concept, sure in self.spelt.get(word, {}).items():
                        spot.setdefault(concept, sure * UNSURE)
                yield spot
                at += size
            elif word in self.spelt:
                yield dict(self.spelt[word])
                at += 1
            else:
                yield from self._cut(word)
                at += 1

    def _phrase(self, words: list[str], at: int) -> tuple[int, frozenset[str]]:
        """The longest English name that begins here, and how many words it takes."""
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            names = self.english.get(tuple(map(_singular, words[at : at + size])))
            if names:
                return size, names
        return 0, frozenset()

    def _han(self, text: str) -> Iterator[Spot]:
        """Chinese text, the longest names first; what is left over says nothing known."""
        at, left = 0, ""
        while at < len(text):
            size = next(
                (
                    n
                    for n in range(min(12, len(text) - at), 0, -1)
                    if text[at : at + n] in self.chinese
                ),
                0,
            )
            if size:
                if left:
                    yield {UNKNOWN + left: 1.0}
                    left = ""
                yield self._spread(self.chinese[text[at : at + size]])
                at += size
            else:
                left += text[at]
                at += 1
        if left and left not in _EMPTY:
            yield {UNKNOWN + left: 1.0}

    def _cut(self, word: str) -> Iterator[Spot]:
        """A word without separators, cut into the fewest known parts: brlxdh, deptcode."""
        best: list[tuple[int, list[Spot]] | None] = [(0, [])] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 24), end):
                before, spot = best[start], self._part(word[start:end])
                if before is not None and spot is not None:
                    found = (before[0] + 1, [*before[1], spot])
                    if best[end] is None or found[0] < best[end][0]:  # type: ignore[index]  # looked
                        best[end] = found
        whole = best[len(word)]
        if whole is not None and whole[0] <= max(2, len(word) // 3):
            yield from whole[1]
        elif not word.isdigit():
            yield {UNKNOWN + word: 1.0}

    def _part(self, part: str) -> Spot | None:
        if len(part) < 2:
            return None
        names = self.english.get((_singular(part),))
        if names and len(part) > 2:
            return self._spread(names)
        return dict(self.spelt[part]) if part in self.spelt else None

    def spread(self, concept: str, sure: float) -> Spot:
        """A concept with the wider ones it is."""
        return self._spread([concept], sure)

    def _spread(self, names: Iterable[str], sure: float = 1.0) -> Spot:
        """Concepts with the wider ones they are."""
        spot: Spot = {}
        pending = [(name, sure) for name in names]
        while pending:
            name, how = pending.pop()
            if how > spot.get(name, 0):
                spot[name] = how
                pending += [(wider, how * ANCESTOR) for wider in self.concepts[name].is_]
        return spot


_EMPTY = frozenset("的之和与及或等了")


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def lexicon() -> Lexicon:
    """Read the concepts, with the pinyin of their Chinese names."""
    from pypinyin import Style, lazy_pinyin  # what takes long to import is imported when needed

    concepts = {concept.id: concept for concept in _concepts()}
    chinese: dict[str, set[str]] = {}
    english: dict[tuple[str, ...], set[str]] = {}
    spelt: dict[str, dict[str, float]] = {}
    for concept in concepts.values():
        for name in concept.zh:
            chinese.setdefault(name.lower(), set()).add(concept.id)
            initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
            for text, sure in (("".join(lazy_pinyin(name)).lower(), 1.0), (initials, UNSURE)):
                if len(text) > 1 and text.isascii():
                    spelt.setdefault(text, {}).setdefault(concept.id, sure)
        for phrase in concept.en:
            english.setdefault(tuple(map(_singular, phrase.split())), set()).add(concept.id)
            if " " in phrase:
                joined = phrase.replace(" ", "")
                english.setdefault((_singular(joined),), set()).add(concept.id)
        for text in concept.short:
            spelt.setdefault(text, {})[concept.id] = 1.0
    found = Lexicon(
        concepts,
        {name: frozenset(ids) for name, ids in chinese.items()},
        {name: frozenset(ids) for name, ids in english.items()},
        {},
    )
    for text, means in spelt.items():
        spot: Spot = {}
        for name, sure in means.items():
            for concept_id, how in found._spread([name], sure).items():
                spot[concept_id] = max(how, spot.get(concept_id, 0))
        found.spelt[text] = spot
    return found


def _concepts() -> Iterator[Concept]:
    text = (resources.files(__package__) / "concepts.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            id_, is_, weight, zh, en, short = line.split("\t")
            yield Concept(
                id_, tuple(is_.split()), float(weight), _list(zh), _list(en), _list(short)
            )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))
