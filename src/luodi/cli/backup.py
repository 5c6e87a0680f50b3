"""``luodi backup``: database, keys and memories of the ledger in one encrypted file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.passphrase import passphrase
from luodi.cli.terminal import Terminal

app = verb("backup")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="cli.backup_file")]) -> None:
    """Back the workbench up; people may go on working."""
    from luodi.landing.home import Home
    from luodi.landing.settings import read_settings
    from luodi.workbench.prepare import prepare

    terminal = Terminal.current()
    secret = passphrase(terminal, again=True)
    home = Home.of(read_settings())
    prepare()
    from luodi.workbench.running.backup import backup

    done = backup(file.absolute(), home, secret)
    payload = {
        "path": str(file.absolute()),
        "made": done.made,
        "database": done.database,
        "projects": done.projects,
        "records": done.records,
        "files": done.files,
    }

    def draw() -> None:
        terminal.say(
            "cli.backed_up",
            {"path": str(file), "projects": done.projects, "records": done.records},
        )
        terminal.say("cli.backup_secret")

    terminal.finish(payload, draw)
