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
from luodi.transform.operations.read import Read
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
    match target.kind:
        case Kind.DATE:
            operation, found = "date", _day(value, work)
        case Kind.DATETIME:
            operation, found = "date_time", moment.moment(value, work)
        case Kind.BOOLEAN:
            done = number.boolean(Boolean(yes=_YES, no=_NO), value, work)
            return done.value, [Fault("boolean", work.let(done.fault or "FALSE"))]
        case Kind.TIME:
            operation, found = "time", _shaped(value, _TIME, work.dialect.clock, work)
        case _:
            operation, found = "float", _real(value, work)
    return _checked(Value(found.value, target.kind), found, operation, work)


def _text(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    """A fault that is NULL is none: without COALESCE the test of a text costs half as much."""
    words = work.dialect
    if value.kind is Kind.TEXT and target.length is None and (value.sound or not words.has_nul("")):
        return value, []
    text = work.as_text(value)
    faults = []
    if not text.sound and (test := words.has_nul(text.sql)):
        faults.append(Fault("nul", f"({test})"))
    if target.length is not None:
        faults.append(Fault("length", f"({words.length(text.sql)} > {target.length})"))
    return text, [Fault(name, work.let(sql)) for name, sql in faults]


def _integer(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    found = number.whole(value, work)
    sql = work.dialect.narrowed(found.value, target.bits) if target.bits < 64 else found.value
    return _checked(Value(sql, Kind.INTEGER), found, "integer", work)


def _decimal(value: Value, target: Target, work: Work) -> tuple[Value, list[Fault]]:
    own = value.scale if value.kind is Kind.DECIMAL else 0 if value.kind is Kind.INTEGER else None
    scale = target.scale
    if scale is None:
        scale = number.LOOSE_SCALE if own is None else own
    precision = target.precision or 38
    if value.kind is Kind.DECIMAL and (value.precision, own) == (precision, scale):
        return value, []
    found = number.amount(value, scale, work, rounded=False)
    result = Value(found.value, Kind.DECIMAL, scale=scale)
    if precision < 38:
        sql = work.dialect.as_decimal(result, scale, precision)
        result = replace(result, sql=sql, precision=precision)
    return _checked(result, found, "decimal", work)


def _day(value: Value, work: Work) -> Read:
    """A moment is a day only at midnight: nobody asked to drop the time."""
    found = moment.day(value, work)
    if value.kind is not Kind.DATETIME:
        return found
    again = work.dialect.as_moment(Value(found.value, Kind.DATE))
    midnight = f"CASE WHEN {again} = {found.given} THEN {found.value} END"
    return Read(work.let(midnight), found.given)


def _real(value: Value, work: Work) -> Read:
    if value.kind in (Kind.INTEGER, Kind.DECIMAL):
        return Read.of(value, work.dialect.as_real(value), work)
    return _shaped(value, _REAL, work.dialect.real, work)


def _shaped(value: Value, pattern: str, read: Callable[[str], str], work: Work) -> Read:
    words = work.dialect
    text = work.text(value)
    plain = work.let(number.plain_text(text, work))
    shaped = work.let(f"CASE WHEN {words.matches(plain, pattern)} THEN {plain} END")
    return Read(work.let(read(shaped)), text)


def _checked(result: Value, found: Read, operation: str, work: Work) -> tuple[Value, list[Fault]]:
    done = found.worked(result, work)
    return done.value, [Fault(operation, work.let(done.fault or "FALSE"))]
