"""Quantities in running text: the words of a 规格, put in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from luodi.terminology.text import clean, half_width
from luodi.terminology.units import COUNT, Unit, base, unit


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
        text = format(self.value, "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text) + self.unit


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


def scan(text: str) -> Scan | str:
    """Read a 规格 into its quantities, or name the fault (a value of `specification.Fault`)."""
    plain = _plain(text)
    if not plain:
        return "empty"
    tokens = list(_tokens(_without_remarks(plain)))
    if not any(token.kind == "number" for token in tokens):
        return "no_quantity"
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
    """Walks once over the words of a 规格."""

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

    def read(self) -> Scan | str:
        before = ""
        while self.place < len(self.tokens):
            token = self._next()
            if token.kind == "number":
                fault = self._number(Decimal(token.text), before)
            elif token.kind == "word":
                fault = self._word(token.text, before)
            else:
                fault = ""
                self.sum = self.sum or token.text == "+"
            if fault:
                return fault
            before = token.text if token.kind == "sign" else ""
        if self.bare:
            return "unit_missing"
        if self.sum and self.counts and any(one.value == 1 for one in self.counts[1:]):
            return "ambiguous"
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

    def _number(self, value: Decimal, before: str) -> str:
        after = self._peek()
        if after is not None and after.text == "%":
            self._next()
            self.percents.append(value)
            return "unit_missing" if self.bare else ""
        if after is None or after.kind != "word":
            self.bare.append(value)
            return "malformed" if self.package else ""
        known = unit(self._next().text)
        if known is None:
            return "unit_unknown"
        found = Quantity(value=value, unit=known.name)
        if known.dimension == COUNT:
            return self._count(found, before)
        late = self.package or any(one.value != 1 for one in self.counts)
        if late and known.dimension != "length":
            return "malformed"
        self.times = self.times or (before == "×" and bool(self.measures))
        return self._measure(found)

    def _measure(self, found: Quantity) -> str:
        """Numbers before it that lack a unit share this one: 80/5mg; but 10:20ml states none."""
        if self.bare and found.known.dimension == "volume":
            return "unit_missing"
        self.measures += [Quantity(value=value, unit=found.unit) for value in self.bare]
        self.bare.clear()
        self.measures.append(found)
        return ""

    def _count(self, found: Quantity, before: str) -> str:
        if self.bare:
            return "unit_missing"
        if before == "/" and found.value == 1 and (self.measures or self.counts):
            return self._packed(found.unit)
        if self.package:
            return "malformed"
        self.counts.append(found)
        return ""

    def _word(self, text: str, before: str) -> str:
        known = unit(text)
        if known is None:
            return "" if text == _COMPOUND and not self.measures else "unit_unknown"
        if self.bare:
            return "unit_missing"
        stated = bool(self.measures or self.counts or self.percents)
        if known.dimension == COUNT and before in ("/", "×", "") and stated:
            return self._packed(known.name)
        if before == "/" and self.measures and not self.counts:
            self.measures.append(Quantity(value=Decimal(1), unit=known.name))  # 1000mg/g
            return ""
        return "malformed"

    def _packed(self, name: str) -> str:
        if self.package:
            return "malformed"
        self.package = name
        return ""
