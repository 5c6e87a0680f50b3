"""Tables of facts beside the code: TSV with a provenance header of ``#`` lines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

from luodi.evidence.errors import LuodiError


def rows(name: str) -> Iterator[tuple[str, ...]]:
    """Rows of ``data/<name>``; the first line after the header names the columns.

    Raises
    ------
    LuodiError
        ``terminology.table_damaged``: a row has not as many cells as the table has columns.
    """
    text = (resources.files("luodi") / "terminology" / "data" / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    width = lines[start].count("\t")
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.count("\t") == width:
            yield tuple(line.split("\t"))
        elif line:
            raise LuodiError("terminology.table_damaged", {"table": name, "line": number})
