"""``luodi host``: a landing folder becomes a project of the workbench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.place import Folder, open_site
from luodi.cli.serve import draw_accounts
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Param

app = verb("host")


@app.command()
def host(
    folder: Folder = Path(),
    vendor: Annotated[str, typer.Option(help="cli.host_vendor")] = "",
) -> None:
    """Take a folder in; its truth is in the workbench from then on."""
    from luodi.workbench.prepare import prepare

    terminal = Terminal.current()
    site = open_site(folder)
    accounts = prepare()
    from luodi.workbench.core.hosted import host

    project = host(site.folder, vendor=vendor or site.signer.name)
    records = sum(chain.seq for chain in project.chains.all())
    payload = {
        "project": project.code,
        "name": project.name,
        "records": records,
        "accounts": list(accounts),
    }

    def draw() -> None:
        draw_accounts(terminal, accounts)
        params: dict[str, Param] = {
            "name": project.name,
            "project": project.code,
            "records": records,
        }
        terminal.say("cli.hosted", params)

    terminal.finish(payload, draw)
