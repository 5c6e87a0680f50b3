"""How figures and units are said in each language; an unknown one keeps the name it has."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib import resources

from luodi.evidence.catalogue import Lang
from luodi.evidence.model import Figure, Number

WRITTEN_OUT = 30
"""Exponent up to which a decimal is written out; a foreign ledger may hold any."""

_COLUMN: dict[Lang, int] = {"zh": 0, "en": 1}


def figure_name(name: str, lang: Lang) -> str:
    """Say the name of a figure: ``unaccounted`` → 没有去向."""
    return _said("figure", name, lang)


def amount(value: Number, unit: str, lang: Lang) -> str:
    """Say a number with its unit: 1,284,517 行; money keeps its cents."""
    if isinstance(value, Decimal) and abs(value.adjusted()) > WRITTEN_OUT:
        text = str(value)
    elif unit == "CNY" and value != int(value) and value == round(value, 2):
        text = f"{value:,.2f}"
    else:
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    said = _said("unit", unit, lang) if unit else ""
    return text + said if said == "%" else f"{text} {said}".rstrip()


def unit_name(unit: str, lang: Lang) -> str:
    """Say a unit by itself; 个 and the like have no English word and keep their name."""
    return _said("unit", unit, lang) or unit


def written_figure(figure: Figure, lang: Lang) -> str:
    """Say a figure whole: 没有去向 0 行."""
    return f"{figure_name(figure.name, lang)} {amount(figure.value, figure.unit, lang)}"


def _said(kind: str, name: str, lang: Lang) -> str:
    entry = _words().get((kind, name))
    return entry[_COLUMN[lang]] if entry else name


@cache
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    text = (resources.files("luodi") / "evidence" / "figures.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {(kind, name): (zh, en) for kind, name, zh, en in csv.reader(lines, delimiter="\t")}
