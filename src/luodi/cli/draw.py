"""Tables and state words, drawn by Rich; a console without Unicode gets ASCII lines."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn, TextIO

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from luodi.cli.streams import ReaderGone, harmless
from luodi.evidence.catalogue import Lang, say, shown

COLOURS = {
    "pass": "green",
    "warn": "yellow",
    "fail": "red",
    "unknown": "yellow",
    "stale": "magenta",
    "untested": "bright_black",
    "waived": "yellow",
    "absent": "bright_black",
}

PIPE_WIDTH = 120
"""Columns where no terminal says how wide it is."""

# SIMPLE_HEAD in ASCII.  GBK has box characters, but its consoles draw them two columns wide.
_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise ReaderGone


def console(stream: TextIO) -> Console:
    """Open a console that takes every text literally."""
    plain = _Console(file=stream, markup=False, highlight=False, emoji=False)
    if not plain.is_terminal and "COLUMNS" not in os.environ:
        plain.width = PIPE_WIDTH
    return plain


def pill(state: str, lang: Lang) -> Text:
    """Make the word of a state; colour never says anything the word does not."""
    return Text(say(f"cli.state_{state}", {}, lang), style=COLOURS[state], no_wrap=True)


def table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], target: Console, lang: Lang
) -> Table:
    """Make a compact table; a column of numbers stands on its right edge.

    Where a console is too narrow, columns give way between words; an identifier is broken after
    one of its own signs before it is broken anywhere.
    """
    drawn = Table(
        box=_PLAIN if target.options.ascii_only else SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    cells = [[_cell(value, lang) for value in row] for row in rows]
    widths = _widths(headers, cells, target.width)
    for place, header in enumerate(headers):
        column = [row[place] for row in rows if row[place] is not None]
        numeric = bool(column) and all(map(_is_number, column))
        drawn.add_column(
            Text(header),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric and not widths,
            width=widths[place] if widths else None,
        )
    for row in cells:
        drawn.add_row(*(map(_broken, row, widths) if widths else row))
    return drawn


# --- widths -------------------------------------------------------------------------------------

_GAP = 3
"""Between two columns."""
_SHORT = (8, 4)
"""Widths of Chinese that is not broken, the better one first."""
_WORD = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]+|[^\s\u2e80-\u9fff\uff00-\uffef]+")
_WHOLE = re.compile(r".+")
_PIECE = re.compile(r"[^_./:-]*[_./:-]*")


def _widths(
    headers: Sequence[str], cells: Sequence[Sequence[Any]], available: int
) -> tuple[int, ...]:
    """Width of each column where they do not all fit; empty where they do."""
    columns = [
        [header, *(row[at].plain if isinstance(row[at], Text) else "" for row in cells)]
        for at, header in enumerate(headers)
    ]
    natural = [
        max(cell_len(line) for text in each for line in text.split("\n")) for each in columns
    ]
    room = available - _GAP * (len(headers) - 1)
    least = natural
    if sum(natural) <= room:
        return ()
    for pattern, short in itertools.product((_WHOLE, _PIECE), _SHORT):
        least = [max(_least(text, pattern, short) for text in each) for each in columns]
        if sum(least) <= room:
            return _spread(least, natural, room)
    while sum(least) > room and max(least) > 1:
        least[least.index(max(least))] -= 1
    return tuple(least)


def _spread(least: list[int], natural: list[int], room: int) -> tuple[int, ...]:
    """Share out the room above the least, as much as each column can use."""
    widths = list(least)
    for _ in range(room - sum(least)):
        at = max(range(len(widths)), key=lambda n: (natural[n] - widths[n]) / widths[n])
        widths[at] += natural[at] > widths[at]
    return tuple(widths)


def _least(text: str, pattern: re.Pattern[str], short: int) -> int:
    """Width that a text needs where identifiers are broken into parts of `pattern`, if at all."""
    return max(
        (
            min(cell_len(word), short)
            if _is_chinese(word)
            else max(map(cell_len, pattern.findall(word)))
            for word in _WORD.findall(text)
        ),
        default=1,
    )


def _is_chinese(word: str) -> bool:
    return word[0] >= "\u2e80"


def _broken(cell: Any, width: int) -> Any:
    """A cell whose identifiers are broken after their signs where they are too long."""
    if not isinstance(cell, Text) or cell.style:
        return cell
    return Text(_WORD.sub(lambda word: _lines(word[0], width), cell.plain))


def _lines(word: str, width: int) -> str:
    if _is_chinese(word) or cell_len(word) <= width:
        return word
    lines = [""]
    for piece in filter(None, _PIECE.findall(word)):
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _cell(value: Any, lang: Lang) -> Any:
    if value is None:
        return ""
    if _is_number(value) or isinstance(value, (str, tuple)):
        return Text(harmless(shown(value, lang)))
    return value
