"""The last step of every rule: the value in the type of its target column, or a fault.

A value of another kind is read by the operation that reads that kind, and the fault has its name;
a text that is too long is a fault of ``length``, an empty required column one of ``require``, a
text with U+0000 one of ``nul``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from luodi.evidence.errors import WrongUse
from luodi.transform.model import Boolean, Kind
from luodi.transform.operations import moment, number
from luodi.transform.program import Target
from luodi.transform.work import Fault, Value, Work

_YES = ("1", "true", "t", "yes", "y", "TRUE", "T", "YES", "Y", "True", "Yes")
_NO = ("0", "false", "f", "no", "n", "FALSE", "F", "NO", "N", "False", "No")
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:\.[0-9]{1,6})?"
_REAL = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[Ee][+-]?[0-9]{1,2})?"


def fitted(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    """Bring a value into the type of its target column."""
    if value.nothing:
        scale = target.scale or 0
        result = Value(work.dialect.null(target.kind, scale), target.kind, scale=scale)
        faults: list[Fault] = []
    else:
        result, faults = _converted(value, target, work)
    if target.required:
        named = work.named(result)
        return named, [*faults, Fault("require", f"({named.sql} IS NULL)")]
    return result, faults


def _converted(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    match target.kind:
        case Kind.TEXT:
            return _text(value, target, work)
        case Kind.INTEGER:
            return _integer(value, target, work)
        case Kind.DECIMAL:
            return _decimal(value, target, work)
        case Kind.BINARY | Kind.OTHER if value.kind is not target.kind:
            raise WrongUse(
                "transform.kind_unreadable", {"column": work.to, "kind": target.kind.value}
            )
    if value.kind is target.kind:
        return value, []
    given = work.named(value)
    match target.kind:
        case Kind.DATE:
            operation, sql = "date", _day(given, work)
        case Kind.DATETIME:
            operation, sql = "date_time", moment.moment(given, work)
        case Kind.BOOLEAN:
            done = number.boolean(Boolean(yes=_YES, no=_NO), given, work)
            return done.value, [Fault("boolean", work.let(done.fault or "FALSE"))]
        case Kind.TIME:
            operation, sql = "time", _shaped(given, _TIME, work.dialect.clock, work)
        case _:
            operation, sql = "float", _real(given, work)
    return _checked(Value(sql, target.kind), given, operation, work)


def _text(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    words = work.dialect
    if value.kind is Kind.TEXT and target.length is None and (value.sound or not words.has_nul("")):
        return value, []
    text = work.as_text(value)
    faults = []
    if not text.sound and (test := words.has_nul(text.sql)):
        faults.append(Fault("nul", f"COALESCE({test}, FALSE)"))
    if target.length is not None:
        long = f"COALESCE({words.length(text.sql)} > {target.length}, FALSE)"
        faults.append(Fault("length", long))
    return text, [Fault(name, work.let(sql)) for name, sql in faults]


def _integer(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    given = work.named(value)
    found = work.let(number.whole(given, work))
    if target.bits < 64:
        found = work.dialect.narrowed(found, target.bits)
    return _checked(Value(found, Kind.INTEGER), given, "integer", work)


def _decimal(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    own = value.scale if value.kind is Kind.DECIMAL else 0 if value.kind is Kind.INTEGER else None
    scale = target.scale
    if scale is None:
        scale = number.LOOSE_SCALE if own is None else own
    precision = target.precision or 38
    if value.kind is Kind.DECIMAL and (value.precision, own) == (precision, scale):
        return value, []
    given = work.named(value)
    found = Value(work.let(number.amount(given, scale, work, rounded=False)), Kind.DECIMAL)
    found = replace(found, scale=scale)
    if precision < 38:
        sql = work.dialect.as_decimal(found, scale, precision)
        found = replace(found, sql=sql, precision=precision)
    return _checked(found, given, "decimal", work)


def _day(given: Value, work: Work) -> str:
    """A moment is a day only at midnight: nobody asked to drop the time."""
    found = moment.day(given, work)
    if given.kind is not Kind.DATETIME:
        return found
    day = work.let(found)
    again = work.dialect.as_moment(Value(day, Kind.DATE))
    return f"CASE WHEN {again} = {given.sql} THEN {day} END"


def _real(given: Value, work: Work) -> str:
    if given.kind in (Kind.INTEGER, Kind.DECIMAL):
        return work.dialect.as_real(given)
    return _shaped(given, _REAL, work.dialect.real, work)


def _shaped(given: Value, pattern: str, read: Callable[[str], str], work: Work) -> str:
    words = work.dialect
    plain = work.let(number.plain_text(work.text(given), work))
    return read(work.let(f"CASE WHEN {words.matches(plain, pattern)} THEN {plain} END"))


def _checked(result: Value, given: Value, operation: str, work: Work) -> tuple[Value, list[Fault]]:
    found = work.named(result)
    fault = work.let(f"({given.sql} IS NOT NULL AND {found.sql} IS NULL)")
    return found, [Fault(operation, fault)]
