"""``luodi restore``: put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.passphrase import passphrase
from luodi.cli.terminal import Terminal

app = verb("restore")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="cli.restore_file")],
    replace: Annotated[bool, typer.Option("--replace", help="cli.restore_replace")] = False,
) -> None:
    """Make this installation be what a backup holds."""
    from luodi.landing.home import Home
    from luodi.landing.settings import read_settings
    from luodi.workbench.prepare import prepare

    terminal = Terminal.current()
    secret = passphrase(terminal)
    settings = read_settings()
    prepare()
    from luodi.workbench.running.restore import restore

    done = restore(file, Home.of(settings), settings, secret, replace=replace)
    payload = {
        "path": str(file.absolute()),
        "made": done.manifest.made,
        "projects": done.manifest.projects,
        "records": done.manifest.records,
        "lost": done.lost,
    }

    def draw() -> None:
        terminal.say(
            "cli.restored",
            {
                "made": done.manifest.made,
                "projects": done.manifest.projects,
                "records": done.manifest.records,
            },
        )
        if done.lost:
            terminal.say("cli.restored_lost", {"count": done.lost})

    terminal.finish(payload, draw)
