"""Lines of a text file become rows of exactly as many fields as the header has, or rejects.

Nothing is skipped and no value moves into another column.  Where a stretch of the file is in order,
and most are, the ``csv`` module or a plain split reads it; where it is not, `_careful` goes record
by record and gives up one line at a time: a quotation mark that is never closed costs its own line,
not what follows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Fields = list[str | None]

LONGEST = 4 * 1024 * 1024
"""Characters that one record may have before its quotation mark counts as never closed."""
_TRIES = 200
"""Line ends that are tried, from the last one back, for a place where no quotation is open."""
_ONE = "\ufdd1"
"""Stands for a delimiter of several signs, where only one will do; never a character of a text."""
GONE = "\ufdd0"
"""Stands for a line whose bytes are no text and were refused already; never a character of one."""


@dataclass(frozen=True)
class Style:
    """How a text file is written; see `luodi.landing.systems.System`.

    ``trailing``: rows may end with one delimiter more than they need.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    null: str | None = None
    trailing: bool = False


class Refused(NamedTuple):
    """A piece of text that is no row: its first line, why, and itself."""

    line: int
    reason: str
    text: str


_SIGN = re.compile(r"[^\r\n]")


class _Unclosed(Exception):
    """A quotation that is open where the text ends."""


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
                record = _record(block, place, self._style)
            except _Unclosed:
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


def _record(text: str, place: int, style: Style) -> tuple[Fields, int] | None:
    """Read one record at `place`; None where something follows a closed quotation.

    A quotation mark inside a field that does not begin with one is a sign like any other: the
    mark of an inch in a 规格.

    Returns
    -------
    tuple or None
        Fields, and the place behind the record's line end.

    Raises
    ------
    _Unclosed
    """
    fields: Fields = []
    while True:
        if style.quote and text.startswith(style.quote, place):
            quoted = _quoted(text, place + 1, style)
            if quoted is None:
                return None
            value, place = quoted
            fields.append(value)
        else:
            value, place = _plain(text, place, style)
            fields.append(None if value == style.null else _unescaped(value, style))
        if text.startswith(style.delimiter, place):
            place += len(style.delimiter)
            continue
        for end in ("\r\n", "\n"):
            if text.startswith(end, place):
                return fields, place + len(end)
        return fields, place  # the end of the file


def _plain(text: str, place: int, style: Style) -> tuple[str, int]:
    """Read a field without quotation marks, up to the delimiter or the end of the line."""
    start = place
    while True:
        ends = [
            found
            for sign in (style.delimiter, "\n", *(style.escape or ()))
            if (found := text.find(sign, place)) >= 0
        ]
        end = min(ends, default=len(text))
        if style.escape and text.startswith(style.escape, end) and end < len(text):
            place = end + 2  # the sign behind it is no delimiter
            continue
        if text.startswith("\n", end) and text.startswith("\r", end - 1) and end > start:
            end -= 1
        return text[start:end], end


def _quoted(text: str, place: int, style: Style) -> tuple[str, int] | None:
    """Read a quoted field whose first sign is at `place`."""
    start, quote, doubled = place, style.quote, False
    while True:
        end = text.find(quote, place)
        if end < 0 or end - start > LONGEST:
            raise _Unclosed
        if style.escape and style.escape != quote and _escaped(text, start, end, style.escape):
            place = end + 1
        elif text.startswith(quote, end + 1):
            doubled, place = True, end + 2
        else:
            break
    follows = text[end + 1 : end + 1 + max(2, len(style.delimiter))]
    if follows and not follows.startswith((style.delimiter, "\n", "\r\n")):
        return None
    value = text[start:end]
    if doubled:
        value = value.replace(quote * 2, quote)
    return _unescaped(value, style), end + 1


def _escaped(text: str, start: int, place: int, escape: str) -> bool:
    """Tell whether an odd number of escapes stands before `place`."""
    before = place
    while before > start and text[before - 1] == escape:
        before -= 1
    return (place - before) % 2 == 1


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "Z": "\x1a"}


def _unescaped(value: str, style: Style) -> str:
    """Undo escapes as MySQL's ``SELECT … INTO OUTFILE`` writes them."""
    if not style.escape or style.escape not in value:
        return value
    pattern = re.escape(style.escape) + "(.)"
    return re.sub(pattern, lambda found: _ESCAPES.get(found[1], found[1]), value, flags=re.DOTALL)


def records_of(text: str, style: Style, most: int, *, whole: bool) -> list[Fields]:
    """Read the first records of a text, blank lines left out, up to one that is broken.

    Parameters
    ----------
    whole : bool
        The text ends here; else its last record may be cut and is left out.
    """
    found: list[Fields] = []
    place = 0
    while len(found) < most and (begin := _SIGN.search(text, place)):
        try:
            record = _record(text, begin.start(), style)
        except _Unclosed:
            break
        if record is None or (found and not whole and record[1] >= len(text)):
            break
        fields, place = record
        if fields != ["\x1a"]:
            found.append(fields)
    return found
