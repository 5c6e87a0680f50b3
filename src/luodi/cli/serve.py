"""``luodi serve``: the web workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from luodi.landing.settings import Settings
    from luodi.workbench.prepare import Account

Supervised = Annotated[bool, typer.Option("--supervised", help="cli.supervised")]

app = verb("serve")


@app.command()
def serve(supervised: Supervised = False) -> None:
    """Serve until somebody stops it."""
    from luodi.workbench.serve import serve
    from luodi.workbench.up import end_with_parent

    terminal = Terminal.current()
    if supervised:
        end_with_parent()
    settings = announce(terminal)
    terminal.close()
    serve(settings)


def announce(terminal: Terminal) -> Settings:
    """Make the site ready, and tell where it will be and who is new."""
    from luodi.landing.settings import read_settings
    from luodi.workbench.prepare import prepare
    from luodi.workbench.serve import address, check

    settings = read_settings()
    check(settings)
    accounts, where = prepare(), address(settings)

    def draw() -> None:
        draw_accounts(terminal, accounts)
        terminal.say("cli.serving", {"address": where})

    terminal.finish({"address": where, "accounts": list(accounts)}, draw)
    return settings


def draw_accounts(terminal: Terminal, accounts: Sequence[Account]) -> None:
    """Show new accounts with their passwords, this once."""
    if not accounts:
        return
    terminal.say("cli.accounts_new")
    headers = ["cli.account_username", "cli.account_name", "cli.account_password"]
    rows = [[account.username, account.name, account.password] for account in accounts]
    terminal.show(terminal.table(headers, rows))
