"""Areas of China (GB/T 2260): six digits for province, city and county."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from luodi.terminology.tables import rows

PERMIT_ONLY = frozenset({"83"})
"""Stands for 台湾 on residence permits; GB/T 2260 itself has 71."""


class Known(StrEnum):
    """How far down the present list knows a code.

    Counties are renamed, merged and abolished; the number of somebody who was born in one keeps
    its code.  So a code of which only the city or the province is known is old, not wrong.
    """

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NOTHING = "nothing"


@cache
def _names() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("area.tsv")}


def name(code: str) -> str | None:
    """Name of exactly this code; two and four digits are understood as well."""
    return _names().get(code.ljust(6, "0"))


def full_name(code: str) -> str:
    """Province, city and county, as far as they are known: 辽宁省沈阳市和平区."""
    parts = (name(code[:2]), name(code[:4]), name(code[:6]))
    return "".join(dict.fromkeys(part for part in parts if part and part not in _COLLECTIVE))


def known(code: str) -> Known:
    """How much of a code of six digits the present list knows."""
    if len(code) != 6 or not has_province(code[:2]):
        return Known.NOTHING
    if code in _names() and not code.endswith("00"):
        return Known.COUNTY
    city = code[:4] + "00"
    return Known.CITY if city in _names() and city != code[:2] + "0000" else Known.PROVINCE


def has_province(digits: str) -> bool:
    """Tell whether two digits name a province, or stand for one on a residence permit."""
    return digits in PERMIT_ONLY or digits + "0000" in _names()


_COLLECTIVE = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Names of levels that hold counties together and are no place."""
