"""What the workspace knows beside the mapping: catalogues, values, shapes of values."""

from __future__ import annotations

import re

from luodi.migration.mapping.check import Known
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.reaching import reaching, unmapped
from luodi.migration.workspace import Workspace, quoted

MOST = 100_000
"""Codes of a list that are compared; a longer column is no list of codes."""
SAMPLE = 2_000
"""Rows whose shape is looked at."""


def known_from(workspace: Workspace, book: Book) -> Known:
    """Gather what a check can use."""
    return Known(
        catalogues={item.system: item for item in workspace.catalogues()},
        values=lambda system, table, column: _values(workspace, system, table, column),
        unmapped=tuple(unmapped(book, item) for item in reaching(workspace, book)),
    )


def _values(workspace: Workspace, system: str, table: str, column: str) -> frozenset[str] | None:
    if table not in workspace.extracted(system):
        return None
    known = workspace.catalogue(system).table(table)
    if known is None or known.column(column) is None:
        return None
    rows = workspace.db.execute(
        f"SELECT DISTINCT CAST({quoted(column)} AS VARCHAR) FROM "
        f"{workspace.relation(system, table)} LIMIT {MOST + 1}"
    ).fetchall()
    return frozenset(value for (value,) in rows) if len(rows) <= MOST else None


def shapes(workspace: Workspace, book: Book) -> dict[tuple[str, str, str], str]:
    """What values look like, never a value: ``9×18`` for an identity card, ``汉×3`` for a name.

    Returns
    -------
    mapping of (system, table, column) to the most frequent shape among the first rows
    """
    found = {}
    for mapping in book.mappings:
        extracted = workspace.extracted(mapping.source)
        for table in dict.fromkeys(feed.from_ for feed in mapping.feeds):
            known = workspace.catalogue(mapping.source).table(table) if extracted else None
            if known is None or table not in extracted:
                continue
            for column in known.columns:
                name = quoted(column.name)
                row = workspace.db.execute(
                    f"SELECT mode(shape) FROM (SELECT {_shape(name)} AS shape FROM "
                    f"{workspace.relation(mapping.source, table)} "
                    f"WHERE {name} IS NOT NULL LIMIT {SAMPLE})"
                ).fetchone()
                if row and row[0]:
                    found[mapping.source, table, column.name] = _short(row[0])
    return found


def _shape(name: str) -> str:
    text = f"left(CAST({name} AS VARCHAR), 40)"
    # Signs of the first passes are letters themselves, so they are put in last.
    for pattern, sign in (
        (r"\p{Han}", "\x01"),
        (r"\p{Lu}", "\x02"),
        (r"\p{L}", "a"),
        (r"\p{N}", "9"),
        ("\x01", "汉"),
        ("\x02", "A"),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{sign}', 'g')"
    return text


def _short(shape: str) -> str:
    return re.sub(r"(.)\1{2,}", lambda run: f"{run[1]}×{len(run[0])}", shape)
