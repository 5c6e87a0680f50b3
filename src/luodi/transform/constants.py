"""Constants of a mapping as values of SQL."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal as Number
from decimal import InvalidOperation, localcontext

from luodi.evidence.errors import WrongUse
from luodi.transform.model import Kind
from luodi.transform.model import Value as Written
from luodi.transform.work import Value, Work

DIGITS = 38


def constant(written: Written, work: Work) -> Value:
    """A constant in its own kind: text, whole number or truth value."""
    words = work.dialect
    if isinstance(written, bool):
        return Value(words.constant(Kind.BOOLEAN, str(written).lower()), Kind.BOOLEAN)
    if isinstance(written, int):
        if not -(2**63) <= written < 2**63:
            raise WrongUse("transform.constant_unfit", {"value": str(written), "kind": "integer"})
        return Value(words.constant(Kind.INTEGER, str(written)), Kind.INTEGER)
    return Value(words.literal(written), sound=True)


def constant_as(written: Written, like: Value, work: Work) -> Value | None:
    """A constant in the kind of another value; None where it cannot be one."""
    text = canonical(written, like.kind, like.scale)
    if text is None:
        return None
    sql = work.dialect.constant(like.kind, text, like.scale or 0)
    return Value(sql, like.kind, scale=like.scale)


def canonical(written: Written, kind: Kind, scale: int | None = None) -> str | None:
    """Text of a constant as SQL reads it in a kind; None where it is none of that kind."""
    text = str(written).lower() if isinstance(written, bool) else str(written)
    match kind:
        case Kind.TEXT:
            return text
        case Kind.BOOLEAN:
            return {"true": "true", "false": "false", "1": "true", "0": "false"}.get(text.lower())
        case Kind.INTEGER:
            whole = re.fullmatch("[+-]?[0-9]{1,20}", text, re.ASCII)
            return str(int(text)) if whole and -(2**63) <= int(text) < 2**63 else None
        case Kind.DECIMAL:
            return _decimal(text, scale)
        case Kind.FLOAT:
            return text if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) else None
        case Kind.DATE:
            return _parsed(date, text)
        case Kind.DATETIME:
            return _parsed(datetime, text)
        case _:
            return None


def _decimal(text: str, scale: int | None) -> str | None:
    try:
        number = Number(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or scale is None:
        return None
    with localcontext(prec=100):
        scaled = number.scaleb(scale)
        if scaled != scaled.to_integral_value() or abs(scaled) >= 10**DIGITS:
            return None
        return format(number.quantize(Number(1).scaleb(-scale)), "f")


def _parsed(kind: type[date], text: str) -> str | None:
    try:
        return kind.fromisoformat(text).isoformat(*((" ",) if kind is datetime else ()))
    except ValueError:
        return None
