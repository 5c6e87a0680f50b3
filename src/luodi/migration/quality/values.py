"""Checks of single values, by the definitions of `luodi.terminology`.

SQL decides what is written as it should be, and sees the distinct value ``v``; what it does not
decide is read by Python, one distinct value at a time.  That SQL and Python agree is tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from luodi.migration.profiling.dates import date_formats
from luodi.migration.workspace import literal
from luodi.terminology import area, icd, id_card, phone, specification, text

Judge = Callable[[str], bool]
_ID18 = "length(v) = 18 AND regexp_full_match(v, '[1-9][0-9]{16}[0-9X]')"


@dataclass(frozen=True)
class ValueCheck:
    """A named check.

    ``decides`` is SQL that holds for the values SQL decides, ``broken`` SQL that holds for those
    of them that are wrong; ``wrong`` tells of any value.  {today} stands for the day.
    """

    wrong: Callable[[date], Judge]
    decides: str = "false"
    broken: str = "false"


@dataclass(frozen=True)
class SetCheck:
    """A named check that sees all distinct values of a column, with their rows, at once.

    ``likely`` is SQL over ``v`` that holds for every value it can name.
    """

    wrong: Callable[[Iterable[tuple[str, int]]], Iterator[str]]
    likely: str = "true"


# --- 身份证 ---------------------------------------------------------------------------------------


def _check_character() -> str:
    """SQL that computes the check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    # One cast and whole numbers: cutting out every digit by itself costs ten times as much.
    first = "try_cast(left(v, 17) AS BIGINT)"
    total = " + ".join(
        f"{weight} * ({first} // {10 ** (17 - place)} % 10)"
        for place, weight in enumerate(id_card.WEIGHTS, 1)
    )
    return f"substr({literal(id_card.CHECK_CHARACTERS)}, ({total}) % 11 + 1, 1)"


def _id_fault(fault: id_card.Fault) -> Callable[[date], Judge]:
    def judge(today: date) -> Judge:
        return lambda value: fault in id_card.faults(value, today=today)

    return judge


@cache
def _provinces() -> str:
    return ", ".join(f"'{n:02}'" for n in range(100) if area.has_province(f"{n:02}"))


_BIRTH = "try_strptime(substr(v, 7, 8), '%Y%m%d')"


def _id_checks() -> dict[str, ValueCheck]:
    fault = id_card.Fault
    place = f"CASE WHEN v[1] = '{id_card.FOREIGNER}' THEN substr(v, 2, 2) ELSE substr(v, 1, 2) END"
    area_wrong = f"{place} NOT IN ({_provinces()})"
    oldest = f"DATE '{id_card.OLDEST}-01-01'"
    birth_wrong = f"NOT coalesce({_BIRTH}::DATE BETWEEN {oldest} AND {{today}}, false)"
    check_wrong = f"{_check_character()} <> substr(v, 18, 1)"
    return {
        "id_card_length": ValueCheck(_id_fault(fault.LENGTH), _ID18),
        "id_card_characters": ValueCheck(_id_fault(fault.CHARACTERS), _ID18),
        "id_card_area": _decided(fault.AREA, area_wrong),
        "id_card_birth": _decided(fault.BIRTH, birth_wrong),
        "id_card_check_digit": _decided(fault.CHECK_DIGIT, check_wrong),
        "id_card_untidy": ValueCheck(lambda _: _untidy, "regexp_full_match(v, '[0-9X]+')"),
    }


def _decided(fault: id_card.Fault, wrong: str) -> ValueCheck:
    return ValueCheck(_id_fault(fault), _ID18, wrong)


def _untidy(value: str) -> bool:
    """Whether a sound number is written in another way than a system expects it."""
    return value != id_card.normal(value) and len(id_card.normal(value)) in (15, 18)


# --- others ---------------------------------------------------------------------------------------


def _phone(*faults: phone.Fault) -> Callable[[date], Judge]:
    return lambda _: lambda value: any(one in faults for one in phone.parse_all(value))


def _icd_shape(value: str) -> bool:
    return icd.parse(value) is icd.Fault.SHAPE


@lru_cache(maxsize=65_536)
def _known(value: str) -> icd.Known | None:
    """How far the catalogue knows a code; None where it lists no such codes at all."""
    found = icd.parse(value)
    if isinstance(found, icd.Icd) and found.kind in (icd.Kind.ICD10, icd.Kind.ICD9CM3):
        return icd.known(found)
    return None


def _icd_unknown(value: str) -> bool:
    return _known(value) in (icd.Known.CATEGORY, icd.Known.NOTHING)


def _icd_category(value: str) -> bool:
    return _known(value) is icd.Known.NOTHING


@lru_cache(maxsize=65_536)
def _area_unknown(value: str) -> bool:
    return area.known(value.strip()) is area.Known.NOTHING


def _specification(value: str) -> bool:
    found = specification.parse(value)
    return isinstance(found, specification.Fault) and found is not specification.Fault.EMPTY


