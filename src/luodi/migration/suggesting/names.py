"""Weigh names: departments, staff, fee types, services, whatever has no structure of its own."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from rapidfuzz import fuzz

from luodi.migration.suggesting.model import Reason
from luodi.terminology.text import clean, half_width, simplify

OTHER = 0.35
"""What is left of a likeness where names differ in a word or number that tells things apart."""

_NOISE = re.compile(r"[\s()（）\[\]【】《》<>“”\"',，.。、;；:：·\-—_/\\*＊+]+")
_ROMAN = str.maketrans({"Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4", "Ⅴ": "5", "Ⅵ": "6", "Ⅶ": "7"})
_NUMERAL = str.maketrans("一二三四五六七八九", "123456789")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[a-z]+")


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """A name made comparable: half width, simplified, lower case, without signs and blanks."""
    told = simplify(half_width(clean(text))).translate(_ROMAN).lower()
    return _NOISE.sub("", told)


def same(name: str) -> str:
    """The first name of what a comparable name means in every hospital: 男 of male; else itself."""
    return _same().get(name, name)


@cache
def _same() -> dict[str, str]:
    text = (resources.files(__package__) / "same_terms.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {plain(word): plain(words[0]) for words in lines for word in words}


def grams(name: str) -> frozenset[str]:
    """Pairs of neighbouring characters; a single character stands for itself."""
    if len(name) < 2:
        return frozenset({name}) if name else frozenset()
    return frozenset(name[at : at + 2] for at in range(len(name) - 1))


def likeness(one: str, other: str) -> float:
    """How alike two comparable names are, 0 to 1; names of different things stay low."""
    if one == other:
        return 1.0
    alike = fuzz.ratio(one, other) / 100
    inside = one in other or other in one
    if inside and min(len(one), len(other)) >= 2:
        alike = max(alike, 0.75)
    if contrasting(one, other):
        alike *= OTHER
    return alike


def contrasting(one: str, other: str) -> bool:
    """Tell whether names differ in a number, a letter or a word that tells things apart."""
    if _numbers(one) != _numbers(other):
        return True
    return any(
        first != second and (first or second)
        for group in _groups()
        for first, second in [(_of(group, one), _of(group, other))]
        if first and second
    )


@lru_cache(maxsize=200_000)
def _numbers(name: str) -> tuple[str, ...]:
    return tuple(sorted(_NUMBER.findall(name.translate(_NUMERAL))))


def _of(group: tuple[str, ...], name: str) -> frozenset[str]:
    """Words of a group that a name has; of words within words the longest."""
    found: set[str] = set()
    for word in group:
        if word in name:
            found.add(word)
            name = name.replace(word, " ")
    return frozenset(found)


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    text = (resources.files(__package__) / "contrasts.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple(tuple(sorted(words, key=len, reverse=True)) for words in lines)


def name_reason(alike: float) -> Reason:
    """Say how alike two names are."""
    if alike == 1.0:
        return Reason(code="migration.suggest_name_same")
    return Reason(code="migration.suggest_name_near", params={"percent": round(alike * 100)})
