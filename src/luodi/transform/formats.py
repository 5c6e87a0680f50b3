r"""Formats of days and moments as patterns that every engine reads alike.

A format holds ``%Y`` (four digits), ``%y`` (two: 69–99 are 19…, 00–68 are 20…), ``%m``, ``%d``,
``%H``, ``%M``, ``%S`` (one or two digits each, but two where a neighbour is a number as well),
``%f`` (one to nine digits of a second; what lies beyond the microsecond is cut off), ``%b`` (Jan …
Dec, in any case), ``%I`` (1–12) with ``%p`` (AM, PM, 上午, 下午), ``%%`` and literal characters.  A
blank stands for one or more.  A text that matches is rewritten as ``Y-m-d H:M:S.f``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from luodi.evidence.errors import WrongUse
from luodi.transform.characters import CAPITALS, FULL, HALF, SMALL

MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
MORNING, AFTERNOON = ("AM", "上午"), ("PM", "下午")
_TWO = {
    "m": ("0[1-9]|1[0-2]", "0?[1-9]|1[0-2]"),
    "d": ("0[1-9]|[12][0-9]|3[01]", "0?[1-9]|[12][0-9]|3[01]"),
    "H": ("[01][0-9]|2[0-3]", "[01]?[0-9]|2[0-3]"),
    "I": ("0[1-9]|1[0-2]", "0?[1-9]|1[0-2]"),
    "M": ("[0-5][0-9]", "[0-5]?[0-9]"),
    "S": ("[0-5][0-9]", "[0-5]?[0-9]"),
}
_CENTURIES = {"19": "69|[7-9][0-9]", "20": "[0-5][0-9]|6[0-8]"}
_PLAIN = str.maketrans(FULL + SMALL, HALF + CAPITALS)
_NUMERIC = set("YymdHMSIf")
_TOKEN = re.compile("%(.)|([^%])", re.DOTALL)


class Pattern(NamedTuple):
    """A format compiled: ``pattern`` matches, ``into`` rewrites, both in the dialects' language.

    ``months`` says that names of months stand in the text, which `into` wants as numbers;
    ``half`` is the group that holds the half of the day, by which the hour must be moved.
    """

    pattern: str
    into: str
    months: bool = False
    half: str = ""


def patterns(format_: str, *, time: bool) -> tuple[Pattern, ...]:
    """Compile a format; ``time``: it may and need not state a time of day.

    Raises
    ------
    WrongUse
        ``transform.format_unclear``.
    """
    tokens = _tokens(format_)
    stated = [directive for directive, _ in tokens if directive]
    _check(format_, stated, time=time)
    centuries = list(_CENTURIES) if "y" in stated else [""]
    return tuple(_pattern(tokens, century) for century in centuries)


def _tokens(format_: str) -> list[tuple[str, str]]:
    """(directive, "") or ("", literal)."""
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(format_):
        match = _TOKEN.match(format_, place)
        if match is None:
            raise WrongUse("transform.format_unclear", {"format": format_})
        place = match.end()
        directive, literal = match[1] or "", match[2] or ""
        found.append(("", "%") if directive == "%" else (directive, literal))
    return found


def _check(format_: str, stated: list[str], *, time: bool) -> None:
    known = set("YymdHMSfbIp") if time else set("Yymdb")
    day = [{"Y", "y"}, {"m", "b"}, {"d"}]
    clear = (
        set(stated) <= known
        and len(stated) == len(set(stated))
        and all(len(one & set(stated)) == 1 for one in day)
        and not {"H", "I"} <= set(stated)
        and ("I" in stated) == ("p" in stated)
        and ("M" not in stated or bool({"H", "I"} & set(stated)))
        and ("S" not in stated or "M" in stated)
        and ("f" not in stated or "S" in stated)
    )
    if not clear:
        raise WrongUse("transform.format_unclear", {"format": format_})


def _pattern(tokens: list[tuple[str, str]], century: str) -> Pattern:
    groups: dict[str, str] = {}
    text = ""
    for place, (directive, literal) in enumerate(tokens):
        if not directive:
            text += " +" if _escaped(literal) == "\\ " else _escaped(literal)
            continue
        piece = _piece(directive, century, tight=_tight(tokens, place))
        groups[directive] = f"\\{len(groups) + 1}"
        text += f"({piece})"
        if directive == "f":
            text += "[0-9]{0,3}"
    year = groups.get("Y") or century + groups["y"]
    day = f"{year}-{groups.get('m') or groups['b']}-{groups['d']}"
    hour = groups.get("H") or groups.get("I")
    clock = f" {hour or '00'}:{groups.get('M', '00')}:{groups.get('S', '00')}"
    fraction = f".{groups['f']}" if "f" in groups else ""
    return Pattern(text, day + clock + fraction, "b" in groups, groups.get("p", ""))


def _piece(directive: str, century: str, *, tight: bool) -> str:
    match directive:
        case "Y":
            return "[0-9]{4}"
        case "y":
            return _CENTURIES[century]
        case "f":
            return "[0-9]{1,6}"
        case "b":
            return "|".join(MONTHS)
        case "p":
            return "|".join((*MORNING, *AFTERNOON))
        case _:
            return _TWO[directive][0 if tight else 1]


def _tight(tokens: list[tuple[str, str]], place: int) -> bool:
    """A number beside another number must have all its digits."""
    beside = [tokens[other][0] for other in (place - 1, place + 1) if 0 <= other < len(tokens)]
    return any(one in _NUMERIC for one in beside)


def _escaped(literal: str) -> str:
    """A literal as it stands in a text that was made half-width and put in capitals."""
    literal = literal.translate(_PLAIN)
    return literal if literal.isalnum() or not literal.isascii() else "\\" + literal
