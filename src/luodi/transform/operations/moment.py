"""Operations on days and moments."""

from __future__ import annotations

import datetime

from luodi.transform.characters import FULL, HALF
from luodi.transform.formats import AFTERNOON, MONTHS, Pattern, patterns
from luodi.transform.model import DATE_FORMATS, DATETIME_FORMATS, Date, DateTime, Kind
from luodi.transform.work import Value, Work, Worked

_MIDNIGHT = r"[T ] *0?0:00(?::00(?:\.0+)?)?"


def date(step: Date, value: Value, work: Work) -> Worked:
    """Render `Date`."""
    given = work.named(value)
    found = work.let(day(given, work, step.formats))
    tests = _between(found, work, Kind.DATE, step.earliest, step.latest)
    return _faulty(found, tests, Kind.DATE, given, work)


def date_time(step: DateTime, value: Value, work: Work) -> Worked:
    """Render `DateTime`."""
    given = work.named(value)
    found = work.let(moment(given, work, step.formats))
    tests = _between(found, work, Kind.DATETIME, step.earliest, step.latest)
    return _faulty(found, tests, Kind.DATETIME, given, work)


# --- shared ---------------------------------------------------------------------------------------


def day(value: Value, work: Work, formats: tuple[str, ...] = ()) -> str:
    """A day; NULL where the value is none.  A moment becomes the day it lies in."""
    words = work.dialect
    if value.kind is Kind.DATE:
        return value.sql
    if value.kind is Kind.DATETIME:
        return words.as_day(value)
    x = work.text(value)
    quick = words.quick_day(x) if not formats or formats[0] == "%Y-%m-%d" else None
    rest = x if quick is None else work.let(f"CASE WHEN {work.let(quick)} IS NULL THEN {x} END")
    plain = _plain(rest, work)
    if not formats:
        tail = words.rewritten(plain, f"([^ T]+){_MIDNIGHT}", r"\1")
        long = words.matches(plain, f"([^ T]+){_MIDNIGHT}")
        plain = work.let(f"CASE WHEN {long} THEN {tail} ELSE {plain} END")
    tries = [] if quick is None else [work.let(quick)]
    for format_ in formats or DATE_FORMATS:
        for pattern in patterns(format_, time=False):
            whole = _day_alone(pattern)
            tries.append(words.day(work.let(_rewritten(plain, whole, work))))
    return f"COALESCE({', '.join(tries)})" if len(tries) > 1 else tries[0]


def moment(value: Value, work: Work, formats: tuple[str, ...] = ()) -> str:
    """A moment; NULL where the value is none.  A day becomes its midnight."""
    words = work.dialect
    if value.kind is Kind.DATETIME:
        return value.sql
    if value.kind is Kind.DATE:
        return words.as_moment(value)
    x = work.text(value)
    iso = not formats or formats[0] == "%Y-%m-%d %H:%M:%S"
    quick = words.quick_moment(x, fraction=not formats) if iso else None
    rest = x if quick is None else work.let(f"CASE WHEN {work.let(quick)} IS NULL THEN {x} END")
    plain = _plain(rest, work)
    tries = [] if quick is None else [work.let(quick)]
    for format_ in formats or DATETIME_FORMATS:
        for pattern in patterns(format_, time=True):
            found = words.moment(work.let(_rewritten(plain, pattern, work)))
            tries.append(_moved(found, plain, work) if pattern.halves else found)
    return f"COALESCE({', '.join(tries)})" if len(tries) > 1 else tries[0]


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


def _faulty(found: str, tests: list[str], kind: Kind, given: Value, work: Work) -> Worked:
    result = work.named(Value(f"CASE WHEN {' AND '.join(tests)} THEN {found} END", kind))
    return Worked(result, f"({given.sql} IS NOT NULL AND {result.sql} IS NULL)")
