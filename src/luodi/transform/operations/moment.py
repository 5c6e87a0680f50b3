"""Operations on days and moments."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial

from luodi.transform.characters import CAPITALS, FULL, HALF, SMALL
from luodi.transform.formats import AFTERNOON, MONTHS, MORNING, Pattern, patterns
from luodi.transform.model import DATE_FORMATS, DATETIME_FORMATS, Date, DateTime, Kind
from luodi.transform.operations.read import Read
from luodi.transform.work import Value, Work, Worked

_MIDNIGHT = r"(?:(?: +|T *)0?0:00(?::00(?:\.0+)?)?)?"
"""May stand behind a day in one of the formats that are tried without any being named."""


def date(step: Date, value: Value, work: Work) -> Worked:
    """Render `Date`."""
    found = day(value, work, step.formats)
    tests = _between(found.value, work, Kind.DATE, step.earliest, step.latest)
    return _faulty(found, tests, Kind.DATE, work)


def date_time(step: DateTime, value: Value, work: Work) -> Worked:
    """Render `DateTime`."""
    found = moment(value, work, step.formats)
    tests = _between(found.value, work, Kind.DATETIME, step.earliest, step.latest)
    return _faulty(found, tests, Kind.DATETIME, work)


# --- shared ---------------------------------------------------------------------------------------


def day(value: Value, work: Work, formats: tuple[str, ...] = ()) -> Read:
    """A day; NULL where the value is none.  A moment becomes the day it lies in."""
    words = work.dialect
    if value.kind is Kind.DATE:
        return Read.of(value, value.sql, work)
    if value.kind is Kind.DATETIME:
        return Read.of(value, words.as_day(value), work)
    iso = not formats or formats[0] == "%Y-%m-%d"
    rest = work.rest(value, words.quick_day if iso else None)
    found = [
        pattern._replace(into=pattern.into.partition(" ")[0])
        for format_ in formats or DATE_FORMATS
        for pattern in patterns(format_, time=False)
    ]
    if not formats:
        found = [one._replace(pattern=one.pattern + _MIDNIGHT) for one in found]
    text = _rewritten(_plain(rest.text, work), found, work)
    return Read.first(rest, words.day(text), work)


def moment(value: Value, work: Work, formats: tuple[str, ...] = ()) -> Read:
    """A moment; NULL where the value is none.  A day becomes its midnight."""
    words = work.dialect
    if value.kind is Kind.DATETIME:
        return Read.of(value, value.sql, work)
    if value.kind is Kind.DATE:
        return Read.of(value, words.as_moment(value), work)
    iso = not formats or formats[0] == "%Y-%m-%d %H:%M:%S"
    quick = partial(words.quick_moment, fraction=not formats)
    rest = work.rest(value, quick if iso else None)
    found = [
        pattern
        for format_ in formats or DATETIME_FORMATS
        for pattern in patterns(format_, time=True)
    ]
    text = _rewritten(_plain(rest.text, work), found, work)
    if not any(pattern.half for pattern in found):
        return Read.first(rest, words.moment(text), work)
    at = work.let(words.moment(work.let(words.part(text, ";", 1))))
    return Read.first(rest, _moved(at, text, work), work)


def _plain(x: str, work: Work) -> str:
    """Half-width, trimmed, in capitals."""
    words = work.dialect
    half = work.let(words.translated(x, FULL + SMALL, HALF + CAPITALS))
    return work.let(words.trimmed(half, work.let))


def _rewritten(plain: str, found: Sequence[Pattern], work: Work) -> str:
    """The text as the first format that fits it says; only that one is written out for a row."""
    words = work.dialect
    whens = ""
    for one in found:
        into = f"{one.into};{one.half}" if one.half else one.into
        text = words.rewritten(plain, one.pattern, into)
        for number, name in enumerate(MONTHS, 1) if one.months else ():
            text = words.replaced(text, f"-{name}-", f"-{number:02}-")
        whens += f" WHEN {words.matches(plain, one.pattern)} THEN {text}"
    return work.let(f"CASE{whens} END")


def _moved(at: str, text: str, work: Work) -> str:
    """Twelve hours more in the afternoon, but 12 o'clock is the beginning of its half."""
    words = work.dialect
    afternoon = " OR ".join(words.contains(text, f";{name}") for name in AFTERNOON)
    morning = " OR ".join(words.contains(text, f";{name}") for name in MORNING)
    noon = f"EXTRACT(HOUR FROM {at}) = 12"
    return (
        f"CASE WHEN ({afternoon}) AND NOT {noon} THEN {at} + INTERVAL '12' HOUR "
        f"WHEN ({morning}) AND {noon} THEN {at} - INTERVAL '12' HOUR ELSE {at} END"
    )


def _between(
    found: str, work: Work, kind: Kind, earliest: datetime.date | None, latest: datetime.date | None
) -> list[str]:
    """Years have four digits; engines count on to others."""
    first, last = earliest or datetime.date(1, 1, 1), latest or datetime.date(9999, 12, 31)
    words = work.dialect
    if kind is Kind.DATE:
        until = words.constant(Kind.DATE, last.isoformat())
        return [f"{found} BETWEEN {words.constant(Kind.DATE, first.isoformat())} AND {until}"]
    start = words.constant(kind, f"{first.isoformat()} 00:00:00")
    end = words.constant(kind, f"{last.isoformat()} 23:59:59.999999")
    return [f"{found} BETWEEN {start} AND {end}"]


def _faulty(found: Read, tests: list[str], kind: Kind, work: Work) -> Worked:
    result = Value(f"CASE WHEN {' AND '.join(tests)} THEN {found.value} END", kind)
    return found.worked(result, work)
