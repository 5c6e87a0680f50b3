"""Check constraints of SQLite, which keeps them only in the text of CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CHECK = re.compile(r"\bCHECK\s*\(", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def checks_of(statement: str) -> Iterator[str]:
    """The expressions of the CHECKs in a CREATE TABLE."""
    hidden = _LITERAL.sub(lambda found: "'" + "x" * (len(found[0]) - 2) + "'", statement)
    for found in _CHECK.finditer(hidden):
        depth, place = 1, found.end()
        while depth and place < len(hidden):
            depth += {"(": 1, ")": -1}.get(hidden[place], 0)
            place += 1
        yield statement[found.end() : place - 1]
