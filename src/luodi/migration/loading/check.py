"""Check constraints that mean the same in the workspace's engine as in the target's.

Only a small, sure part of SQL is taken over: columns, literals, comparisons, lists, AND, OR, NOT,
BETWEEN, IS NULL, length.  What else a constraint says the target judges by itself, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from luodi.migration.workspace import quoted

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\])
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*)
    | (?P<cast>::\s*(?:character\s+varying|timestamp\s+without\s+time\s+zone|[a-z_0-9]+)
        (?:\(\d+(?:,\d+)?\))?(?:\[\])?)
    | (?P<sign><>|!=|<=|>=|=|<|>|\(|\)|,|-|\+|\*|\[|\])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ARRAY = re.compile(
    r"=\s*ANY\s*\((?:\(\s*ARRAY\s*\[([^\]]*)\]\s*\)::[a-z ]+\[\]"
    r"|\s*ARRAY\s*\[([^\]]*)\](?:::[a-z ]+\[\])?)\s*\)",
    re.IGNORECASE,
)
_WORDS = {"and", "or", "not", "is", "null", "in", "between", "true", "false"}
_FUNCTIONS = {"length", "char_length", "character_length", "len", "abs"}


def readable(expression: str, columns: Sequence[str]) -> str | None:
    """The expression in the workspace's SQL, or None where it may mean something else there."""
    plain = _without_arrays(expression)
    try:
        return " ".join(_translated(plain, {name.lower(): name for name in columns}))
    except _Unclear:
        return None


class _Unclear(Exception):
    """Something that is not in the small, sure part."""


def _without_arrays(expression: str) -> str:
    """``= ANY (ARRAY[a, b])`` is how PostgreSQL keeps ``IN (a, b)``."""
    return _ARRAY.sub(lambda found: f"IN ({found[1] or found[2]})", expression)


def _translated(expression: str, columns: dict[str, str]) -> Iterator[str]:
    place = 0
    while place < len(expression.rstrip()):
        found = _TOKEN.match(expression, place)
        if found is None:
            raise _Unclear
        place = found.end()
        yield _word(found, columns, expression[place:].lstrip())


def _word(found: re.Match[str], columns: dict[str, str], rest: str) -> str:
    text = found.group(0).strip()
    match found.lastgroup:
        case "text" | "number":
            return text
        case "cast":
            return ""
        case "sign":
            if text in "[]":
                raise _Unclear
            return text
        case "quoted":
            return _column(text[1:-1].replace('""', '"'), columns)
    lower = text.lower()
    if lower in _WORDS:
        return lower
    if lower in _FUNCTIONS and rest.startswith("("):
        return "abs" if lower == "abs" else "length"
    return _column(text, columns)


def _column(name: str, columns: dict[str, str]) -> str:
    if name.lower() not in columns:
        raise _Unclear
    return quoted(columns[name.lower()])
