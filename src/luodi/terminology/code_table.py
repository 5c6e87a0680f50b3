"""Code tables of the national standards, with what old systems write instead."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from luodi.terminology.tables import rows
from luodi.terminology.text import clean, half_width


@cache
def names(table: str) -> MappingProxyType[str, str]:
    """Codes of ``sex``, ``marital_status`` or ``nationality``, each with its Chinese name."""
    return MappingProxyType({code: text for kind, code, text, _ in _rows() if kind == table})


def code_of(table: str, text: str) -> str | None:
    """The code that `text` means: a name or another spelling, never a bare code of an old system.

    0 and 1 are 女 and 男 in one system and 男 and 女 in the next; only a dictionary can tell.
    """
    return _spellings(table).get(_folded(text))


def is_code(table: str, text: str) -> bool:
    """Tell whether `text` is a code of the standard."""
    return text in names(table)


def _folded(text: str) -> str:
    return half_width(clean(text)).casefold()


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    return tuple(rows("code_table.tsv"))


@cache
def _spellings(table: str) -> dict[str, str]:
    found = {}
    for kind, code, text, others in _rows():
        if kind == table:
            for spelling in (text, *others.split("|")):
                found[_folded(spelling)] = code
    found.pop("", None)
    return found
