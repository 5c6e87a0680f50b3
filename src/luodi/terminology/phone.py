"""Telephone numbers as patients give them."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from luodi.terminology.text import clean, half_width


class PhoneKind(StrEnum):
    """What kind of number it is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    LOCAL = "local"
    """A landline without its area code."""
    SERVICE = "service"
    """400 and 800."""
    ABROAD = "abroad"


class Fault(StrEnum):
    """Why a text is no telephone number."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    LENGTH = "length"
    PREFIX = "prefix"
    PLACEHOLDER = "placeholder"
    """Digits typed to fill a field: 11111111111, 12345678."""


class Phone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number in its normal form: ``13812345678``, ``0411-84691802``, ``+85291234567``."""

    kind: PhoneKind
    number: str
    extension: str = ""


_SEVERAL = re.compile(r"[/;,、，；|\n]+|(?<=\d)\s+(?=(?:\+|1[3-9]\d{9}\b|0\d{2,3}))")
_EXTENSION = re.compile(r"(?:转|ext\.?|#|-)(\d{1,6})$", re.IGNORECASE)
_HOME = re.compile(r"(?:\+|00)86|86(?=1[3-9]\d{9}$)")
_LANDLINE = re.compile(r"0(10|2\d|[3-9]\d\d)([2-9]\d{6,7})")
_RUNS = ("01234567890123456789", "98765432109876543210")


def parse(text: str) -> Phone | Fault:
    """Read one number; gaps, brackets, hyphens and the country code are understood."""
    plain = half_width(clean(text))
    if not plain:
        return Fault.EMPTY
    extension = ""
    if (match := _EXTENSION.search(plain)) and _digits(plain[: match.start()]) >= 7:
        whole = re.sub(r"\D", "", plain)
        if not (match[0].startswith("-") and _kind(whole) is PhoneKind.MOBILE):
            plain, extension = plain[: match.start()], match[1]
    number = re.sub(r"[\s\-()._—–]", "", plain)
    if re.fullmatch(r"(?:\+|00)(?!86)[1-9]\d{6,14}", number):
        return Phone(kind=PhoneKind.ABROAD, number="+" + number.lstrip("+0"), extension=extension)
    number = _HOME.sub("", number, count=1) if _HOME.match(number) else number
    if not re.fullmatch(r"[0-9]+", number):
        return Fault.CHARACTERS
    return _placed(number, extension)


def parse_all(text: str) -> tuple[Phone | Fault, ...]:
    """Read a field that may hold several numbers: ``13812345678/0411-84691802``."""
    parts = [part for part in _SEVERAL.split(half_width(clean(text))) if part.strip()]
    return tuple(parse(part) for part in parts) or (Fault.EMPTY,)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _placed(number: str, extension: str) -> Phone | Fault:
    if len(set(number)) == 1 or any(number in run for run in _RUNS):
        return Fault.PLACEHOLDER
    kind = _kind(number)
    if kind is None:
        right = 7 <= len(number) <= 8 or 10 <= len(number) <= 12
        return Fault.PREFIX if right else Fault.LENGTH
    if match := _LANDLINE.fullmatch(number):
        number = f"0{match[1]}-{match[2]}"
    return Phone(kind=kind, number=number, extension=extension)


def _kind(number: str) -> PhoneKind | None:
    for shape, kind in (
        (r"1[3-9]\d{9}", PhoneKind.MOBILE),
        (_LANDLINE.pattern, PhoneKind.LANDLINE),
        (r"[48]00\d{7}", PhoneKind.SERVICE),
        (r"[2-9]\d{6,7}", PhoneKind.LOCAL),
    ):
        if re.fullmatch(shape, number):
            return kind
    return None
