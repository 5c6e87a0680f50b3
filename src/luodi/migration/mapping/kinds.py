"""What kind of value comes out of a rule, as far as its operations tell."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.migration.model import Column, Kind
from luodi.transform import model as op

_TEXT = (
    op.Trim,
    op.Concat,
    op.Upper,
    op.Lower,
    op.HalfWidth,
    op.Replace,
    op.Digits,
    op.Pad,
    op.Slice,
    op.Split,
    op.Hash,
)
_TYPED: dict[type[op.Step], Kind] = {
    op.Date: Kind.DATE,
    op.DateTime: Kind.DATETIME,
    op.Integer: Kind.INTEGER,
    op.Decimal: Kind.DECIMAL,
    op.Multiply: Kind.DECIMAL,
    op.Boolean: Kind.BOOLEAN,
}
_NUMBERS = frozenset(
    {op.SpecificationPart.STRENGTH, op.SpecificationPart.VOLUME, op.SpecificationPart.COUNT}
)

_FITS: dict[Kind, frozenset[Kind]] = {
    Kind.TEXT: frozenset({Kind.TEXT}),
    Kind.INTEGER: frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.TEXT}),
    Kind.DECIMAL: frozenset({Kind.DECIMAL, Kind.FLOAT, Kind.TEXT}),
    Kind.FLOAT: frozenset({Kind.FLOAT, Kind.TEXT}),
    Kind.BOOLEAN: frozenset({Kind.BOOLEAN, Kind.TEXT}),
    Kind.DATE: frozenset({Kind.DATE, Kind.DATETIME, Kind.TEXT}),
    Kind.TIME: frozenset({Kind.TIME, Kind.TEXT}),
    Kind.DATETIME: frozenset({Kind.DATETIME, Kind.TEXT}),
    Kind.BINARY: frozenset({Kind.BINARY}),
}


def kind_after(start: Kind | None, steps: Iterable[op.Operation]) -> Kind | None:
    """Kind of the value behind the last step; None where it depends on values.

    Parameters
    ----------
    start : Kind or None
        Kind of the first source column; None where there is none.
    """
    kind = start
    for step in steps:
        kind = _after(kind, step)
    return kind


def _after(kind: Kind | None, step: op.Operation) -> Kind | None:
    if isinstance(step, _TEXT):
        return Kind.TEXT
    if (typed := _TYPED.get(type(step))) is not None:
        return typed
    match step:
        case op.IdCard():
            return Kind.DATE if step.part is op.IdPart.BIRTH else Kind.TEXT
        case op.Specification():
            return Kind.DECIMAL if step.part in _NUMBERS else Kind.TEXT
        case op.Constant() | op.Dictionary() | op.Lookup():
            return None  # the values tell, not the operation
        case op.When():
            then, other = kind_after(kind, step.then), kind_after(kind, step.other)
            return then if then is other else None
    return kind


def fits(kind: Kind | None, target: Kind) -> bool:
    """Tell whether a value of `kind` goes into a column of kind `target` without an operation."""
    if kind is None or target is Kind.OTHER or kind is Kind.OTHER:
        return True
    return target in _FITS[kind]


def takes_key(column: Column, key: Column) -> bool:
    """Tell whether a column, another than the key, takes the values that the key column takes."""
    if column.name == key.name or not fits(key.kind, column.kind):
        return False
    if column.kind is not Kind.TEXT or column.length is None:
        return True
    digits = 10 if key.kind is Kind.INTEGER else column.length
    return (key.length or digits) <= column.length
