"""What Typer's parser refuses, said in the reader's language with the next step.

The only file that knows the parser inside Typer.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer._click.exceptions import BadOptionUsage, ClickException, NoSuchOption
from typer.core import TyperOption

from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Param
from luodi.evidence.errors import WrongUse


@contextmanager
def translated(ctx: Any) -> Iterator[None]:
    """Turn the parser's refusals into ours."""
    try:
        yield
    except ClickException as refused:
        raise _translated(refused, ctx) from None


def no_such_command(word: str, known: list[str]) -> WrongUse:
    """Refuse a command that is not there, with the nearest one that is."""
    return _unknown("cli.no_such_command", word, known)


def wrong_use(code: str, **params: Param) -> WrongUse:
    """Refuse, with the line that shows the help of the command at hand."""
    return WrongUse(code, {**params, "help": Terminal.current().help_line})


def _translated(refused: ClickException, ctx: Any) -> WrongUse:
    options = [param for param in ctx.command.get_params(ctx) if isinstance(param, TyperOption)]
    if isinstance(refused, NoSuchOption):
        known = [name for option in options for name in _names(option)]
        return _unknown("cli.no_such_option", refused.option_name, known)
    if isinstance(refused, BadOptionUsage):
        name = refused.option_name
        switches = {word for option in options if option.is_flag for word in _names(option)}
        takes_none = name in switches
        code = "cli.option_takes_no_value" if takes_none else "cli.option_needs_value"
        return wrong_use(code, name=name)
    return wrong_use("cli.line_unreadable", detail=refused.format_message())


def _names(option: TyperOption) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _unknown(code: str, word: str, known: list[str]) -> WrongUse:
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return wrong_use(f"{code}_near", name=word, near=near[0])
    return wrong_use(code, name=word)
