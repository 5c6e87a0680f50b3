"""Quantities in running text: the words of a 规格, put in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

import msgspec

from luodi.terminology.text import clean, half_width
from luodi.terminology.units import COUNT, Unit, base, unit


class Fault(StrEnum):
    """Why a 规格 does not parse."""

    EMPTY = "empty"
    NO_QUANTITY = "no_quantity"
    UNIT_MISSING = "unit_missing"
    UNIT_UNKNOWN = "unit_unknown"
    AMBIGUOUS = "ambiguous"
    MALFORMED = "malformed"


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its unit, as the unit table names it."""

    value: Decimal
    unit: str

    @property
    def known(self) -> Unit:
        """The unit itself."""
        found = unit(self.unit)
        assert found is not None
        return found

    @property
    def amount(self) -> Decimal:
        """The number in the base unit of its dimension."""
        return self.value * self.known.factor

    @property
    def in_base(self) -> Quantity:
        """The same quantity in the base unit of its dimension."""
        if self.known.dimension == COUNT:
            return self
        return Quantity(value=self.amount, unit=base(self.known.dimension))

    def __str__(self) -> str:
        return written(self.value) + self.unit


def written(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a 规格, by kind.

    ``sum`` is true where ``+`` joins substances, ``times`` where ``×`` stands between measures.
    """

    measures: tuple[Quantity, ...]
    percents: tuple[Decimal, ...]
    counts: tuple[Quantity, ...]
    package: str
    sum: bool
    times: bool


_TIMES = str.maketrans(dict.fromkeys("*xX✕✖·∗", "×"))
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<sign>[%×:/+()])|(?P<word>[^\d%×:/+()\s]+)|\s+"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_REMARK = re.compile(r"[\u4e00-\u9fff]")
_COMPOUND = "复方"


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str


def scan(text: str) -> Scan | Fault:
    """Read a 规格 into its quantities, or say why it cannot be."""
    plain = _plain(text)
    if not plain:
        return Fault.EMPTY
    tokens = list(_tokens(_without_remarks(plain)))
    if not any(token.kind == "number" for token in tokens):
        return Fault.NO_QUANTITY
    return _Reader(tokens).read()


def _plain(text: str) -> str:
    """Half-width, without blanks inside numbers and units, every sign in one form."""
    found = half_width(clean(text)).translate(_TIMES).replace("：", ":").replace("\\", "/")
    return re.sub(r"(?<=\D)\s+|\s+(?=\D)", "", found)


def _without_remarks(text: str) -> str:
    """Brackets that hold quantities only stay, those that hold words go."""

    def kept(match: re.Match[str]) -> str:
        return f" {match[1]} " if _is_measure(match[1]) else " "

    return _BRACKETS.sub(kept, text)


def _is_measure(text: str) -> bool:
    tokens = list(_tokens(text))
    words = [token.text for token in tokens if token.kind == "word"]
    known = [unit(word) for word in words]
    measured = all(one is not None and one.dimension not in (COUNT, "energy") for one in known)
    return (
        measured
        and any(token.kind == "number" for token in tokens)
        and (bool(words) or "%" in text)
    )


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            yield from _words(match["word"])
        elif match.lastgroup:
            yield _Token(match.lastgroup, match[0])


def _words(text: str) -> Iterator[_Token]:
    """A run of letters is one unit, or a unit and a package: ``g袋``."""
    if unit(text) is None:
        for cut in range(len(text) - 1, 0, -1):
            if unit(text[:cut]) and unit(text[cut:]):
                yield from (_Token("word", text[:cut]), _Token("word", text[cut:]))
                return
    yield _Token("word", text)


class _Reader:
    """Walks once over the words of a 规格 and stops at the first that cannot be."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.bare: list[Decimal] = []
        self.measures: list[Quantity] = []
        self.percents: list[Decimal] = []
        self.counts: list[Quantity] = []
        self.package = ""
        self.sum = False
        self.times = False

    def read(self) -> Scan | Fault:
        before = ""
        while self.place < len(self.tokens):
            token = self._next()
            if token.kind == "number":
                fault = self._number(Decimal(token.text), before)
            elif token.kind == "word":
                fault = self._word(token.text, before)
            else:
                fault = None
                self.sum = self.sum or token.text == "+"
            if fault is not None:
                return fault
            before = token.text if token.kind == "sign" else ""
        if self.bare:
            return Fault.UNIT_MISSING
        if self.sum and self.counts and any(one.value == 1 for one in self.counts[1:]):
            return Fault.AMBIGUOUS
        return Scan(
            measures=tuple(self.measures),
            percents=tuple(self.percents),
            counts=tuple(self.counts),
            package=self.package,
            sum=self.sum,
            times=self.times,
        )

    def _next(self) -> _Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _peek(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _number(self, value: Decimal, before: str) -> Fault | None:
        after = self._peek()
        if self.bare and not before:
            return Fault.MALFORMED  # 20 000u
        if after is not None and after.text == "%":
            self._next()
            self.percents.append(value)
            return Fault.UNIT_MISSING if self.bare else None
        if after is None or after.kind != "word":
            self.bare.append(value)
            return Fault.MALFORMED if self.package else None
        known = unit(self._next().text)
        if known is None:
            return Fault.UNIT_UNKNOWN
        found = Quantity(value=value, unit=known.name)
        if known.dimension == COUNT:
            return self._count(found, before)
        late = self.package or any(one.value != 1 for one in self.counts)
        if late and known.dimension != "length":
            return Fault.MALFORMED
        self.times = self.times or (before == "×" and bool(self.measures))
        return self._measure(found)

    def _measure(self, found: Quantity) -> Fault | None:
        """Numbers before it that lack a unit share this one: 80/5mg; but 10:20ml states none."""
        if found.value == 0:
            return Fault.MALFORMED
        if self.bare and found.known.dimension == "volume":
            return Fault.UNIT_MISSING
        self.measures += [Quantity(value=value, unit=found.unit) for value in self.bare]
        self.bare.clear()
        self.measures.append(found)
        return None

    def _count(self, found: Quantity, before: str) -> Fault | None:
        if self.bare:
            return Fault.UNIT_MISSING
        if before == "/" and found.value == 1 and (self.measures or self.counts):
            return self._packed(found.unit)
        if self.package:
            return Fault.MALFORMED
        self.counts.append(found)
        return None

    def _word(self, text: str, before: str) -> Fault | None:
        known = unit(text)
        if known is None:
            return None if text == _COMPOUND and not self.measures else Fault.UNIT_UNKNOWN
        if self.bare:
            return Fault.UNIT_MISSING
        stated = bool(self.measures or self.counts or self.percents)
        if known.dimension == COUNT and before in ("/", "×", "") and stated:
            return self._packed(known.name)
        if before == "/" and self.measures and not self.counts:
            self.measures.append(Quantity(value=Decimal(1), unit=known.name))  # 1000mg/g
            return None
        return Fault.MALFORMED

    def _packed(self, name: str) -> Fault | None:
        if self.package:
            return Fault.MALFORMED
        self.package = name
        return None
