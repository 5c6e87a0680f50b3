"""A drug's 规格: ``0.25g×24片/盒``, ``5ml:50mg×10支``, ``0.9%100ml/瓶``.

A 规格 is a *measure* (how much is in one dose unit), then *counts* (how many units), then perhaps
the package.  Everything is a decimal; ``normal`` writes equal packings alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from luodi.terminology.measure import Fault as Fault
from luodi.terminology.measure import Quantity, Scan, scan, written
from luodi.terminology.units import base


class Specification(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a 规格 states.

    Parameters
    ----------
    components : tuple of Quantity
        Active substance in one dose unit; several for a compound (复方), or one substance stated
        in two ways (0.25g and 25万u).
    content : Quantity, optional
        What the substance is in: a volume, or a mass for ointments and granules.
    concentration : Decimal, optional
        In per cent.
    size : tuple of Quantity
        Length and breadth of a dressing.
    count, count_unit
        Dose units in the package: 24 片.
    package_unit : str
        盒, 瓶, 袋 … as far as it is named.
    """

    components: tuple[Quantity, ...] = ()
    content: Quantity | None = None
    concentration: Decimal | None = None
    size: tuple[Quantity, ...] = ()
    count: Decimal = Decimal(1)
    count_unit: str = ""
    package_unit: str = ""

    @property
    def strength(self) -> Quantity | None:
        """The one quantity of active substance; None where none or several are stated.

        A substance stated by mass and by activity (0.25g and 25万u) is one: the first counts.
        """
        kinds = {one.known.dimension for one in self.components}
        one = len(self.components) == 1 or (len(self.components) == 2 and kinds == _TWO_WAYS)
        return self.components[0] if one else None

    @property
    def normal(self) -> str:
        """One way of writing for all equal packings, in base units: ``250mg×24片/盒``."""
        parts = sorted(str(one.in_base) for one in _stated(self))
        measure = "+".join(parts)
        if self.content is not None:
            measure = f"{measure}:{self.content.in_base}" if measure else str(self.content.in_base)
        elif self.concentration is not None:
            measure = f"{written(self.concentration)}%" + (f":{measure}" if measure else "")
        sizes = [str(one.in_base) for one in self.size]
        count = f"{written(self.count)}{self.count_unit}"
        package = self.package_unit if self.package_unit != self.count_unit else ""
        return "×".join([part for part in (measure, *sizes, count) if part]) + (
            f"/{package}" if package else ""
        )

    @property
    def packing(self) -> str:
        """`normal` without the name of the package, which one of two lists often leaves out."""
        return self.normal.partition("/")[0]


_TWO_WAYS = {"mass", "activity"}


def parse(text: str) -> Specification | Fault:
    """Read a 规格 as stored: any width, any of ``×*xX＊`` and ``:：/``, stray blanks.

    Returns
    -------
    Specification or Fault
        Words in brackets are remarks and do not count; a word that must mean something and is
        not understood is a fault.
    """
    scanned = scan(text)
    if isinstance(scanned, Fault):
        return scanned
    counted = _counts(scanned)
    if isinstance(counted, Fault):
        return counted
    count, unit, package, solid = counted
    spec = Specification(count=count, count_unit=unit or package, package_unit=package)
    return _measured(spec, scanned, solid=solid)


# --- counts ---------------------------------------------------------------------------------------


def _counts(scanned: Scan) -> tuple[Decimal, str, str, bool] | Fault:
    """How many, of what, in which package, and whether those are taken one by one."""
    counts, package = list(scanned.counts), scanned.package
    if len(counts) > 1 and not package and counts[-1].value == 1:
        package = counts.pop().unit  # 72粒×1盒
    if len(counts) > 1 and counts[0].value == 1 and counts[0].unit == counts[1].unit:
        del counts[0]  # 1片×30片
    if len({one.unit for one in counts}) < len(counts):
        return Fault.AMBIGUOUS
    total = Decimal(1)
    for one in counts:
        total *= one.value
    if total <= 0:
        return Fault.MALFORMED
    unit = counts[0].unit if counts else ""
    if len(counts) == 1 and not package and total == 1:
        package = unit  # 10g×1支 is one 支, whichever way it is written
    return total, unit, package, bool(counts) and counts[0].known.solid


# --- measure --------------------------------------------------------------------------------------


def _measured(spec: Specification, scanned: Scan, *, solid: bool) -> Specification | Fault:
    volumes = [one for one in scanned.measures if one.known.dimension == "volume"]
    sizes = tuple(one for one in scanned.measures if one.known.dimension == "length")
    rest = [one for one in scanned.measures if one not in volumes and one not in sizes]
    if len(volumes) > 1 or len(scanned.percents) > 1:
        return Fault.AMBIGUOUS
    if not (scanned.measures or scanned.percents or scanned.counts):
        return Fault.NO_QUANTITY
    content: Quantity | None = volumes[0] if volumes else None
    if content is None and not solid and not scanned.sum:
        content, rest = _within(rest, concentrated=bool(scanned.percents))
    if scanned.times and content is None and not sizes:
        return Fault.AMBIGUOUS
    return msgspec.structs.replace(
        spec,
        components=tuple(rest),
        content=content,
        concentration=scanned.percents[0] if scanned.percents else None,
        size=sizes,
    )


def _within(
    found: Sequence[Quantity], *, concentrated: bool
) -> tuple[Quantity | None, list[Quantity]]:
    """Ointments and granules: 15g:0.75mg and 0.5g/10g state a substance in a larger mass."""
    masses = [one for one in found if one.known.dimension == "mass"]
    stated = len(masses) + concentrated
    if len(masses) < len(found) or stated != 2:
        return None, list(found)
    whole = max(masses, key=lambda one: one.amount)
    rest = list(masses)
    rest.remove(whole)
    return whole, rest


def _stated(spec: Specification) -> tuple[Quantity, ...]:
    """The components, or what the concentration says they must be (g in 100 ml or 100 g)."""
    content, percent = spec.content, spec.concentration
    if spec.components or content is None or percent is None:
        return spec.components
    mass = content.amount * percent / 100 * (1000 if content.known.dimension == "volume" else 1)
    return (Quantity(value=mass, unit=base("mass")),)
