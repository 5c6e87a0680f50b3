"""Texts that were decoded wrongly somewhere before: counted by column, never shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from luodi.evidence.model import Finding
from luodi.migration.source.model import Rows, Staged, Value, Wire
from luodi.terminology.text import is_mojibake

FIRST = 5
"""Ordinals that a finding names."""
_SAMPLE = 50
"""Texts of a batch and column that are looked at closely before all of them are."""
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_HALF = re.compile("[\ud800-\udfff]")
_REPLACED = re.compile("\ufffd|锟斤拷")


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """How often a column shows one sort of damage, and at which ordinals first."""

    column: str
    damage: str
    count: int
    first: tuple[int, ...]


def signs(rows: Rows, staged: Sequence[Staged], first: int) -> list[Sign]:
    """Look through the texts of a batch whose first row has the ordinal `first`."""
    found = []
    for column, values in zip(staged, rows.columns, strict=True):
        if column.wire is not Wire.TEXT or not isinstance(values, (list, tuple)):
            continue
        if any(isinstance(value, str) and "\0" in value for value in values):
            found.append(_counted(column, "nul", values, _nul, first))
        texts = [value for value in values if isinstance(value, str) and not value.isascii()]
        if not texts:
            continue
        whole = "\n".join(texts)
        if _PRIVATE.search(whole):
            found.append(_counted(column, "private_use", values, _PRIVATE.search, first))
        if _HALF.search(whole):
            found.append(_counted(column, "half_pair", values, _HALF.search, first))
        if _REPLACED.search(whole):
            found.append(_counted(column, "replaced", values, _REPLACED.search, first))
        step = max(1, len(texts) // _SAMPLE)
        if any(is_mojibake(text) for text in texts[::step] if not _REPLACED.search(text)):
            found.append(_counted(column, "mojibake", values, is_mojibake, first))
    return found


def _counted(
    column: Staged,
    damage: str,
    values: Sequence[Value],
    shows: Callable[[str], object],
    first: int,
) -> Sign:
    places = [
        first + place
        for place, value in enumerate(values)
        if isinstance(value, str) and shows(value)
    ]
    return Sign(column=column.name, damage=damage, count=len(places), first=tuple(places[:FIRST]))


def _nul(text: str) -> bool:
    return "\0" in text


def together(earlier: Iterable[Sign], later: Iterable[Sign]) -> tuple[Sign, ...]:
    """Add up the signs of batches that follow one another."""
    known = {(sign.column, sign.damage): sign for sign in earlier}
    for sign in later:
        before = known.get((sign.column, sign.damage))
        if before is not None:
            sign = msgspec.structs.replace(
                sign,
                count=before.count + sign.count,
                first=(*before.first, *sign.first)[:FIRST],
            )
        known[sign.column, sign.damage] = sign
    return tuple(known.values())


def moved(sign: Sign, ordinals: dict[int, int]) -> Sign:
    """Name rows by other ordinals."""
    return msgspec.structs.replace(sign, first=tuple(ordinals.get(one, one) for one in sign.first))


def findings(table: str, found: Iterable[Sign]) -> list[Finding]:
    """Say what was seen: column, count and the first ordinals."""
    return [
        Finding(
            code=f"migration.text_{sign.damage}",
            params={
                "table": table,
                "column": sign.column,
                "ordinals": ", ".join(map(str, sign.first)),
            },
            count=sign.count,
        )
        for sign in found
    ]
