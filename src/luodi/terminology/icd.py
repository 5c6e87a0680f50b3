"""Codes of diagnoses and procedures: ICD-10 and its Chinese editions, ICD-9-CM-3, morphology.

The national clinical edition (国临) and the insurance edition (医保) extend ICD-10 to six digits
and more: ``A00.051``, ``A00.000x001``, and ``I10.x00x002`` where a category has no fourth digit.  A
dagger (written +) and an asterisk pair cause and manifestation: ``A18.015+M90.0*``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import StrEnum
from functools import cache

import msgspec

from luodi.terminology.tables import rows
from luodi.terminology.text import clean, half_width


class Kind(StrEnum):
    """What system a code is of, by its shape."""

    ICD10 = "icd10"
    MORPHOLOGY = "morphology"
    """ICD-O: M80000/3"""
    ICD9CM3 = "icd9cm3"
    """Procedures: 36.0900x001"""
    TCM = "tcm"
    """中医病证分类与代码, GB/T 15657 of 1995 (BNX030, ZYXJ30) and of 2021 (A04.01.01)"""


class Fault(StrEnum):
    """Why a text is no code."""

    EMPTY = "empty"
    SHAPE = "shape"


class Known(StrEnum):
    """How far the catalogue knows a code."""

    CODE = "code"
    CATEGORY = "category"
    NOTHING = "nothing"


class Icd(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code in its normal form; ``mark`` is ``+`` or ``*``, ``manifestation`` the paired code."""

    kind: Kind
    code: str
    mark: str = ""
    manifestation: str = ""

    @property
    def category(self) -> str:
        """Three characters of ICD-10, two digits of ICD-9-CM-3; empty elsewhere."""
        lengths = {Kind.ICD10: 3, Kind.ICD9CM3: 2}
        return self.code[: lengths.get(self.kind, 0)]

    @property
    def whole(self) -> str:
        """The code as a catalogue lists it, with its mark and what it is paired with."""
        return f"{self.code}{self.mark}{self.manifestation}"


_ICD10 = r"([A-Z]\d\d)\.?(?:([\dX]\d{0,3})(?:X(\d{1,4}))?)?"
_SINGLE = re.compile(_ICD10)
_PAIR = re.compile(rf"({_ICD10})\+(?:({_ICD10})\*?)?")
_MORPHOLOGY = re.compile(r"M(\d{4,5})/(\d{1,2})")
_PROCEDURE = re.compile(r"(\d{1,2})\.(\d(?:[\dX]\d{0,3})?|\d{3}[A-Z]\d)(?:X(\d{1,4}))?")
_TCM = re.compile(r"[BZ](?=.{4,5}$)[A-Z]{2,5}\d{0,3}|[A-C]\d\d(?:\.\d\d){2,}\.?")
_SIGNS = str.maketrans({"。": ".", "·": ".", "×": "X", "†": "+", "＊": "*", "☆": "*", " ": None})


def parse(text: str) -> Icd | Fault:
    """Read a code as stored: any width and case, with or without the dot of ICD-10.

    ICD-9-CM-3 needs its dot; the zero in front that spreadsheets eat is put back.
    """
    plain = half_width(clean(text)).upper().translate(_SIGNS)
    if not plain:
        return Fault.EMPTY
    if _TCM.fullmatch(plain):
        return Icd(kind=Kind.TCM, code=plain.removesuffix("."))
    mark = "*" if plain.endswith("*") and "+" not in plain else ""
    if match := _SINGLE.fullmatch(plain.removesuffix("*") if mark else plain):
        return Icd(kind=Kind.ICD10, code=_dotted(*match.groups()), mark=mark)
    if match := _PAIR.fullmatch(plain):
        groups = match.groups()
        paired = _dotted(*groups[5:8]) + "*" if groups[4] else ""
        return Icd(kind=Kind.ICD10, code=_dotted(*groups[1:4]), mark="+", manifestation=paired)
    if match := _MORPHOLOGY.fullmatch(plain):
        return Icd(kind=Kind.MORPHOLOGY, code=f"M{match[1]}/{match[2]}")
    if match := _PROCEDURE.fullmatch(plain):
        return Icd(kind=Kind.ICD9CM3, code=_dotted(match[1].zfill(2), match[2], match[3]))
    return Fault.SHAPE


def _dotted(category: str, digits: str | None, extension: str | None) -> str:
    """Put a code together; the letter that fills an empty place is a small x."""
    behind = (digits or "").replace("X", "x") + (f"x{extension}" if extension else "")
    return f"{category}.{behind}" if behind else category


def chapter(code: Icd) -> str | None:
    """Number of the chapter of ICD-10, I to XXII; None where the category belongs to none."""
    if code.kind is not Kind.ICD10:
        return None
    firsts, chapters = _chapters()
    place = bisect_right(firsts, code.category) - 1
    if place < 0 or code.category > chapters[place][2]:
        return None
    return chapters[place][0]


def name(code: Icd) -> str | None:
    """Name in the insurance edition's catalogue; a code without its mark is found as well."""
    return _catalogue(code.kind).get(code.whole) or _catalogue(code.kind).get(code.code)


def known(code: Icd) -> Known:
    """How far the insurance edition's catalogue knows a code.

    It has none for morphology and Chinese medicine, so it knows nothing of them.
    """
    if name(code) is not None:
        return Known.CODE
    return Known.CATEGORY if code.category in _categories(code.kind) else Known.NOTHING


@cache
def _chapters() -> tuple[list[str], list[tuple[str, ...]]]:
    found = sorted(rows("icd10_chapter.tsv"), key=lambda row: row[1])
    return [row[1] for row in found], found


@cache
def _catalogue(kind: Kind) -> dict[str, str]:
    """Codes with their names; a pair is found by its first code too, a bare code goes first."""
    if kind not in (Kind.ICD10, Kind.ICD9CM3):
        return {}
    found = {row[0]: row[1] for row in rows(f"{kind}.tsv")}
    for whole, text in tuple(found.items()):
        found.setdefault(whole.partition("+")[0], text)
    return found


@cache
def _categories(kind: Kind) -> frozenset[str]:
    length = 3 if kind is Kind.ICD10 else 2
    return frozenset(code[:length] for code in _catalogue(kind))
