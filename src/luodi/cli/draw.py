"""Tables and state words, drawn by Rich; a console without Unicode gets ASCII lines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn, TextIO

from rich.box import SIMPLE_HEAD, Box
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
    """Make a compact table; a column of numbers stands on its right edge."""
    drawn = Table(
        box=_PLAIN if target.options.ascii_only else SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for place, header in enumerate(headers):
        column = [row[place] for row in rows if row[place] is not None]
        numeric = bool(column) and all(map(_is_number, column))
        drawn.add_column(
            Text(header), justify="right" if numeric else "left", overflow="fold", no_wrap=numeric
        )
    for row in rows:
        drawn.add_row(*(_cell(value, lang) for value in row))
    return drawn


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _cell(value: Any, lang: Lang) -> Any:
    if value is None:
        return ""
    if _is_number(value) or isinstance(value, (str, tuple)):
        return Text(harmless(shown(value, lang)))
    return value
