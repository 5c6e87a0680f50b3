"""``luodi key``: this installation's signing key, and whose keys it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from luodi.cli.command import group
from luodi.cli.terminal import Terminal
from luodi.evidence.model import Side

if TYPE_CHECKING:
    from luodi.landing.home import Home
    from luodi.landing.keys import TrustedKey
    from luodi.landing.settings import Settings

app = group("key")


@app.command("show")
def show() -> None:
    """Show this installation's key and the keys it trusts; makes the key on first use."""
    from luodi.landing import keys

    home, settings = _home()
    signer = keys.own_signer(home, settings)
    _finish_with_card(signer, home)


@app.command("new")
def new() -> None:
    """Make another key in place of the present one."""
    from luodi.landing import keys

    home, settings = _home()
    _finish_with_card(keys.new_key(home, settings), home)


@app.command("trust")
def trust(
    line: Annotated[str, typer.Argument(help="cli.key_line")],
    side: Annotated[Side | None, typer.Option(help="cli.key_side")] = None,
    name: Annotated[str | None, typer.Option(help="cli.key_name")] = None,
) -> None:
    """Trust somebody's key."""
    from luodi.landing import keys

    terminal = Terminal.current()
    home, _ = _home()
    key = keys.trust(home, line, side=side, name=name)
    terminal.finish(_row(key), lambda: terminal.say("cli.key_trusted", _row(key)))


@app.command("distrust")
def distrust(name: Annotated[str, typer.Argument(help="cli.key_whom")]) -> None:
    """Stop trusting a key."""
    from luodi.landing import keys

    terminal = Terminal.current()
    home, _ = _home()
    key = keys.distrust(home, name)
    terminal.finish(_row(key), lambda: terminal.say("cli.key_distrusted", _row(key)))


def _home() -> tuple[Home, Settings]:
    from luodi.landing.home import Home
    from luodi.landing.settings import read_settings

    settings = read_settings()
    return Home.of(settings), settings


def _finish_with_card(signer: Any, home: Home) -> None:
    from luodi.evidence.gate.explain import word
    from luodi.landing import keys

    terminal = Terminal.current()
    card = keys.show(signer)
    trusted = [key for key in keys.trusted_keys(home).values() if not key.own]

    def draw() -> None:
        side = word("side", card.side.value, terminal.lang)
        terminal.say("cli.key_own", {"name": card.name, "side": side, "suite": card.suite})
        terminal.say("cli.key_fingerprint", {"fingerprint": card.fingerprint})
        terminal.say("cli.key_text", {"line": card.text})
        if trusted:
            headers = ["cli.key_column_name", "cli.key_column_side", "cli.key_column_fingerprint"]
            rows = [
                [key.name, word("side", key.side.value, terminal.lang), key.fingerprint]
                for key in trusted
            ]
            terminal.show(terminal.table(headers, rows))

    payload = {
        "name": card.name,
        "side": card.side.value,
        "suite": card.suite,
        "writer": card.writer,
        "fingerprint": card.fingerprint,
        "line": card.text,
        "trusted": [_row(key) for key in trusted],
    }
    terminal.finish(payload, draw)


def _row(key: TrustedKey) -> dict[str, str]:
    return {
        "name": key.name,
        "side": key.side.value,
        "writer": key.writer,
        "fingerprint": key.fingerprint,
    }
