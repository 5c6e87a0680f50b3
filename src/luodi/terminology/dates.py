"""Days and moments in texts: which formats they are in, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

import msgspec

from luodi.terminology.tables import rows
from luodi.terminology.text import clean, half_width


class Fault(StrEnum):
    """Why a text is no day."""

    EMPTY = "empty"
    ZERO = "zero"
    """0000-00-00 and its like: the system's word for none."""
    IMPOSSIBLE = "impossible"
    """The shape is right, the day or hour does not exist."""
    UNKNOWN = "unknown"


class Reading(msgspec.Struct, frozen=True):
    """One way to read a text: the format's name and the moment, at midnight for a day alone."""

    format: str
    moment: datetime
    ambiguous: bool


class _Format(msgspec.Struct, frozen=True):
    name: str
    shape: re.Pattern[str]
    format: str
    serial: bool
    ambiguous: bool


_ZERO = re.compile(
    r"0{1,4}[-/.年]?0{1,2}[-/.月]?0{1,2}日?(?:[ T]?0{1,2}(?::?0{1,2}){0,2}(?:\.0+)?)?"
)
_MONTH = re.compile("[A-Za-z]{3}")
_HOUR = re.compile(r"(\d{1,2}):")
_STEPS = {
    "day": timedelta(days=1),
    "second": timedelta(seconds=1),
    "millisecond": timedelta(milliseconds=1),
}
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"


def readings(text: str) -> tuple[Reading, ...] | Fault:
    """Every way to read a text, the likeliest first.

    ``03/04/2021`` has two, ``25/12/2021`` one.  Two-digit years lie in 1969 to 2068 (POSIX).
    """
    plain = half_width(clean(text))
    if not plain:
        return Fault.EMPTY
    if _ZERO.fullmatch(plain):
        return Fault.ZERO
    shaped = [one for one in _formats() if one.shape.fullmatch(plain)]
    found = [
        Reading(one.name, moment, one.ambiguous)
        for one in shaped
        if (moment := _moment(plain, one)) is not None
    ]
    if found:
        return tuple(found)
    return Fault.IMPOSSIBLE if shaped else Fault.UNKNOWN


def common(texts: Iterable[str]) -> tuple[str, ...]:
    """Names of the formats that read every text which is neither empty nor zero.

    Of 03/04/2021 and 25/12/2021 only ``%d/%m/%Y`` remains.  Nothing remains where formats are
    mixed or a text is none.
    """
    left: dict[str, None] | None = None
    for text in texts:
        found = readings(text)
        if found in (Fault.EMPTY, Fault.ZERO):
            continue
        if isinstance(found, Fault):
            return ()
        names = {one.format for one in found}
        before = [one.format for one in found] if left is None else list(left)
        left = {name: None for name in before if name in names}
        if not left:
            return ()
    return tuple(left or ())


def _moment(text: str, one: _Format) -> datetime | None:
    try:
        if one.serial:
            epoch, step = one.format.split(" ")
            return datetime.fromisoformat(epoch) + float(text) * _STEPS[step]
        return datetime.strptime(*_without_names(text, one.format))  # noqa: DTZ007
    except (ValueError, OverflowError):
        return None


def _without_names(text: str, format: str) -> tuple[str, str]:
    """Months by number: how strptime calls them depends on the host's language."""
    if "%b" not in format:
        return text.replace("月 -", "月-"), format
    plain = _MONTH.sub(lambda match: str(_MONTHS.find(match[0].lower()) // 3 + 1), text, count=1)
    if "%p" in format:
        late = 12 if plain.endswith("PM") else 0
        plain = _HOUR.sub(lambda match: f"{_hour(match[1]) + late}:", plain[:-2])
    return " ".join(plain.split()), format.replace("%b", "%m").replace("%I:%M%p", "%H:%M")


def _hour(text: str) -> int:
    hour = int(text)
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12


@cache
def _formats() -> tuple[_Format, ...]:
    return tuple(
        _Format(name, re.compile(shape, re.ASCII), format, kind == "serial", ambiguous == "yes")
        for name, shape, format, kind, ambiguous in rows("date_format.tsv")
    )
