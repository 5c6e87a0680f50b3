"""Predicates as SQL conditions that are true or false and never NULL."""

from __future__ import annotations

from decimal import ROUND_FLOOR, InvalidOperation, localcontext
from decimal import Decimal as Number

from luodi.evidence.errors import WrongUse
from luodi.transform.constants import DIGITS, constant_as
from luodi.transform.model import Compare, Kind, Predicate
from luodi.transform.model import Value as Written
from luodi.transform.work import Value, Work

_SIGNS = {
    Compare.EQ: "=",
    Compare.NE: "<>",
    Compare.LT: "<",
    Compare.LE: "<=",
    Compare.GT: ">",
    Compare.GE: ">=",
}
_TEXTUAL = {Compare.STARTS, Compare.ENDS, Compare.CONTAINS}


def holds(predicate: Predicate, work: Work, value: Value | None = None) -> str:
    """A condition for `predicate`; `value` is the one in the pipeline, inside `When`.

    Raises
    ------
    WrongUse
        ``transform.predicate_unclear``: a comparison without its column or value, or parts that
        are none; ``transform.constant_unfit``; ``transform.column_unknown``.
    """
    parts = []
    if predicate.compare is not None:
        parts.append(_compared(predicate, work, value))
    elif predicate.column or predicate.value is not None:
        raise WrongUse("transform.predicate_unclear", {"column": predicate.column})
    parts.extend(holds(part, work, value) for part in predicate.all)
    if predicate.any:
        parts.append(f"({' OR '.join(holds(part, work, value) for part in predicate.any)})")
    if not parts:
        raise WrongUse("transform.predicate_unclear", {"column": predicate.column})
    return f"({' AND '.join(parts)})"


def _compared(predicate: Predicate, work: Work, value: Value | None) -> str:
    compare = predicate.compare
    found = value if not predicate.column else work.column(predicate.column)
    if found is None or compare is None:
        raise WrongUse("transform.predicate_unclear", {"column": predicate.column})
    found = work.named(found)
    match compare:
        case Compare.NULL | Compare.NOT_NULL:
            _without(predicate)
            return f"({found.sql} IS {'NOT ' if compare is Compare.NOT_NULL else ''}NULL)"
        case Compare.BLANK | Compare.NOT_BLANK:
            _without(predicate)
            return _blank(found, work, blank=compare is Compare.BLANK)
        case Compare.IN | Compare.NOT_IN:
            if not isinstance(predicate.value, tuple):
                raise WrongUse("transform.predicate_unclear", {"column": predicate.column})
            return _in(predicate.value, found, work, inside=compare is Compare.IN)
    if predicate.value is None or isinstance(predicate.value, tuple):
        raise WrongUse("transform.predicate_unclear", {"column": predicate.column})
    if compare in _TEXTUAL:
        return _textual(compare, str(predicate.value), found, work)
    return _against(compare, predicate.value, found, work)


def _without(predicate: Predicate) -> None:
    if predicate.value is not None:
        raise WrongUse("transform.predicate_unclear", {"column": predicate.column})


def _blank(found: Value, work: Work, *, blank: bool) -> str:
    if found.kind is not Kind.TEXT:
        return f"({found.sql} IS {'' if blank else 'NOT '}NULL)"
    test = work.dialect.is_blank(found.sql)
    return f"COALESCE({test}, TRUE)" if blank else f"COALESCE(NOT {test}, FALSE)"


def _in(values: tuple[Written, ...], found: Value, work: Work, *, inside: bool) -> str:
    same = Compare.EQ if inside else Compare.NE
    if found.kind is not Kind.TEXT:
        tests = [_against(same, one, found, work) for one in values]
        return (
            f"({(' OR ' if inside else ' AND ').join(tests)})" if tests else _never(found, inside)
        )
    if not values:
        return _never(found, inside)
    listed = ", ".join(work.dialect.literal(str(_text(one))) for one in values)
    return f"COALESCE({found.sql} {'' if inside else 'NOT '}IN ({listed}), FALSE)"


def _never(found: Value, inside: bool) -> str:
    """Nothing is in an empty list."""
    return "FALSE" if inside else f"({found.sql} IS NOT NULL)"


def _textual(compare: Compare, text: str, found: Value, work: Work) -> str:
    words, x = work.dialect, work.text(found)
    if not text:
        return f"({x} IS NOT NULL)"
    match compare:
        case Compare.STARTS:
            sql = words.starts(x, text)
        case Compare.ENDS:
            sql = words.ends(x, text)
        case _:
            sql = words.contains(x, text)
    return f"COALESCE({sql}, FALSE)"


def _against(compare: Compare, written: Written, found: Value, work: Work) -> str:
    """Compare the column with a constant, both of the column's kind."""
    if found.kind is Kind.DECIMAL:
        return _decimal(compare, written, found, work)
    if found.kind in (Kind.TIME, Kind.OTHER):
        found = Value(work.text(found))
    other = constant_as(written, found, work)
    if other is None:
        raise _unfit(written, found)
    left, right = found.sql, other.sql
    if found.kind is Kind.TEXT and compare not in (Compare.EQ, Compare.NE):
        left, right = work.dialect.ordered(left), work.dialect.ordered(right)
    return f"COALESCE({left} {_SIGNS[compare]} {right}, FALSE)"


def _decimal(compare: Compare, written: Written, found: Value, work: Work) -> str:
    """A constant between two values of the column's scale is put down to the lower one.

    So that no engine has to find a common type for both, which may overflow.
    """
    try:
        number = Number(str(written))
    except InvalidOperation:
        raise _unfit(written, found) from None
    scale = max(0, -int(number.as_tuple().exponent)) if found.scale is None else found.scale
    with localcontext(prec=100):
        floor = number.quantize(Number(1).scaleb(-scale), ROUND_FLOOR)
    if abs(floor) >= Number(10) ** (DIGITS - scale) or isinstance(written, bool):
        raise _unfit(written, found)
    if floor != number:
        match compare:
            case Compare.EQ:
                return "FALSE"
            case Compare.NE:
                return f"({found.sql} IS NOT NULL)"
            case Compare.LT:
                compare = Compare.LE
            case Compare.GE:
                compare = Compare.GT
    other = work.dialect.constant(Kind.DECIMAL, format(floor, "f"), scale)
    return f"COALESCE({found.sql} {_SIGNS[compare]} {other}, FALSE)"


def _unfit(written: Written, found: Value) -> WrongUse:
    return WrongUse("transform.constant_unfit", {"value": str(written), "kind": found.kind.value})


def _text(written: Written) -> str:
    return str(written).lower() if isinstance(written, bool) else str(written)
