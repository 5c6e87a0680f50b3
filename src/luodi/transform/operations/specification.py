"""A drug's 规格, read by `luodi.terminology.specification` and nobody else.

Its grammar has words that mean something else beside other words, and a table of units; no SQL
could follow it.  But a hospital has thousands of them, not millions: each distinct text is read
once, before the statement is made, and the statement joins what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from luodi.evidence.errors import LuodiError
from luodi.terminology import specification as terminology
from luodi.transform.constants import canonical
from luodi.transform.model import Kind, Specification, SpecificationPart
from luodi.transform.operations.number import LOOSE_SCALE
from luodi.transform.work import Value, Work, Worked

_NUMBERS = (SpecificationPart.STRENGTH, SpecificationPart.VOLUME, SpecificationPart.COUNT)
Parts = dict[SpecificationPart, Decimal | str | None]


def specification(step: Specification, value: Value, work: Work) -> Worked:
    """Render `Specification`."""
    given = work.named(value)
    x = work.text(given)
    if x not in work.readings:
        work.readings[x] = _joined(x, work)
    names = work.readings[x]
    fault = f"({x} IS NOT NULL AND NOT {names['known']})"
    number = step.part in _NUMBERS
    return Worked(
        Value(
            names[step.part],
            Kind.DECIMAL if number else Kind.TEXT,
            scale=LOOSE_SCALE if number else None,
            trimmed=True,
            sound=True,
        ),
        fault,
    )


def parts(text: str) -> Parts | None:
    """What a 规格 states; None where it does not parse.

    VOLUME is what the substance is in: a volume, or a mass for ointments and granules.
    """
    found = terminology.parse(text)
    if isinstance(found, terminology.Fault):
        return None
    strength, content = found.strength, found.content
    return {
        SpecificationPart.STRENGTH: strength.value if strength else None,
        SpecificationPart.STRENGTH_UNIT: strength.unit if strength else None,
        SpecificationPart.VOLUME: content.value if content else None,
        SpecificationPart.VOLUME_UNIT: content.unit if content else None,
        SpecificationPart.COUNT: found.count,
        SpecificationPart.COUNT_UNIT: found.count_unit or None,
        SpecificationPart.PACKAGE_UNIT: found.package_unit or None,
    }


def _joined(x: str, work: Work) -> dict[str, str]:
    """Names of the parts of ``x``, and of whether it was understood."""
    words, alias = work.dialect, work.layers.alias()
    rows = list(_rows(_texts(x, work), work))
    if not rows:
        rows = [", ".join([words.null(Kind.TEXT)] * (len(SpecificationPart) + 1))]
    listed = ", ".join(f"({row})" for row in rows)
    columns = [f"t{number}" for number in range(len(SpecificationPart))]
    typed = ", ".join(
        f"CAST({column} AS {words.type_of(Kind.DECIMAL, scale=LOOSE_SCALE)}) AS {column}"
        if part in _NUMBERS
        else f"CAST({column} AS {words.type_of(Kind.TEXT)}) AS {column}"
        for part, column in zip(SpecificationPart, columns, strict=True)
    )
    relation = f"(SELECT k, {typed} FROM (VALUES {listed}) AS p(k, {', '.join(columns)}))"
    values = [f"{alias}.{column}" for column in columns]
    known, *found = work.layers.join(
        relation, alias, f"{alias}.k = {x}", f"({alias}.k IS NOT NULL)", *values
    )
    return {"known": known, **dict(zip(SpecificationPart, found, strict=True))}


def _texts(x: str, work: Work) -> list[str]:
    if work.ask is None:
        raise LuodiError("transform.rows_unread", {"column": work.to})
    return [text for text in work.ask(work.layers.select([(x, "k")], distinct=True)) if text]


def _rows(texts: list[str], work: Work) -> Iterator[str]:
    """Rows of VALUES for the texts that parse."""
    words = work.dialect
    for text in sorted(texts):
        found = None if "\0" in text else parts(text)
        if found is not None and all(map(_holds, found.values())):
            cells = (None if value is None else _written(value) for value in found.values())
            yield ", ".join(
                "NULL" if cell is None else words.literal(cell) for cell in (text, *cells)
            )


def _holds(value: Decimal | str | None) -> bool:
    """No number of a 规格 has more digits than the column that it is put in."""
    return not isinstance(value, Decimal) or _written(value) is not None


def _written(value: Decimal | str) -> str | None:
    if isinstance(value, str):
        return value
    return canonical(format(value, "f"), Kind.DECIMAL, LOOSE_SCALE)
