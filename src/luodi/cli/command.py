"""What every command is made of: its groups, its verbs, and the options all of them have.

A verb file is a module ``luodi.cli.NAME``, with NAME in ``commands.toml``.  It looks like this::

    app = group("gate")

    @app.command("check")
    def check(
        gate: Annotated[str, typer.Argument(help="cli.gate_argument")],
        folder: Annotated[Path, typer.Option(help="cli.gate_folder")] = Path(),
    ) -> None:
        from luodi.evidence import evaluate  # engines are imported where they are used

        terminal = Terminal.current()
        with terminal.progress() as progress:
            found = evaluate(folder, gate, progress=progress)

        def draw() -> None:
            terminal.show(terminal.table(["cli.gate_state"], [[terminal.pill(found.verdict)]]))

        terminal.finish(found, draw, exit_code=1 if found.is_no_go else 0)

A single verb is ``app = verb("doctor")`` with ``@app.command()``.  Texts are catalogue codes.  The
help of a command is ``cli.<path>_help`` (``cli.gate_check_help``) unless `help` names another code.
A parameter's type is str, bool, int, Decimal, Path, date, datetime, a Literal, an Enum or a list of
these; other types bring their own ``parser``.
"""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Any, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from luodi.cli.terminal import Terminal
from luodi.cli.usage import no_such_command, translated, wrong_use
from luodi.cli.words import own
from luodi.evidence.catalogue import Lang


class Verb(TyperCommand):
    """A command that does something."""

    def __init__(self, name: str | None, **settings: Any) -> None:
        super().__init__(name, **settings)
        self.params = [*map(own, self.params), *_everywhere()]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        Terminal.current().enter(ctx.command_path)
        ctx.allow_extra_args = True
        with translated(ctx):
            super().parse_args(ctx, args)
        _obey(ctx)
        if ctx.args:
            raise wrong_use("cli.too_many_arguments", extra=" ".join(ctx.args))
        return args


class Group(TyperGroup):
    """A command that has commands.  Alone, it says what it can do: asking is not an error."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.params = [*map(own, self.params), *_everywhere()]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        terminal = Terminal.current()
        terminal.enter(ctx.command_path)
        with translated(ctx):
            rest = super().parse_args(ctx, args)
        if not ctx._protected_args:
            if terminal.json:
                raise wrong_use("cli.no_command")
            _help(ctx)
        return rest

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str, Any, list[str]]:
        command = self.get_command(ctx, args[0])
        if command is None:
            raise no_such_command(args[0], self.list_commands(ctx))
        return args[0], command, args[1:]

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """List the commands for the help page: title code, then name and help code of each."""
        lines = [(name, command.help or "") for name, command in self.commands.items()]
        return [("cli.help_commands", lines)]


class SubGroup(Group):
    """A group in a group.  Alone, its verb ``show`` answers: ``luodi migrate map``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "show" in self.commands and not {"-h", "--help", *self.commands} & set(args):
            args = ["show", *args]
        return super().parse_args(ctx, args)


class Root(Group):
    """``luodi`` itself: its commands are modules, imported when they are called."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        app: App = importlib.import_module(f"luodi.cli.{cmd_name}").app
        return app.built()

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for _, lines in self.sections() for name, _ in lines]

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (section.title, [(name, _help_code(name)) for name in section.commands])
            for section in _sections()
            if section.commands
        ]


class App(typer.Typer):
    """What a verb file fills: a group of verbs, or one verb."""

    def __init__(self, name: str, *, single: bool) -> None:
        super().__init__(
            name=name.split()[-1],
            cls=SubGroup if " " in name else Group,
            help=_help_code(name),
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
        )
        self._name = name
        self._single = single

    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        """Register a verb under `name`, by default the function's."""
        settings.setdefault("cls", Verb)

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            verb = self._name if self._single else name or function.__name__.replace("_", "-")
            path = verb if self._single else f"{self._name} {verb}"
            decorate = super(App, self).command(verb, **{"help": _help_code(path), **settings})
            return decorate(function)

        return register

    def built(self) -> Any:
        """Build the command: a group is one even while it has a single verb."""
        return get_command(self) if self._single else get_group(self)


@dataclass(frozen=True)
class Section:
    """Some commands under one title of the help page."""

    title: str
    commands: tuple[str, ...]


def group(name: str) -> App:
    """Begin a group of verbs, ``luodi NAME VERB``.

    One inside another, ``migrate map``, joins it by ``add_typer``.
    """
    return App(name, single=False)


def verb(name: str) -> App:
    """Begin a single verb, ``luodi NAME``."""
    return App(name, single=True)


def root() -> Root:
    """Build ``luodi``."""
    return Root(name="luodi", help="cli.luodi_help", rich_markup_mode=None)


@cache
def _sections() -> tuple[Section, ...]:
    text = (resources.files("luodi") / "cli" / "commands.toml").read_text(encoding="utf-8")
    return tuple(
        Section(section["title"], tuple(filter(_exists, section["commands"])))
        for section in tomllib.loads(text)["section"]
    )


def _exists(name: str) -> bool:
    return importlib.util.find_spec(f"luodi.cli.{name}") is not None


def _help_code(path: str) -> str:
    return f"cli.{path.replace(' ', '_').replace('-', '_')}_help"


@cache
def _everywhere() -> tuple[Any, ...]:
    """Build the options that every command has."""

    def options(
        output_json: Annotated[bool, typer.Option("--json", help="cli.json_help")] = False,
        reader_lang: Annotated[Lang | None, typer.Option("--lang", help="cli.lang_help")] = None,
        show_help: Annotated[
            bool,
            typer.Option("--help", "-h", help="cli.help_help", is_eager=True, callback=_ask),
        ] = False,
    ) -> None: ...

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(options)
    return tuple(map(own, get_command(app).params))


def _obey(ctx: Any) -> None:
    """Take the options that every command has out of the verb's way; the last language counts."""
    terminal = Terminal.current()
    line = [ctx]
    while line[0].parent:
        line.insert(0, line[0].parent)
    terminal.json = any(part.params["output_json"] for part in line)
    for part in line:
        terminal.lang = part.params["reader_lang"] or terminal.lang
    for name in ("output_json", "reader_lang", "show_help"):
        del ctx.params[name]


def _ask(ctx: typer.Context, value: bool) -> None:
    if value:
        _help(ctx)


def _help(ctx: Any) -> NoReturn:
    from luodi.cli.help import page

    terminal = Terminal.current()
    terminal.show(page(cast(Any, ctx.command), ctx, terminal.lang))
    raise typer.Exit
