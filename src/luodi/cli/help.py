"""The help page of a command, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from rich.console import Group as Page
from rich.table import Table
from rich.text import Text
from typer.core import TyperArgument, TyperOption

from luodi.cli.words import Parameter, called, placeholder, written
from luodi.evidence.catalogue import Lang, say


@runtime_checkable
class Sectioned(Protocol):
    """A group: its commands by section, title code first, then name and help code of each."""

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]: ...


def page(command: Any, ctx: Any, lang: Lang) -> Page:
    """Draw the page: usage, what it does, arguments, options, commands."""
    shown = [param for param in command.params if not param.hidden]
    arguments = [param for param in shown if isinstance(param, TyperArgument)]
    options = [param for param in shown if isinstance(param, TyperOption)]
    arguments_told = [(called(param, lang), _told(param, lang)) for param in arguments]
    options_told = [(_option(param, lang), _told(param, lang)) for param in options]
    parts: list[Any] = [
        _usage(command, ctx, arguments, lang),
        "",
        Text(written(command.help, lang)),
    ]
    parts += _section("cli.help_arguments", arguments_told, lang)
    if isinstance(command, Sectioned):
        for title, commands in command.sections():
            lines = [(name, written(code, lang)) for name, code in commands]
            parts += _section(title, lines, lang)
    parts += _section("cli.help_options", options_told, lang)
    return Page(*parts)


def _usage(command: Any, ctx: Any, arguments: list[TyperArgument], lang: Lang) -> Text:
    names = []
    for argument in arguments:
        name = called(argument, lang) + ("…" if argument.nargs == -1 else "")
        names.append(name if argument.required else f"[{name}]")
    if isinstance(command, Sectioned):
        names = [say("cli.help_command", {}, lang)]
    words = " ".join([_path(ctx), f"[{say('cli.help_switches', {}, lang)}]", *names])
    return Text(say("cli.help_usage", {"line": words}, lang))


def _path(ctx: Any) -> str:
    return f"{_path(ctx.parent)} {ctx.info_name}" if ctx.parent else str(ctx.info_name)


def _option(option: TyperOption, lang: Lang) -> str:
    names = ", ".join(sorted((*option.opts, *option.secondary_opts), key=len))
    return names if option.is_flag else f"{names} <{placeholder(option, lang)}>"


def _told(param: Parameter, lang: Lang) -> str:
    text = written(param.help, lang)
    if param.required and isinstance(param, TyperOption):
        return text + say("cli.help_required", {}, lang)
    default = param.default
    if default in (None, False, (), "") or not param.show_default:
        return text
    return text + say("cli.help_default", {"value": str(getattr(default, "value", default))}, lang)


def _section(title: str, lines: Iterable[tuple[str, str]], lang: Lang) -> list[Any]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for name, text in lines:
        table.add_row(Text("  " + name, style="bold"), Text(text))
    return ["", Text(say(title, {}, lang), style="bold"), table] if table.row_count else []
