"""Operations on days and moments."""

from __future__ import annotations

import datetime
from functools import partial

from luodi.transform.characters import FULL, HALF
from luodi.transform.formats import AFTERNOON, MONTHS, Pattern, patterns
from luodi.transform.model import DATE_FORMATS, DATETIME_FORMATS, Date, DateTime, Kind
from luodi.transform.operations.read import Read
from luodi.transform.work import Value, Work, Worked

_MIDNIGHT = r"[T ] *0?0:00(?::00(?:\.0+)?)?"


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
    plain = _plain(rest.text, work)
    if not formats:
        tail = words.rewritten(plain, f"([^ T]+){_MIDNIGHT}", r"\1")
        long = words.matches(plain, f"([^ T]+){_MIDNIGHT}")
        plain = work.let(f"CASE WHEN {long} THEN {tail} ELSE {plain} END")
    tries = []
    for format_ in formats or DATE_FORMATS:
        for pattern in patterns(format_, time=False):
            tries.append(words.day(work.let(_rewritten(plain, _day_alone(pattern), work))))
    return Read.first(rest, tries, work)


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
    plain = _plain(rest.text, work)
    tries = []
    for format_ in formats or DATETIME_FORMATS:
        for pattern in patterns(format_, time=True):
            found = words.moment(work.let(_rewritten(plain, pattern, work)))
            tries.append(_moved(found, plain, work) if pattern.halves else found)
    return Read.first(rest, tries, work)


def _day_alone(pattern: Pattern) -> Pattern:
    """The day alone."""
    return pattern._replace(into=pattern.into.partition(" ")[0])


def _plain(x: str, work: Work) -> str:
    """Half-width, trimmed, in capitals."""
    words = work.dialect
    half = work.let(words.upper(work.let(words.translated(x, FULL, HALF))))
    return work.let(words.trimmed(half))


def _rewritten(plain: str, pattern: Pattern, work: Work) -> str:
    words = work.dialect
    test = words.matches(plain, pattern.pattern)
    if not pattern.months:
        return f"CASE WHEN {test} THEN {words.rewritten(plain, pattern.pattern, pattern.into)} END"
    rewritten = work.let(
        f"CASE WHEN {test} THEN {words.rewritten(plain, pattern.pattern, pattern.into)} END"
    )
    for number, name in enumerate(MONTHS, 1):
        rewritten = words.replaced(rewritten, f"-{name}-", f"-{number:02}-")
    return rewritten


def _moved(found: str, plain: str, work: Work) -> str:
    """Twelve hours more in the afternoon, but 12 o'clock is the beginning of its half."""
    words = work.dialect
    at = work.let(found)
    afternoon = " OR ".join(words.contains(plain, name) for name in AFTERNOON)
    noon = f"EXTRACT(HOUR FROM {at}) = 12"
    return (
        f"CASE WHEN ({afternoon}) AND NOT {noon} THEN {at} + INTERVAL '12' HOUR "
        f"WHEN NOT ({afternoon}) AND {noon} THEN {at} - INTERVAL '12' HOUR ELSE {at} END"
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