@cache
def value_checks() -> dict[str, ValueCheck]:
    """Every check of single values, by name."""
    mobile = "regexp_full_match(v, '1[3-9][0-9]{9}')"
    bad = (phone.Fault.CHARACTERS, phone.Fault.LENGTH, phone.Fault.PREFIX)
    return {
        **_id_checks(),
        "phone_shape": ValueCheck(_phone(*bad), mobile),
        "area_unknown": ValueCheck(lambda _: _area_unknown),
        "phone_placeholder": ValueCheck(_phone(phone.Fault.PLACEHOLDER), mobile),
        "icd_shape": ValueCheck(
            lambda _: _icd_shape, "regexp_full_match(v, '[A-Z][0-9]{2}(\\.[0-9]{1,4})?')"
        ),
        "icd_unknown": ValueCheck(lambda _: _icd_unknown),
        "icd_category": ValueCheck(lambda _: _icd_category),
        "specification": ValueCheck(lambda _: _specification),
    }


# --- values beside each other ---------------------------------------------------------------------


@dataclass(frozen=True)
class TextCheck:
    """A named check of texts that is too dear to be made of every one.

    ``suspects`` names those lines of a text of joined values that can be wrong at all.
    ``likely`` is SQL over ``v`` that holds for every value that can.
    """

    suspects: Callable[[str], Iterator[str]]
    wrong: Judge
    likely: str


_UTF8_LINE = re.compile(
    rb"(?m)^(?:[\x00-\x09\x0b-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})+$"
)
_MARKS = re.compile("[锟拷烫屯銝\x80-\u2122]")


def mojibake_suspects(joined: str) -> Iterator[str]:
    """Name the lines that may have been decoded wrongly.

    Trying every decoding on every text would take a minute for a million: a few regular
    expressions over many lines at once leave those that can be any.
    """
    at = 0
    while mark := _MARKS.search(joined, at):
        begin = joined.rfind("\n", 0, mark.start()) + 1
        at = joined.find("\n", mark.end())
        if at < 0:
            at = len(joined)
        yield joined[begin:at]
    lines = joined.split("\n")
    for codec in ("gb18030", "big5"):
        encoded = joined.encode(codec, "replace")
        begin = number = 0
        for line in _UTF8_LINE.finditer(encoded):
            number += encoded.count(b"\n", begin, line.start())
            begin = line.start()
            yield lines[number]


_FAMILIES = (
    frozenset("01239"),
    frozenset(("男", "女", "未知", "未说明", "不详", "未知的性别", "未说明的性别")),
    frozenset(("男性", "女性")),
    frozenset(("M", "F", "U")),
    frozenset(("m", "f", "u")),
    frozenset(("Y", "N")),
    frozenset(("y", "n")),
    frozenset(("是", "否")),
    frozenset(("有", "无")),
    frozenset(("T", "F")),
    frozenset(("true", "false")),
    frozenset(("TRUE", "FALSE")),
    frozenset(("Male", "Female")),
    frozenset(("male", "female")),
)


def mixed_codes(groups: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Name the values that belong to another set of codes than most rows use."""
    counted = list(groups)
    rows = [
        (sum(n for value, n in counted if value.strip() in family), family) for family in _FAMILIES
    ]
    most, main = max(rows, key=lambda pair: pair[0])
    if most:
        yield from (value for value, _ in counted if value.strip() not in main)


def other_dates(groups: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Name the dates that are written in another way than most."""
    ways: dict[str, list[tuple[str, int]]] = {}
    for value, rows in groups:
        way = _way_of_writing(value.strip())
        if way:
            ways.setdefault(way, []).append((value, rows))
    if len(ways) > 1:
        main = max(ways, key=lambda way: (sum(rows for _, rows in ways[way]), way))
        yield from (value for way in ways if way != main for value, _ in ways[way])


def _way_of_writing(value: str) -> str:
    return next((one.id for one in date_formats() if re.fullmatch(one.values, value)), "")


def variants(groups: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Name the values that differ from a commoner one by case, width or gaps alone."""
    yield from _alike(
        groups, lambda value: re.sub(r"\s", "", text.half_width(text.clean(value))).upper()
    )


def lost_zeros(groups: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Name the values that differ from a commoner one by zeros in front alone."""
    yield from _alike(
        groups, lambda value: value.strip().lstrip("0") if value.strip().isdigit() else value
    )


def _alike(groups: Iterable[tuple[str, int]], form: Callable[[str], str]) -> Iterator[str]:
    kept: dict[str, list[tuple[str, int]]] = {}
    for value, rows in groups:
        kept.setdefault(form(value), []).append((value, rows))
    for same in kept.values():
        same.sort(key=lambda pair: (-pair[1], pair[0]))
        yield from (value for value, _ in same[1:])


def text_checks() -> dict[str, TextCheck]:
    """Every check of texts made of many at once, by name."""
    return {
        "mojibake": TextCheck(mojibake_suspects, text.is_mojibake, "length(v) <> strlen(v)"),
    }


def set_checks() -> dict[str, SetCheck]:
    """Every check that needs all values of a column, by name."""
    return {
        "mixed_codes": SetCheck(mixed_codes),
        "other_dates": SetCheck(other_dates),
        "variants": SetCheck(variants),
        "lost_zeros": SetCheck(lost_zeros, "regexp_full_match(trim(v), '[0-9]+')"),
    }
