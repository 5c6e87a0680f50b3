"""Texts in cells: what Excel would run, spoil or refuse is written otherwise and read back.

Excel runs a text that begins with ``=``, and so do others with ``+``, ``-`` and ``@``; it refuses
control characters and more than 32,767 characters (ECMA-376, ST_Xstring; Excel specifications),
reads ``_x000D_`` as a sign, and makes dates and numbers of what looks like one.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time

LONGEST = 32_767
"""Characters that a cell can hold."""

_RUN = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'", "\t")
_ERRORS = frozenset({"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"})
_SPOILT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]|_x[0-9A-Fa-f]{4}_"
)
_SPECIAL = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]|_(?=x[0-9A-Fa-f]{4}_)"
)


class Spoilt(Exception):
    """A cell that Excel has changed beyond what can be restored, or that holds a formula.

    ``kind`` is date, error or formula.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def cell_text(text: str) -> str:
    """A text as a cell may hold it."""
    if _SPOILT.search(text) or text.startswith('"') or text != text.strip():
        quoted = json.dumps(text, ensure_ascii=False)
        return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
    return f"'{text}" if text.startswith(_RUN) or text in _ERRORS else text


def read_cell(value: object) -> tuple[str, bool]:
    """What a cell says, and whether Excel had made a number of it.

    Raises
    ------
    Spoilt
        Excel made a date of it, it shows an error such as ``#REF!``, or it is a formula.
    """
    match value:
        case None:
            return "", False
        case bool():
            return str(value).upper(), True
        case int():
            return str(value), True
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)), True
        case date() | datetime() | time():
            raise Spoilt("date")
    text = str(value)
    if text in _ERRORS:
        raise Spoilt("error")
    if text.startswith("="):  # as text it is written with an apostrophe ahead
        raise Spoilt("formula")
    if text.startswith("'"):
        return text[1:], False
    if text.startswith('"'):
        try:
            said = json.loads(text, strict=False)
        except ValueError:
            return text, False  # typed by hand, quotes and all
        return (said, False) if isinstance(said, str) else (text, False)
    return text.strip(), False
