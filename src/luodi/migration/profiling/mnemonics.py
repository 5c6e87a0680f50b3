"""Mnemonic columns told by their content: the initials of pinyin of a neighbour's Chinese."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from luodi.migration.model import ORDINAL, Kind
from luodi.migration.profiling.model import ColumnProfile, Guess
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

ROWS = 200
"""Rows that are compared."""
LEAST = 0.6
"""Share of them that must be the initials of the neighbour."""
_LIKENESS = 0.7

_CODES = re.compile(r"[Aa](\{|$)|.*[Aa]\{")
_LETTERS = re.compile("[^A-Z]")


def with_mnemonics(
    db: duckdb.DuckDBPyConnection, relation: str, columns: tuple[ColumnProfile, ...]
) -> tuple[ColumnProfile, ...]:
    """Call the columns mnemonic whose values are the pinyin initials of another column's."""
    texts = [c for c in columns if c.kind is Kind.TEXT and c.distinct > 1]
    names = [c for c in texts if any("汉{" in shape.value for shape in c.shapes[:5])]
    codes = [c for c in texts if c.shapes and _CODES.match(c.shapes[0].value) and c not in names]
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
    if not rows:
        return 0.0
    return sum(is_initials(short, long) for short, long in rows) / len(rows)


def is_initials(code: str, name: str) -> bool:
    """Whether `code` may be the initials of `name`; a few characters have several readings."""
    from pypinyin import Style, lazy_pinyin

    initials = "".join(part[:1] for part in lazy_pinyin(name, style=Style.FIRST_LETTER))
    # Foreign letters inside a name come out whole.
    kept = _LETTERS.sub("", "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).upper())
    wanted = _LETTERS.sub("", code.upper())
    if not wanted or len(wanted) < 2:
        return False
    return any(_like(wanted, _LETTERS.sub("", text.upper())) for text in (initials, kept))


def _like(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    return sum(a == b for a, b in zip(one, other, strict=True)) >= _LIKENESS * len(one)
