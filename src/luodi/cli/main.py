"""A line of words becomes an exit code; every failure on the way becomes a sentence."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from luodi.cli.streams import ReaderGone
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import LuodiError


def run(words: Sequence[str] | None = None) -> int:
    """Run ``luodi WORDS`` and return its exit code."""
    words = sys.argv[1:] if words is None else words
    terminal = Terminal.opened(words)
    with terminal.active():
        try:
            _answer(terminal, words)
        except ReaderGone:
            terminal.abandon()
    return terminal.exit_code


def _answer(terminal: Terminal, words: Sequence[str]) -> None:
    try:
        _obey(terminal, words)
        terminal.close()
    except ReaderGone:
        raise
    except (Exception, KeyboardInterrupt) as error:
        terminal.refuse(_understood(error, terminal.command))
        # What could not be handed over before (a full disk) must not fail again unseen.
        with contextlib.suppress(OSError):
            terminal.close()


def _obey(terminal: Terminal, words: Sequence[str]) -> None:
    import typer

    from luodi.cli.command import root

    try:
        with root().make_context("luodi", list(words)) as ctx:
            ctx.command.invoke(ctx)
        terminal.complete()
    except typer.Exit as end:
        terminal.exit_code = end.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None


def _understood(error: BaseException, command: str) -> LuodiError:
    from luodi.cli.failure import Interrupted, defect, refused

    if isinstance(error, LuodiError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, MemoryError):
        return LuodiError("cli.out_of_memory")
    if isinstance(error, OSError):
        return refused(error)
    return defect(error, command, os.environ)
