"""Weigh pairs of terms, each kind of list by what its terms are made of."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from luodi.migration.suggesting.model import Reason
from luodi.migration.suggesting.names import name_reason, plain
from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.terms import Code, Term, Weigh, Weighed, alike
from luodi.terminology import icd, specification
from luodi.terminology.specification import Specification


def weighing(sort: Sort) -> tuple[Weigh, Code]:
    """How pairs of such a list are weighed, and how its codes are compared."""
    match sort:
        case Sort.DRUGS:
            return weigh_drugs, plain_code
        case Sort.DIAGNOSES:
            return weigh_diagnoses, icd_code
    return weigh_names, plain_code


# --- names ----------------------------------------------------------------------------------------

_LEAST_CODE = 3
"""A shorter code is equal by chance: every list begins with 1."""


def plain_code(value: str) -> str:
    """A code without signs, empty where it is too short to tell anything."""
    code = plain(value)
    return code if len(code) >= _LEAST_CODE else ""


def weigh_names(one: Term, other: Term) -> Weighed:
    """Departments, staff, fee types, services: the name, and the code where both have one."""
    like = alike(one, other)
    same_code = bool(plain_code(one.value)) and plain_code(one.value) == plain_code(other.value)
    reasons = [name_reason(like)]
    sure = 0.97 if like == 1 else max(0.0, (like - 0.4) * 1.4)
    if same_code:
        sure = max(sure, 0.5) + (1 - max(sure, 0.5)) * like * 0.8
        reasons.append(Reason(code="migration.suggest_code_same"))
    if one.specification and other.specification:
        spec = fuzz.ratio(plain(one.specification), plain(other.specification)) / 100
        sure *= 0.7 + 0.3 * spec
        if spec < 1:
            reasons.append(Reason(code="migration.suggest_spec_differs"))
    return Weighed(sure, tuple(reasons))


# --- drugs ----------------------------------------------------------------------------------------

_FIRM = re.compile(
    r"有限责任公司|股份有限公司|有限公司|股份|公司|集团|制药厂|制药|药业|药厂|医药|生物|科技|厂|省|市|中国"
)


def weigh_drugs(one: Term, other: Term) -> Weighed:
    """A drug is its name, its strength and packing, and who makes it."""
    like = alike(one, other)
    packing, spec_reason = _packing(one.specification, other.specification)
    maker, maker_reason = _maker(one.manufacturer, other.manufacturer)
    name = 1.0 if like == 1 else max(0.0, (like - 0.5) * 1.7)
    sure = name * packing * maker
    reasons = (name_reason(like), *(r for r in (spec_reason, maker_reason) if r))
    return Weighed(sure, reasons)


def _packing(one: str, other: str) -> tuple[float, Reason | None]:
    """What two 规格 leave of a likeness: all where they state the same, little where not."""
    if not one or not other:
        return 0.8, None
    first, second = _specification(one), _specification(other)
    if first is None or second is None:
        alike = fuzz.ratio(plain(one), plain(other)) / 100
        if alike == 1:
            return 0.98, Reason(code="migration.suggest_spec_text")
        return 0.3 + 0.4 * alike, Reason(code="migration.suggest_spec_unread")
    if _measure(first) == _measure(second) and _counted_alike(first, second):
        return 0.99, Reason(code="migration.suggest_spec_same")
    if _measure(first) == _measure(second):
        return 0.7, Reason(code="migration.suggest_spec_count")
    return 0.25, Reason(code="migration.suggest_spec_differs")


def _measure(spec: Specification) -> tuple[object, ...]:
    """Strength and content of one dose unit, whatever the package."""
    return (
        tuple(sorted(str(part.in_base) for part in spec.components)),
        str(spec.content.in_base) if spec.content else "",
        spec.concentration,
    )


def _counted_alike(one: Specification, other: Specification) -> bool:
    """One list counts 瓶 where the other leaves the package out."""
    units = {one.count_unit or other.count_unit, other.count_unit or one.count_unit}
    return one.count == other.count and len(units) == 1 and one.size == other.size


@lru_cache(maxsize=100_000)
def _specification(text: str) -> Specification | None:
    found = specification.parse(text)
    return found if isinstance(found, Specification) else None


def _maker(one: str, other: str) -> tuple[float, Reason | None]:
    first, second = _firm(one), _firm(other)
    if not first or not second:
        return 0.9, None
    alike = max(fuzz.ratio(first, second), fuzz.partial_ratio(first, second) * 0.95) / 100
    if alike >= 0.8:
        return 0.99, Reason(code="migration.suggest_maker_same")
    return 0.45 + 0.2 * alike, Reason(code="migration.suggest_maker_differs")


@lru_cache(maxsize=50_000)
def _firm(text: str) -> str:
    whole = plain(text)
    return _FIRM.sub("", whole) or whole


_TELLING = 0.6
"""Names less alike than this speak of different things, whatever their codes say."""

# --- diagnoses ------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def icd_code(value: str) -> str:
    """A code of ICD in its normal form; empty where it is none."""
    found = icd.parse(value)
    return found.code if isinstance(found, icd.Icd) else ""


def weigh_diagnoses(one: Term, other: Term) -> Weighed:
    """A diagnosis is its name within the family of its code.

    Two editions give one code of six digits to different diseases: in a hospital's catalogue only
    one such pair in seven had equal names.  What they share is the first four characters.
    """
    like = alike(one, other)
    first, second = icd_code(one.value), icd_code(other.value)
    reasons = [name_reason(like)]
    if not first or not second:
        return Weighed(0.95 if like == 1 else max(0.0, (like - 0.4) * 1.4), tuple(reasons))
    if _family(first) == _family(second):
        same = first == second
        code = "migration.suggest_icd_same" if same else "migration.suggest_icd_family"
        reasons.append(Reason(code=code))
        if same and like < _TELLING:
            reasons.append(Reason(code="migration.suggest_icd_same_other"))
        near = max(0.0, (like - 0.3) * 1.25) + (0.05 if same else 0.0)
        return Weighed(0.97 + 0.02 * same if like == 1 else min(0.94, near), tuple(reasons))
    if first[:3] == second[:3]:
        reasons.append(Reason(code="migration.suggest_icd_category"))
        return Weighed(0.85 if like == 1 else max(0.0, (like - 0.4) * 1.2), tuple(reasons))
    reasons.append(Reason(code="migration.suggest_icd_differs"))
    return Weighed(0.7 if like == 1 else max(0.0, (like - 0.5) * 0.8), tuple(reasons))


def _family(code: str) -> str:
    """The first four characters: all editions share them."""
    return code[:5]
