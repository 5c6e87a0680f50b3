"""``luodi up``: the web and a worker in one terminal."""

from __future__ import annotations

from collections.abc import Mapping

from luodi.cli.command import verb
from luodi.cli.serve import draw_accounts
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Param

app = verb("up")


@app.command()
def up() -> None:
    """Keep both running until somebody stops it."""
    from luodi.landing.settings import read_settings
    from luodi.workbench.prepare import prepare
    from luodi.workbench.serve import address, check

    terminal = Terminal.current()
    settings = read_settings()
    check(settings)
    accounts = prepare()
    where = address(settings)

    def draw() -> None:
        draw_accounts(terminal, accounts)
        terminal.say("cli.serving", {"address": where})

    terminal.finish({"address": where, "accounts": list(accounts)}, draw)
    keep_up(terminal)


def keep_up(terminal: Terminal) -> None:
    """Supervise; what happens to the children is said on standard error."""
    from luodi.workbench.up import up

    def say(code: str, params: Mapping[str, Param]) -> None:
        terminal.hint(code, params)
        terminal.close()

    terminal.close()
    up(say)
