"""Operations on numbers."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, localcontext
from decimal import Decimal as Number
from functools import partial

from luodi.evidence.errors import WrongUse
from luodi.transform.characters import FULL, HALF
from luodi.transform.constants import DIGITS
from luodi.transform.model import Boolean, Decimal, Integer, Kind, Multiply
from luodi.transform.operations.read import Read
from luodi.transform.work import Value, Work, Worked

LOOSE_SCALE = 10
"""Decimals that are read where nobody says how many there are."""
_SIGNS = "[¥￥$€£]|RMB|CNY"
_AMOUNT = rf"([+-]?)(?:{_SIGNS})? *([+-]?)(?:{_SIGNS})? *([0-9,]*\.?[0-9]*) *(?:元)?"
_GROUPS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"
_PLAIN = r"[0-9]+\.?[0-9]*|\.[0-9]+"


def integer(step: Integer, value: Value, work: Work) -> Worked:
    """Render `Integer`."""
    found = whole(value, work)
    tests = []
    if step.least is not None:
        least = work.dialect.constant(Kind.INTEGER, str(step.least))
        tests.append(f"{found.value} >= {least}")
    if step.most is not None:
        most = work.dialect.constant(Kind.INTEGER, str(step.most))
        tests.append(f"{found.value} <= {most}")
    return found.worked(Value(_within(found.value, tests), Kind.INTEGER), work)


def decimal(step: Decimal, value: Value, work: Work) -> Worked:
    """Render `Decimal`."""
    found = amount(value, step.scale, work, rounded=step.round)
    tests = []
    for bound, sign, rounding in (
        (step.least, ">=", ROUND_CEILING),
        (step.most, "<=", ROUND_FLOOR),
    ):
        if bound is not None:
            text = _bound(bound, step.scale, rounding)
            limit = work.dialect.constant(Kind.DECIMAL, text, step.scale)
            tests.append(f"{found.value} {sign} {limit}")
    result = Value(_within(found.value, tests), Kind.DECIMAL, scale=step.scale)
    return found.worked(result, work)


def multiply(step: Multiply, value: Value, work: Work) -> Worked:
    """Render `Multiply`, exactly: the product has the decimals of both."""
    factor = step.factor.normalize()
    factor_scale = max(0, -int(factor.as_tuple().exponent))
    most_scale = DIGITS // 2 - factor_scale
    if most_scale < 0 or abs(factor) >= 10 ** (DIGITS // 2):
        raise WrongUse("transform.factor_unfit", {"factor": format(factor, "f")})
    if value.kind is Kind.INTEGER:
        scale, found = 0, Read.of(value, work.dialect.as_decimal(value, 0), work)
    elif value.kind is Kind.DECIMAL and value.scale is not None and value.scale <= most_scale:
        scale, found = value.scale, Read.of(value, value.sql, work)
    else:
        scale = min(LOOSE_SCALE, most_scale)
        found = amount(value, scale, work, rounded=False)
    total = scale + factor_scale
    if factor == 0:
        product = f"CASE WHEN {found.value} IS NOT NULL THEN {_zero(work, total)} END"
    else:
        with localcontext(prec=100):
            most = (Number(10) ** (DIGITS - total) - Number(1).scaleb(-total)) / abs(factor)
        limit = work.dialect.constant(Kind.DECIMAL, _bound(most, scale, ROUND_FLOOR), scale)
        sql = work.dialect.product(found.value, scale, format(factor, "f"), factor_scale)
        product = f"CASE WHEN abs({found.value}) <= {limit} THEN {sql} END"
    return found.worked(Value(product, Kind.DECIMAL, scale=total), work)


def boolean(step: Boolean, value: Value, work: Work) -> Worked:
    """Render `Boolean`."""
    given = work.named(value)
    text = work.text(given)
    tests = "".join(
        f" WHEN {text} IN ({', '.join(map(work.dialect.literal, listed))}) THEN {truth}"
        for listed, truth in ((step.yes, "TRUE"), (step.no, "FALSE"))
        if listed
    )
    sql = f"CASE{tests} END" if tests else work.dialect.null(Kind.BOOLEAN)
    return Read(given.sql, given.sql).worked(Value(sql, Kind.BOOLEAN), work)


# --- shared ---------------------------------------------------------------------------------------


def whole(value: Value, work: Work) -> Read:
    """A whole number of 64 bits; NULL where the value is none."""
    words = work.dialect
    if value.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN):
        given = work.named(value)
        return Read.of(given, words.as_integer(given), work)
    rest = work.rest(value, words.quick_integer)
    plain = work.let(plain_text(rest.text, work))
    shaped = f"CASE WHEN {words.matches(plain, '[+-]?[0-9]+')} THEN {plain} END"
    return Read.first(rest, words.integer(work.let(shaped)), work)


def amount(value: Value, scale: int, work: Work, *, rounded: bool) -> Read:
    """A decimal with `scale` digits behind the point; NULL where the value is none."""
    words = work.dialect
    if value.kind in (Kind.INTEGER, Kind.BOOLEAN):
        given = work.named(value)
        source = Value(work.let(words.as_integer(given)), Kind.INTEGER)
        return Read.of(given, words.as_decimal(source, scale), work)
    if value.kind is Kind.DECIMAL and value.scale is not None and value.scale <= scale:
        return Read.of(value, words.as_decimal(value, scale), work)
    rest = work.rest(value, partial(words.quick_decimal, scale=scale))
    number = work.let(_number(work.let(plain_text(rest.text, work)), work))
    if not rounded:
        exact = words.matches(number, rf"-?[0-9]+(?:\.[0-9]{{0,{scale}}}0*)?")
        number = work.let(f"CASE WHEN {exact} THEN {number} END")
    return Read.first(rest, words.decimal(number, scale), work)


def plain_text(x: str, work: Work) -> str:
    """Half-width and trimmed."""
    words = work.dialect
    return words.trimmed(work.let(words.translated(x, FULL, HALF)), work.let)


def _number(plain: str, work: Work) -> str:
    r"""An amount as ``-?[0-9]+(\.[0-9]+)?``; NULL where it is none."""
    words = work.dialect
    shaped = work.let(f"CASE WHEN {words.matches(plain, _AMOUNT)} THEN {plain} END")
    signs = work.let(words.rewritten(shaped, _AMOUNT, r"\1\2"))
    digits = work.let(words.rewritten(shaped, _AMOUNT, r"\3"))
    good = work.let(words.matches(digits, f"{_GROUPS}|{_PLAIN}"))
    body = work.let(words.replaced(digits, ",", ""))
    ended = work.let(f"CASE WHEN {words.contains(body, '.')} THEN {body} || '0' ELSE {body} END")
    return (
        f"CASE WHEN {good} AND {signs} IN ('', '+') THEN '0' || {ended} "
        f"WHEN {good} AND {signs} = '-' THEN '-0' || {ended} END"
    )


def _within(found: str, tests: list[str]) -> str:
    return f"CASE WHEN {' AND '.join(tests)} THEN {found} END" if tests else found


def _zero(work: Work, scale: int) -> str:
    return work.dialect.constant(Kind.DECIMAL, format(Number(0).scaleb(-scale), "f"), scale)


def _bound(bound: Number, scale: int, rounding: str) -> str:
    """A bound in the scale of what it bounds, no further than 38 digits hold."""
    with localcontext(prec=100):
        most = Number(10) ** (DIGITS - scale) - Number(1).scaleb(-scale)
        return format(
            min(max(bound.quantize(Number(1).scaleb(-scale), rounding), -most), most), "f"
        )
