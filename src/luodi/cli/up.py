"""``luodi up``: the web and a worker in one terminal."""

from __future__ import annotations

from collections.abc import Mapping

from luodi.cli.command import verb
from luodi.cli.serve import announce
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Param

app = verb("up")


@app.command()
def up() -> None:
    """Keep both running until somebody stops it."""
    terminal = Terminal.current()
    announce(terminal)
    keep_up(terminal)


def keep_up(terminal: Terminal) -> None:
    """Supervise; what happens to the children is said on standard error."""
    from luodi.workbench.up import up

    def say(code: str, params: Mapping[str, Param]) -> None:
        terminal.hint(code, params)
        terminal.close()

    terminal.close()
    up(say)
