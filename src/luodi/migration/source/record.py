"""One record of a text file: quotation marks, escapes, delimiters and the ends of lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

Fields = list[str | None]

LONGEST = 4 * 1024 * 1024
"""Characters that one record may have before its quotation mark counts as never closed."""
_SIGN = re.compile(r"[^\r\n]")


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


class Unclosed(Exception):
    """A quotation that is open where the text ends."""


def record_at(text: str, place: int, style: Style) -> tuple[Fields, int] | None:
    """Read one record at `place`; None where something follows a closed quotation.

    A quotation mark inside a field that does not begin with one is a sign like any other: the
    mark of an inch in a 规格.

    Returns
    -------
    tuple or None
        Fields, and the place behind the record's line end.

    Raises
    ------
    Unclosed
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
            raise Unclosed
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
            record = record_at(text, begin.start(), style)
        except Unclosed:
            break
        if record is None or (found and not whole and record[1] >= len(text)):
            break
        fields, place = record
        if fields != ["\x1a"]:
            found.append(fields)
    return found
