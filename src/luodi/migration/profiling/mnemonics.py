"""Mnemonic columns told by their content: the initials of pinyin of a neighbour's Chinese."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from luodi.migration.model import ORDINAL, Kind
from luodi.migration.profiling.model import ColumnProfile, Guess
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

ROWS, FIRST = 200, 20
"""Rows that are compared, and after how many a hopeless pair is given up."""
LEAST = 0.6
"""Share of them that must be the initials of the neighbour."""
_LIKENESS = 0.7

_LETTERS = re.compile("[^A-Z]")
_LENGTHS = re.compile(r"\{[^}]*\}")


def with_mnemonics(
    db: duckdb.DuckDBPyConnection, relation: str, columns: tuple[ColumnProfile, ...]
) -> tuple[ColumnProfile, ...]:
    """Call the columns mnemonic whose values are the pinyin initials of another column's."""
    texts = [c for c in columns if c.kind is Kind.TEXT and c.distinct > 1]
    names = [c for c in texts if any("汉{" in shape.value for shape in c.shapes[:5])]
    codes = [c for c in texts if c.shapes and _is_lettered(c.shapes[0].value) and c not in names]
    found: dict[str, Guess] = {}
    for code in codes:
        for name in names:
            share = _share(db, relation, code.name, name.name)
            if share >= LEAST:
                confidence = Decimal(str(round(0.5 + share / 2, 2)))
                found[code.name] = Guess(
                    meaning="mnemonic", confidence=confidence, reasons=("value",)
                )
                break
    return tuple(_added(column, found.get(column.name)) for column in columns)


def _added(column: ColumnProfile, guess: Guess | None) -> ColumnProfile:
    if guess is None:
        return column
    others = [one for one in column.guesses if one.meaning != guess.meaning]
    ordered = tuple(sorted([guess, *others], key=lambda one: -one.confidence))
    return msgspec.structs.replace(column, guesses=ordered)


def _share(db: duckdb.DuckDBPyConnection, relation: str, code: str, name: str) -> float:
    rows = db.execute(
        f"SELECT {quoted(code)}, {quoted(name)} FROM {relation} "
        f"WHERE {quoted(code)} <> '' AND regexp_matches({quoted(name)}, '\\p{{Han}}') "
        f"ORDER BY hash({ORDINAL}), {ORDINAL} LIMIT {ROWS}"
    ).fetchall()
    alike = 0
    for number, (short, long) in enumerate(rows, 1):
        alike += is_initials(short, long)
        if number == FIRST and alike < FIRST * LEAST / 2:
            return 0.0
    return alike / len(rows) if rows else 0.0


def _is_lettered(shape: str) -> bool:
    """Whether a shape begins with letters and has no digits."""
    classes = _LENGTHS.sub("", shape)
    return classes[:1] in ("A", "a") and "9" not in classes


def is_initials(code: str, name: str) -> bool:
    """Whether `code` may be the initials of `name`; a few characters have several readings."""
    wanted = _LETTERS.sub("", code.upper())
    return len(wanted) > 1 and _like(wanted, initials(name))


def initials(name: str) -> str:
    """Write the initials of a name, each character in its commonest reading."""
    return _LETTERS.sub("", "".join(map(_initial, name)))


@lru_cache(maxsize=8_192)
def _initial(char: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(char, style=Style.FIRST_LETTER)[0].upper()


def _like(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    return sum(a == b for a, b in zip(one, other, strict=True)) >= _LIKENESS * len(one)
