"""Units of quantity as drug labels and dictionaries write them, as data."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.terminology.tables import rows

COUNT = "count"
"""Dimension of what is counted: 片, 支, 盒."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit: ``factor`` of its dimension's base unit.

    Base units are mg, ml, u (international and other units of activity), mmol, mm and MBq.  A
    unit of activity that no factor relates to another (``au``, ``tu``) is a dimension of its own.
    ``solid`` marks what is counted dose by dose: 片, 粒, 丸.
    """

    name: str
    dimension: str
    factor: Decimal
    solid: bool = False


@cache
def _units() -> dict[str, Unit]:
    found = {}
    for name, dimension, factor, mark, spellings in rows("unit.tsv"):
        one = Unit(name=name, dimension=dimension, factor=Decimal(factor), solid=mark == "solid")
        for spelling in (name, *spellings.split("|")):
            found[spelling.casefold()] = one
    found.pop("", None)
    return found


def unit(text: str) -> Unit | None:
    """Find a unit by any of its spellings, upper or lower case; None for an unknown word."""
    return _units().get(text.casefold())


def base(dimension: str) -> str:
    """Name of the unit in which quantities of a dimension are compared."""
    return next(
        one.name for one in _units().values() if one.dimension == dimension and one.factor == 1
    )


def convert(value: Decimal, from_: str, to: str) -> Decimal:
    """The same quantity in another unit, exactly where decimals can.

    Raises
    ------
    WrongUse
        ``terminology.unit_unknown``; ``terminology.units_differ`` for mass and volume.
    """
    known = []
    for text in (from_, to):
        one = unit(text)
        if one is None:
            raise WrongUse("terminology.unit_unknown", {"unit": text})
        known.append(one)
    old, new = known
    if old.dimension != new.dimension or (old.dimension == COUNT and old != new):
        raise WrongUse("terminology.units_differ", {"from": from_, "to": to})
    return value * old.factor / new.factor
