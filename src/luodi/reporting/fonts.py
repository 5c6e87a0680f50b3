"""Which installed font can print a text: its family, and the characters it has.

typst prints nothing, silently, where a font lacks a character.  So the font is chosen and its
character map read before anything is printed (OpenType specification, ``cmap``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import typst

from luodi.evidence.errors import LuodiError
from luodi.reporting.style import style

SHOWN = 20
"""Missing characters that a message names."""
_INVISIBLE = frozenset("\n\r\t ​")


class Font(NamedTuple):
    """An installed font: its file, and which of the fonts in there it is."""

    family: str
    path: Path
    number: int


@cache
def installed() -> tuple[Font, ...]:
    """Every font of this system, with its file."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    return tuple(Font(f.family, Path(f.path), f.index) for f in fonts.fonts() if f.path)


def font_for(texts: Iterable[str], fonts: Iterable[Font] | None = None) -> str:
    """Choose the family that prints all of `texts`: the first of the house style that can.

    Raises
    ------
    LuodiError
        ``reporting.font_missing``: no font with Chinese; ``reporting.glyph_missing``: none that
        has every character, with those that the best one lacks.
    """
    wanted = {ord(character) for text in texts for character in text} - set(map(ord, _INVISIBLE))
    best: tuple[str, set[int]] | None = None
    for family, known in _candidates(installed() if fonts is None else tuple(fonts)):
        lacking = wanted - known
        if not lacking:
            return family
        if best is None or len(lacking) < len(best[1]):
            best = family, lacking
    if best is None:
        raise LuodiError("reporting.font_missing")
    some = " ".join(f"{chr(code)} (U+{code:04X})" for code in sorted(best[1])[:SHOWN])
    raise LuodiError("reporting.glyph_missing", {"font": best[0], "characters": some})


def _candidates(fonts: tuple[Font, ...]) -> Iterable[tuple[str, frozenset[int]]]:
    by_family: dict[str, Font] = {}
    for font in fonts:
        by_family.setdefault(font.family, font)
    for family in style().fonts:
        if family in by_family:
            yield family, characters(*by_family[family][1:])


@cache
def characters(path: Path, index: int) -> frozenset[int]:
    """Code points that a font file has glyphs for; empty where it cannot be read."""
    try:
        data = path.read_bytes()
        return frozenset(_character_map(data, _offset(data, index)))
    except (OSError, struct.error, IndexError):
        return frozenset()


def _offset(data: bytes, index: int) -> int:
    """Where the font begins: a collection (TTC) lists the fonts it holds."""
    if data[:4] != b"ttcf":
        return 0
    (offset,) = struct.unpack_from(">I", data, 12 + 4 * index)
    return int(offset)


def _character_map(data: bytes, start: int) -> set[int]:
    (tables,) = struct.unpack_from(">H", data, start + 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return _all_maps(data, offset)
    return set()


def _all_maps(data: bytes, cmap: int) -> set[int]:
    found: set[int] = set()
    (maps,) = struct.unpack_from(">H", data, cmap + 2)
    for number in range(maps):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        if platform not in (0, 3):  # Unicode, Windows
            continue
        (format_,) = struct.unpack_from(">H", data, cmap + offset)
        if format_ == 4:
            found |= _segments(data, cmap + offset)
        elif format_ == 12:
            found |= _groups(data, cmap + offset)
    return found


def _segments(data: bytes, at: int) -> set[int]:
    """Format 4: segments of the basic plane; 0xFFFF ends them and is none.

    A segment with its own glyph list may still map single characters to nothing.
    """
    (double,) = struct.unpack_from(">H", data, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, offsets_at)
    found: set[int] = set()
    for number, (first, last, offset) in enumerate(zip(starts, ends, offsets, strict=True)):
        if first == 0xFFFF:
            continue
        if offset == 0:
            found.update(range(first, last + 1))
            continue
        glyphs = offsets_at + 2 * number + offset
        for place, code in enumerate(range(first, last + 1)):
            if data[glyphs + 2 * place : glyphs + 2 * place + 2] not in (b"\0\0", b""):
                found.add(code)
    return found


def _groups(data: bytes, at: int) -> set[int]:
    """Format 12: groups of any plane."""
    (count,) = struct.unpack_from(">I", data, at + 12)
    found: set[int] = set()
    for number in range(count):
        first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * number)
        found.update(range(first, min(last, 0x10FFFF) + 1))
    return found
