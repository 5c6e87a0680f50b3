"""Text in cells of a workbook: it stays what it is, whatever spreadsheets like to make of it."""

from __future__ import annotations

import re
from typing import Any

LONGEST_CELL = 32_767
"""Characters that fit into a cell of Excel."""

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def put_text(cell: Any, text: str) -> None:
    """Put a text into a cell of openpyxl.

    Nothing becomes a formula, a number or a date.  Characters that no workbook holds are replaced,
    what is too long is cut, and what would be read as an escape of a character (``_x000D_``:
    ECMA-376, ST_Xstring) is escaped itself.
    """
    cell.value = _ESCAPE.sub(
        "_x005F_", _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_CELL]
    )
    cell.data_type = "s"  # a text that begins with = would be taken for a formula
