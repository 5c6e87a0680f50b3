"""Pinyin without tones: full spelling, initials (拼音码), homophones and near homophones.

Readings of single characters are those of ``pypinyin`` (from the Unihan database and 现代汉语词典),
the commonest first; readings that a character has as a surname are in ``surnames.tsv``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import islice, product

from luodi.terminology.tables import rows

_RETROFLEX = {"zh": "z", "ch": "c", "sh": "s"}
_NASAL = {"ang": "an", "eng": "en", "ing": "in"}


@cache
def _dictionary() -> dict[int, str]:
    # 0.2 s to import: only where a reading is asked for.
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


@cache
def surnames() -> Mapping[str, str]:
    """Surnames of several characters or with a reading of their own → pinyin."""
    return {surname: spelling for surname, spelling in rows("surnames.tsv")}  # noqa: C416


@cache
def readings(character: str) -> tuple[str, ...]:
    """Readings of one character without tones, the commonest first; empty when it has none.

    >>> readings("单")
    ('dan', 'chan', 'shan')
    """
    found = _dictionary().get(ord(character), "")
    return tuple(dict.fromkeys(_toneless(reading) for reading in found.split(",") if reading))


def pinyin(text: str) -> str:
    """Spell a text: syllables and other words, separated by blanks; small letters.

    >>> pinyin("吕布 A1")
    'lv bu a1'
    """
    return " ".join(_syllables(text))


def initials(text: str) -> str:
    """The 拼音码: first letter of every syllable, other letters and digits as they are; capitals.

    >>> initials("阿莫西林0.25g")
    'AMXL025G'
    """
    return "".join(
        (found[0][0] if (found := readings(character)) else character).upper()
        for character in text
        if character.isalnum()
    )


def all_initials(text: str, most: int = 16) -> tuple[str, ...]:
    """Every 拼音码 that characters with several readings allow, `most` of them at the utmost.

    >>> all_initials("重庆")
    ('ZQ', 'CQ', 'TQ')
    """
    choices = [
        tuple(dict.fromkeys(reading[0] for reading in readings(character))) or (character,)
        for character in text
        if character.isalnum()
    ]
    found = ("".join(choice).upper() for choice in product(*choices))
    return tuple(dict.fromkeys(islice(found, most)))


@lru_cache(maxsize=1000)
def surname_pinyin(surname: str) -> str:
    """Spell a surname as a surname: 单 is shan, 仇 qiu, 尉迟 yu chi."""
    return surnames().get(surname) or pinyin(surname)


def are_homophones(left: str, right: str) -> bool:
    """Whether two texts may sound alike, tones aside: some reading agrees at every place."""
    return len(left) == len(right) and all(
        a == b or not set(readings(a)).isdisjoint(readings(b))
        for a, b in zip(left, right, strict=True)
    )


@cache
def folded(syllable: str) -> str:
    """A syllable with what many speakers do not tell apart made one: zh/z, n/l, ang/an, ing/in.

    >>> folded("zhang"), folded("nan"), folded("ling")
    ('zan', 'lan', 'lin')
    """
    head, tail = syllable[:2], syllable[2:]
    if head in _RETROFLEX:
        start, rest = _RETROFLEX[head], tail
    else:
        start, rest = syllable[:1], syllable[1:]
    if start == "n" and rest:
        start = "l"
    for ending, short in _NASAL.items():
        if rest.endswith(ending):
            return start + rest.removesuffix(ending) + short
    return start + rest


def folded_all(spelling: str) -> str:
    """`folded` for every syllable of a spelling."""
    return " ".join(map(folded, spelling.split(" ")))


def similarity(left: str, right: str) -> float:
    """How alike two texts sound: 1.0 alike, 0.0 not at all.

    Every syllable counts 1 where a reading agrees, 0.9 where it agrees once `folded`, 0.5 where
    only the first letter does; the mean over the longer text.
    """
    if not left or not right:
        return 0.0
    scores = [_closeness(a, b) for a, b in zip(left, right, strict=False)]
    return sum(scores) / max(len(left), len(right))


def _closeness(left: str, right: str) -> float:
    if left == right:
        return 1.0
    ours, theirs = readings(left), readings(right)
    if not set(ours).isdisjoint(theirs):
        return 1.0
    if not set(map(folded, ours)).isdisjoint(map(folded, theirs)):
        return 0.9
    return 0.5 if {r[0] for r in ours} & {r[0] for r in theirs} else 0.0


def _toneless(reading: str) -> str:
    # ü keeps its dots as v; a tone mark on it is a third combining sign.
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@cache
def _said(character: str) -> str | None:
    """How one character is spelt; None for what belongs to a word of another script."""
    found = readings(character)
    if found:
        return found[0]
    return None if character.isalnum() else ""


def _syllables(text: str) -> Iterable[str]:
    word = ""
    for character in text:
        said = _said(character)
        if said is None:
            word += character
            continue
        if word:
            yield word.lower()
            word = ""
        if said:
            yield said
    if word:
        yield word.lower()
