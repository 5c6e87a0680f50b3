"""居民身份证号码, the citizen identification number (GB 11643-1999).

Six digits of area (GB/T 2260), eight of birth, three of sequence of which the last tells the sex,
and a check character by ISO 7064 MOD 11-2.  Numbers of the first generation (GB 11643-1989) have
15 digits: a birth year of two, no check character.  The permanent residence card of foreigners
and the residence permit of people from 香港, 澳门 and 台湾 are numbered alike; `document` tells
them apart.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

import msgspec

from luodi.terminology import area
from luodi.terminology.text import clean, half_width

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""2**(17 - i) mod 11 (GB 11643-1999, annex A)."""
CHECK_CHARACTERS = "10X98765432"
FOREIGNER = "9"
"""First digit of a foreigner's permanent residence card (2023): province and country follow."""
OLDEST = 1850
"""No number was given to anybody born earlier."""
_CENTENARIANS = range(996, 1000)
"""Sequences that GB 11643-1989 keeps for people who were a hundred years old: born in 18xx."""
_SEPARATORS = re.compile(r"[\s.·\-_]")


class Fault(StrEnum):
    """What is wrong with a number; the order is the order of the examination."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    AREA = "area"
    BIRTH = "birth"
    CHECK_DIGIT = "check_digit"


class Sex(StrEnum):
    """Codes of GB/T 2261.1 that a number can tell."""

    MALE = "1"
    FEMALE = "2"


class IdCard(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is right.  ``number`` has 18 characters; ``extended`` if it had 15."""

    number: str
    birth: date
    sex: Sex
    extended: bool = False

    @property
    def area(self) -> str:
        """The six digits of the place that gave it (GB/T 2260, of that time)."""
        return self.number[:6]


def check_character(first: str) -> str:
    """Check character for the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True))
    return CHECK_CHARACTERS[total % 11]


def normal(text: str) -> str:
    """As it would be typed today: half-width, upper case, no gaps, dots or hyphens."""
    return _SEPARATORS.sub("", half_width(clean(text))).upper()


def parse(text: str, *, today: date | None = None) -> IdCard | Fault:
    """Read a number of 18 characters or 15 digits.

    Parameters
    ----------
    text : str
        As stored; full-width digits, a small x, gaps and hyphens are understood.
    today : date, optional
        Nobody is born after it; the present day by default.

    Returns
    -------
    IdCard or Fault
        The first thing that is wrong.  An area is wrong if its province does not exist; whether
        GB/T 2260 lists the county today is another question, see `area.known`.
    """
    found = faults(text, today=today)
    if found:
        return found[0]
    number = normal(text)
    extended = len(number) == 15
    number = _extended(number) if extended else number
    birth = _birth(number)
    assert birth is not None
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdCard(number=number, birth=birth, sex=sex, extended=extended)


def faults(text: str, *, today: date | None = None) -> tuple[Fault, ...]:
    """Everything that is wrong with a number, in the order of `Fault`; nothing for a right one."""
    number = normal(text)
    if not number:
        return (Fault.EMPTY,)
    if len(number) not in (15, 18):
        return (Fault.LENGTH,)
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", number):
        return (Fault.CHARACTERS,)
    short = len(number) == 15
    whole = _extended(number) if short else number
    found = []
    if not area.has_province(whole[1:3] if whole[0] == FOREIGNER else whole[:2]):
        found.append(Fault.AREA)
    birth = _birth(whole)
    if birth is None or birth > (today or date.today()) or birth.year < OLDEST:  # noqa: DTZ011
        found.append(Fault.BIRTH)
    if not short and check_character(number[:17]) != number[17]:
        found.append(Fault.CHECK_DIGIT)
    return tuple(found)


def extend(number: str) -> str | None:
    """A number of 15 digits in its 18-digit form; None if it is none."""
    card = parse(number) if len(normal(number)) == 15 else None
    return card.number if isinstance(card, IdCard) else None


def _extended(number: str) -> str:
    century = "18" if int(number[12:15]) in _CENTENARIANS else "19"
    first = number[:6] + century + number[6:]
    return first + check_character(first)


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
