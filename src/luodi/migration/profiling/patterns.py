"""Patterns of values: each character becomes its class, runs become counts.

``张三`` is ``汉{2}``, ``MZ2019`` is ``A{2}9{4}``.  Full-width digits and letters keep classes of
their own, punctuation and symbols stand for themselves.  Two values have one pattern exactly when
the classes of their characters agree one by one.

Values are classified by the column, not one by one: a byte table maps the UTF-8 of many joined
values at once, which is what makes two million values a matter of a tenth of a second.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

SEPARATOR = "\x1e"
"""What stands between joined values: U+001E, the record separator.  A value that holds it is
classified by itself."""
LONGEST = 64
"""Characters of the longest value that has a pattern of its own."""
LONG = f"*{{{LONGEST + 1},}}"
"""The pattern of every longer value: text for people, not a code."""
VARIED = 200_000
"""So many different patterns say nothing about a column; beyond them there is none."""

HAN, DIGIT, UPPER, LOWER = "汉", "9", "A", "a"
WIDE_DIGIT, WIDE_UPPER, WIDE_LOWER = "９", "Ａ", "ａ"
KANA, LETTER, PRIVATE, DAMAGED = "か", "文", "□", "?"

_END = SEPARATOR.encode()
_HAN_BYTES = b"\xe5\x80\x80"
_CODE = b"\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff"  # bytes that UTF-8 never uses
_CODES = len(_CODE) ** 3
_CODED = re.compile("[\xf8-\xff]{3}")
_ODD = re.compile(r"[^\x00-\x7f\u4000-\u9fff]")
_PLAIN = bytes(range(0xC0)) + b"\xe4\xe5\xe6\xe7\xe8\xe9"
_RUN = re.compile(r"(.)\1*", re.DOTALL)
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "\\{", "}": "\\}", "\\": "\\\\"}


def _byte_class(byte: int) -> int:
    if 0x30 <= byte <= 0x39:
        return ord(DIGIT)
    if 0x41 <= byte <= 0x5A:
        return ord(UPPER)
    if 0x61 <= byte <= 0x7A:
        return ord(LOWER)
    if 0xE4 <= byte <= 0xE9:
        return _HAN_BYTES[0]
    return 0x80 if 0x80 <= byte <= 0xBF else byte


_CLASSES = bytes(map(_byte_class, range(256)))


@cache
def class_of(char: str) -> str:
    """Tell the class of a character; a punctuation mark or symbol is its own."""
    point = ord(char)
    for first, last, name in (
        (0x30, 0x39, DIGIT),
        (0x41, 0x5A, UPPER),
        (0x61, 0x7A, LOWER),
        (0x3400, 0x9FFF, HAN),
        (0xF900, 0xFAFF, HAN),
        (0x20000, 0x3FFFF, HAN),
        (0xFF10, 0xFF19, WIDE_DIGIT),
        (0xFF21, 0xFF3A, WIDE_UPPER),
        (0xFF41, 0xFF5A, WIDE_LOWER),
        (0x3041, 0x30FF, KANA),
        (0xE000, 0xF8FF, PRIVATE),
    ):
        if first <= point <= last:
            return name
    return LETTER if unicodedata.category(char)[0] in "LMN" else char


def pattern(value: str) -> str:
    """Write the pattern of one value."""
    return LONG if len(value) > LONGEST else _compressed("".join(map(class_of, value)))


def _compressed(classes: str) -> str:
    return "".join(_run(match[1], len(match[0])) for match in _RUN.finditer(classes))


def _run(char: str, length: int) -> str:
    return _written(char) + (f"{{{length}}}" if length > 1 else "")


@cache
def _written(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\u{ord(char):04x}"


@dataclass(frozen=True)
class Patterns:
    """Patterns with how many rows have them; ``shapes`` are patterns without their lengths.

    ``signs`` are the classes and marks that occur in any of them, empty where longer values than
    have a pattern may hold others.
    """

    exact: dict[str, int]
    shapes: dict[str, int]
    signs: str = ""


class PatternCount:
    """Counts the patterns of a column's values, given as joined distinct values with weights."""

    def __init__(self) -> None:
        self._coarse: Counter[bytes] = Counter()
        self._single: Counter[str] = Counter()
        self._symbols: dict[str, bytes] = {}
        self._written: dict[str, str] = {}
        self._long = 0

    @property
    def varied(self) -> bool:
        """Whether there are too many patterns to say anything."""
        return len(self._coarse) + len(self._single) > VARIED

    def add(self, joined: str, weight: int) -> None:
        """Count values joined by `SEPARATOR`, each standing for `weight` rows."""
        data = joined.encode()
        if not joined.isascii() and data.translate(None, _PLAIN):
            odd = set(_ODD.findall(joined))
            codes = self._codes(odd)
            if codes is None:
                self.add_single(joined.split(SEPARATOR), weight)
                return
            for char, code in codes.items():
                data = data.replace(char.encode(), code)
        classes = data.translate(_CLASSES) + _END
        first = classes[: classes.index(_END) + 1]
        if classes == first * (len(classes) // len(first)):
            # All of one pattern, as numbers of a fixed length are: no need to take them apart.
            self._coarse[first[:-1]] += len(classes) // len(first) * weight
            return
        found = Counter(classes[:-1].split(_END))
        if weight == 1:
            self._coarse.update(found)
        else:
            for classes, count in found.items():
                self._coarse[classes] += count * weight

    def add_single(self, values: Iterable[str], weight: int) -> None:
        """Count values one by one."""
        for value in values:
            self._single["".join(map(class_of, value))] += weight

    def add_long(self, rows: int) -> None:
        """Count rows whose value is longer than `LONGEST`."""
        self._long += rows

    def result(self) -> Patterns:
        """Write the patterns out."""
        classes: Counter[str] = Counter(self._single)
        for coarse, count in self._coarse.items():
            classes[self._decoded(coarse)] += count
        exact: dict[str, int] = {}
        lengths: dict[str, list[tuple[int, int]]] = {}
        totals: Counter[str] = Counter()
        for text, count in classes.items():
            runs = [(match[1], len(match[0])) for match in _RUN.finditer(text)]
            exact["".join(_run(char, length) for char, length in runs)] = count
            skeleton = "".join(char for char, _ in runs)
            spans = lengths.setdefault(skeleton, [(n, n) for _, n in runs])
            for place, (_, n) in enumerate(runs):
                low, high = spans[place]
                spans[place] = (min(low, n), max(high, n))
            totals[skeleton] += count
        shapes = {_shape(chars, lengths[chars]): count for chars, count in totals.items()}
        signs = "".join(sorted(set().union(*lengths)))
        if self._long:
            exact[LONG] = shapes[LONG] = self._long
            signs = ""
        return Patterns(exact, shapes, signs)

    def _codes(self, odd: set[str]) -> dict[str, bytes] | None:
        """Give every odd character the bytes of its class; None when there are too many classes."""
        codes = {}
        for char in odd:
            symbol = class_of(char)
            if symbol == HAN:
                codes[char] = _HAN_BYTES
                continue
            if symbol not in self._symbols:
                if len(self._symbols) == _CODES:
                    return None
                code = _code(len(self._symbols))
                self._symbols[symbol] = code
                self._written[code.decode("latin-1")] = symbol
            codes[char] = self._symbols[symbol]
        return codes

    def _decoded(self, coarse: bytes) -> str:
        text = coarse.decode("latin-1").replace(_HAN_BYTES.decode("latin-1"), HAN)
        if text.isascii():
            return text
        # In one pass and in steps of three, for a code may also be read across two others.
        return _CODED.sub(lambda match: self._written[match[0]], text)


def _code(number: int) -> bytes:
    size = len(_CODE)
    return bytes(
        (_CODE[number // size // size], _CODE[number // size % size], _CODE[number % size])
    )


def _shape(chars: str, spans: list[tuple[int, int]]) -> str:
    return "".join(
        _run(char, low) if low == high else f"{_written(char)}{{{low},{high}}}"
        for char, (low, high) in zip(chars, spans, strict=True)
    )
