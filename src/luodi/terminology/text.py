"""Texts as old systems hold them: stray spaces, full-width letters, invisible signs, mojibake."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache

from luodi.terminology.tables import rows

WHITE_SPACE = " \t\n\r\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""Characters that show as a gap: Unicode's White_Space."""
INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
"""Characters that show as nothing at all: soft hyphen, zero-width and direction marks."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_OUTER = WHITE_SPACE + INVISIBLE
_GAP = f"[{WHITE_SPACE}]"


class Trait(StrEnum):
    """Something about a text that a clean one has not."""

    OUTER_SPACE = "outer_space"
    INNER_SPACE = "inner_space"
    FULL_WIDTH = "full_width"
    INVISIBLE = "invisible"
    CONTROL = "control"
    PRIVATE_USE = "private_use"
    REPLACED = "replaced"
    MOJIBAKE = "mojibake"
    TRADITIONAL = "traditional"


def half_width(text: str) -> str:
    """Full-width forms U+FF01 to U+FF5E and U+3000 become their ASCII selves."""
    return text.translate(_FULL_WIDTH)


def trim(text: str) -> str:
    """Remove gaps and invisible characters at both ends."""
    return text.strip(_OUTER)


def clean(text: str) -> str:
    """Trim, drop what is invisible, make every run of gaps one blank; widths stay as they are."""
    return trim(_gaps().sub(" ", _invisible().sub("", text)))


def simplify(text: str) -> str:
    """Traditional characters become simplified, each by itself.

    Those that are simplified characters in their own right (乾, 於, 著) stay as they are.
    """
    return text.translate(_simplified())


def traits(text: str) -> frozenset[Trait]:
    """Everything about `text` that a clean one has not; what is mojibake is not also traditional.

    A blank between Latin words is no inner space; one beside a Chinese character is, and so is
    every gap that is more than one plain blank.
    """
    found = {trait for trait, holds in _TRAITS.items() if holds(text)}
    if Trait.MOJIBAKE not in found and simplify(text) != text:
        found.add(Trait.TRADITIONAL)
    return frozenset(found)


# --- mojibake -----------------------------------------------------------------------------------

_MARKERS = re.compile(
    "锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|銝|ï¿½|Ã[\x80-\xbf]|â€|[äåæçèé][\x80-\xbfŒœŠšŸŽž‘-”†-•…ˆ˜›€™]"
)
_WRONG_TURNS = (
    ("gb18030", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
    ("big5", "utf-8"),
)
"""Encodings that a text was read in, and the one that it was written in."""


def repaired(text: str) -> str | None:
    """The text as it was meant, where undoing one wrong decoding brings back Chinese; else None.

    Only texts whose every character outside ASCII goes the way back count, and what comes back
    must hold Chinese characters of daily use (GB/T 2312) and nothing that is not.
    """
    if text.isascii():
        return None
    for read_in, written_in in _WRONG_TURNS:
        try:
            found = text.encode(read_in).decode(written_in)
        except UnicodeError:
            continue
        if found != text and _daily(found) and _paired(text, written_in):
            return found
    return None


def is_mojibake(text: str) -> bool:
    """Tell whether a text was decoded wrongly: by its marks, or because it can be repaired."""
    return _MARKERS.search(text) is not None or repaired(text) is not None


def _daily(text: str) -> bool:
    foreign = [c for c in text if ord(c) > 0x7F]
    try:
        "".join(foreign).encode("gb2312")
    except UnicodeError:
        return False
    return sum("一" <= c <= "龥" for c in foreign) * 2 >= len(foreign) > 0


def _paired(text: str, written_in: str) -> bool:
    """GBK read as Latin-1 leaves letters in pairs; one é among ASCII is only French."""
    if written_in != "gb18030":
        return True
    runs = re.findall("[\xa1-\xfe]+", text)
    return bool(runs) and all(len(run) % 2 == 0 for run in runs) and max(map(len, runs)) >= 4


# --- signs --------------------------------------------------------------------------------------


@cache
def _gaps() -> re.Pattern[str]:
    return re.compile(f"{_GAP}+")


@cache
def _invisible() -> re.Pattern[str]:
    return re.compile(f"[{INVISIBLE}]")


@cache
def _simplified() -> dict[int, str]:
    return {ord(row[0]): row[1] for row in rows("traditional.tsv")}


def _found(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.search(text) is not None


def _inner_space(text: str) -> bool:
    return _INNER.search(trim(text)) is not None


_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_INNER = re.compile(f"{_GAP}{{2}}|[{WHITE_SPACE[1:]}]|(?<={_WIDE}) | (?={_WIDE})")
_TRAITS: dict[Trait, Callable[[str], bool]] = {
    Trait.OUTER_SPACE: lambda text: text != text.strip(WHITE_SPACE),
    Trait.INNER_SPACE: _inner_space,
    Trait.FULL_WIDTH: _found("[\uff01-\uff5e]"),
    Trait.INVISIBLE: _found(f"[{INVISIBLE}]"),
    Trait.CONTROL: _found("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]"),
    Trait.PRIVATE_USE: _found("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"),
    Trait.REPLACED: _found("\ufffd"),
    Trait.MOJIBAKE: is_mojibake,
}
