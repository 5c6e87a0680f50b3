"""Lines of a text file become rows of exactly as many fields as the header has, or rejects.

Nothing is skipped and no value moves into another column.  Where a stretch of the file is in order,
and most are, the ``csv`` module or a plain split reads it; where it is not, `_careful` goes record
by record and gives up one line at a time: a quotation mark that is never closed costs its own line,
not what follows.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from luodi.migration.source.record import LONGEST, Fields, Style, Unclosed, record_at

_TRIES = 200
"""Line ends that are tried, from the last one back, for a place where no quotation is open."""
_ONE = "\ufdd1"
"""Stands for a delimiter of several signs, where only one will do; never a character of a text."""
GONE = "\ufdd0"
"""Stands for a line whose bytes are no text and were refused already; never a character of one."""


class Refused(NamedTuple):
    """A piece of text that is no row: its first line, why, and itself."""

    line: int
    reason: str
    text: str


@dataclass
class Records:
    """Rows of one stretch of the file, and what was refused."""

    rows: list[Fields] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class Parser:
    """Cuts text into records of `width` fields; fed block by block, it remembers what is open.

    Parameters
    ----------
    header : Fields or None
        The fields of the header.  Its first record is the header; a later one that repeats it is
        refused as ``header``.
    line : int
        Number of the first line that is fed.
    """

    def __init__(
        self, style: Style, width: int, header: Fields | None = None, line: int = 1
    ) -> None:
        self._style = style
        self._width = width
        self._header = header
        self._begun = header is None
        self._line = line
        self._open = ""

    def feed(self, text: str, *, last: bool = False) -> Records:
        """Take in a block of text and give the records that are complete."""
        text = self._open + text
        end = len(text) if last else _safe_end(text, self._style)
        if not last and end == 0 and len(text) < LONGEST:
            self._open = text
            return Records()
        if end == 0:
            end = text.rfind("\n") + 1
        self._open = text[end:]
        block = text[:end]
        found = self._fast(block)
        if found is None:
            found, rest = self._careful(block, last=last)
            self._open = rest + self._open
            block = block[: len(block) - len(rest)]
        self._line += block.count("\n")
        return found

    def _fast(self, block: str) -> Records | None:
        """Read a block that is in order; None where it is not."""
        style = self._style
        if (style.escape and style.escape in block) or GONE in block:
            return None
        quoted = bool(style.quote) and style.quote in block
        if quoted and style.null is not None and style.quote + style.null + style.quote in block:
            return None
        lines = block.split("\n")
        if lines[-1] == "":
            lines.pop()
        rows: list[Fields]
        if quoted:
            read = _by_csv(lines, style)
            if read is None:
                return None
            rows = read
        else:
            if "\r" in block:
                lines = [line.removesuffix("\r") for line in lines]
            rows = [line.split(style.delimiter) if line else [] for line in lines]  # type: ignore[misc]
        if [] in rows:
            rows = [row or [""] for row in rows] if self._width == 1 else list(filter(None, rows))
        if style.trailing:
            for row in rows:
                self._shorten(row)
        if not self._begun and rows:
            if rows[0] != self._header:
                return None
            del rows[0]
        if set(map(len, rows)) - {self._width} or (self._header and self._header in rows):
            return None
        if style.null is not None and style.null in block:
            mark = style.null
            for row in rows:
                if mark in row:
                    row[:] = [None if value == mark else value for value in row]
        self._begun = self._begun or bool(lines)
        return Records(rows)

    def _careful(self, block: str, *, last: bool) -> tuple[Records, str]:
        """Read a block record by record; returns what may go on in the next block as well."""
        found = Records()
        place, line = 0, self._line
        while place < len(block):
            try:
                record = record_at(block, place, self._style)
            except Unclosed:
                if not last and len(block) - place < LONGEST:
                    return found, block[place:]  # what follows may close it
                record = None
            if record is not None and self._style.trailing:
                self._shorten(record[0])
            end = block.find("\n", place) + 1 or len(block)
            if record is not None and self._is_row(record[0]):
                found.rows.append(record[0])
                end = record[1]
            elif record is not None and not self._begun and record[0] == self._header:
                self._begun = True
                end = record[1]
            elif (refusal := self._why(record, block[place:end])) is not None:
                found.refused.append(Refused(line, refusal, block[place:end].rstrip("\r\n")))
            line += block.count("\n", place, end)
            place = end
        return found, ""

    def _shorten(self, fields: Fields) -> None:
        """Take off the nothing behind a row's last delimiter."""
        if len(fields) == self._width + 1 and not fields[-1]:
            del fields[-1]

    def _is_row(self, fields: Fields) -> bool:
        return (
            len(fields) == self._width
            and fields != self._header
            and not any(GONE in value for value in fields if value)
        )

    def _why(self, record: tuple[Fields, int] | None, text: str) -> str | None:
        """Name what is wrong with a line; None for a blank one, and for one refused before."""
        if text.strip("\r\n") in ("", GONE):
            return None
        if record is None:
            return "quote"
        if any(GONE in value for value in record[0] if value):
            return "encoding"
        return "header" if record[0] == self._header else "width"


def _by_csv(lines: Sequence[str], style: Style) -> list[Fields] | None:
    """Read lines that are in order; None where they are not."""
    sign = style.delimiter if len(style.delimiter) == 1 else _ONE
    if sign is _ONE:
        lines = [line.replace(style.delimiter, sign) for line in lines]
    reader = csv.reader(
        (f"{line}\n" for line in lines), delimiter=sign, quotechar=style.quote, strict=True
    )
    rows: list[Fields]
    try:
        rows = list(reader)  # type: ignore[arg-type]  # texts; NULL comes in later
    except csv.Error:
        return None
    if sign is _ONE:
        for row in rows:
            row[:] = [value and value.replace(sign, style.delimiter) for value in row]
    return rows


def _safe_end(text: str, style: Style) -> int:
    """Find the end of the last line behind which no quotation is open, if the text is in order."""
    end = text.rfind("\n") + 1
    if not style.quote or not end:
        return end
    odd = text.count(style.quote, 0, end) % 2
    for _ in range(_TRIES):
        if not odd:
            return end
        before = text.rfind("\n", 0, end - 1) + 1
        if not before:
            break
        odd = (odd + text.count(style.quote, before, end)) % 2
        end = before
    return 0
