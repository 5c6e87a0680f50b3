"""The process's own streams: what may be written to them, and what becomes of it."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

# C0 and C1 controls but tab and line feed, and the marks that turn the direction of writing.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ReaderGone(Exception):
    """Nobody reads our output any more, as behind ``| head``: not an error."""


def harmless(text: str) -> str:
    """Replace what would command the terminal: another side's text may hold escape sequences."""
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


def survives(stream: TextIO | None) -> TextIO:
    """Make a stream replace what its encoding lacks; a closed one swallows everything."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


@contextlib.contextmanager
def reader() -> Iterator[None]:
    """Tell a reader that has gone away from trouble with the disk."""
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None
