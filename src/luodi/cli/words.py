"""Words of the command line become values, or a sentence that says why they cannot.

Typer would read them with pydantic: 100 ms of import, and refusals in English.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from typer.core import TyperArgument, TyperOption

from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Lang, lookup, say
from luodi.evidence.errors import WrongUse

Parameter = TyperArgument | TyperOption


class Argument(TyperArgument):
    """An argument that reads its own words."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        return _processed(self, ctx, value)


class Option(TyperOption):
    """An option that reads its own words."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        return _processed(self, ctx, value)


def own(param: Any) -> Any:
    """Make a parameter that Typer built one of ours.  Typer takes no other class for them."""
    if isinstance(param, (Argument, Option)):
        return param
    param.__class__ = Argument if isinstance(param, TyperArgument) else Option
    return param


def called(param: Parameter, lang: Lang) -> str:
    """Name a parameter the way the help page does."""
    if isinstance(param, TyperOption):
        return max(param.opts, key=len)
    return written(param.metavar, lang) or param.name.upper()


def written(text: str | None, lang: Lang) -> str:
    """Write a text that is either a catalogue code or itself in every language."""
    return say(text, {}, lang) if text and lookup(text) else text or ""


def placeholder(param: TyperOption, lang: Lang) -> str:
    """Say what kind of value an option takes."""
    if param.metavar:
        return written(param.metavar, lang)
    kind = item_type(param)
    if choices := choices_of(kind):
        return "|".join(choices)
    names: dict[Any, str] = {int: "number", Decimal: "number", date: "date", datetime: "time"}
    if isinstance(kind, type) and issubclass(kind, Path):
        return say("cli.kind_path", {}, lang)
    return say(f"cli.kind_{names.get(kind, 'text')}", {}, lang)


def item_type(param: Parameter) -> Any:
    """Name the type of one word: of the items, where the parameter is a list."""
    annotation = param.type_descriptor.annotation
    return get_args(annotation)[0] if param.multiple or param.nargs == -1 else annotation


def choices_of(kind: Any) -> tuple[str, ...]:
    """List the words a Literal or an Enum allows; none for any other type."""
    if isinstance(kind, type):
        return tuple(str(item.value) for item in kind) if issubclass(kind, Enum) else ()
    return tuple(str(item) for item in get_args(kind))


def _processed(param: Parameter, ctx: Any, value: Any) -> Any:
    many = param.multiple or param.nargs == -1
    if param.required and (value is None or (many and not value)):
        code = "cli.missing_option" if isinstance(param, TyperOption) else "cli.missing_argument"
        raise _refusal(code, param, "")
    value = tuple(_one(param, word) for word in value or ()) if many else _one(param, value)
    return param.callback(ctx, param, value) if param.callback else value


def _one(param: Parameter, word: Any) -> Any:
    if not isinstance(word, str):  # a default is a value already
        return word
    kind, info = item_type(param), param.type_descriptor.parameter_info
    if info.parser:
        return info.parser(word)
    if kind is str:
        return word
    if kind is bool:
        return word.lower() in ("1", "true", "yes", "on")
    if isinstance(kind, type) and issubclass(kind, Path):
        return _path(param, word)
    if choices := choices_of(kind):
        return _choice(param, kind, choices, word)
    if kind in (int, Decimal):
        return _number(param, kind, word)
    if kind in (date, datetime):
        try:
            return kind.fromisoformat(word)
        except ValueError:
            raise _refusal("cli.not_a_date", param, word) from None
    raise TypeError(f"{param.name}: no reading for {kind}")


def _path(param: Parameter, word: str) -> Path:
    info, path = param.type_descriptor.parameter_info, Path(word)
    if info.exists and not path.exists():
        raise _refusal("cli.path_absent", param, word)
    if not info.file_okay and path.is_file():
        raise _refusal("cli.path_is_file", param, word)
    if not info.dir_okay and path.is_dir():
        raise _refusal("cli.path_is_folder", param, word)
    return path


def _choice(param: Parameter, kind: Any, choices: tuple[str, ...], word: str) -> Any:
    if word not in choices:
        near = difflib.get_close_matches(word, choices, n=1)
        code = "cli.bad_choice_near" if near else "cli.bad_choice"
        raise _refusal(code, param, word, choices=choices, near=near[0] if near else "")
    return kind(word) if isinstance(kind, type) else word


def _number(param: Parameter, kind: type[int] | type[Decimal], word: str) -> int | Decimal:
    point = r"(\.\d+)?" if kind is Decimal else ""
    if not re.fullmatch(rf"[+-]?\d{{1,30}}{point}", word, re.ASCII):
        raise _refusal("cli.not_a_number", param, word)
    try:
        number = kind(word)
    except (ValueError, InvalidOperation):
        raise _refusal("cli.not_a_number", param, word) from None
    info = param.type_descriptor.parameter_info
    if info.min is not None and number < info.min:
        raise _refusal("cli.number_too_small", param, word, limit=str(info.min))
    if info.max is not None and number > info.max:
        raise _refusal("cli.number_too_large", param, word, limit=str(info.max))
    return number


def _refusal(code: str, param: Parameter, word: str, **more: str | tuple[str, ...]) -> WrongUse:
    terminal = Terminal.current()
    name = called(param, terminal.lang)
    return WrongUse(code, {"name": name, "value": word, "help": terminal.help_line, **more})
