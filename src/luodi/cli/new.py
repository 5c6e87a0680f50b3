"""``luodi new``: make a landing folder."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.terminal import Terminal
from luodi.evidence.model import Environment

app = verb("new")


@app.command()
def new(
    name: Annotated[Path, typer.Argument(help="cli.new_name")],
    template: Annotated[str, typer.Option(help="cli.new_template")] = "his",
    hospital: Annotated[str, typer.Option(help="cli.new_hospital")] = "",
    go_live: Annotated[datetime | None, typer.Option(help="cli.new_go_live")] = None,
    environment: Annotated[
        Environment, typer.Option(help="cli.new_environment")
    ] = Environment.TEST,
) -> None:
    """Make a landing folder."""
    from luodi.evidence.outcome import Act
    from luodi.landing import new as landing
    from luodi.landing.settings import read_settings
    from luodi.landing.site import Site

    terminal = Terminal.current()
    settings = read_settings()
    outcome = landing.new(
        name,
        template_name=template,
        hospital=hospital,
        go_live=go_live,
        environment=environment,
    )
    site = Site.open(name, settings)
    project = site.folder.project
    try:
        site.perform(Act("landing", "new", outcome.subject), lambda: outcome)
    except BaseException:  # a folder whose first record could not be kept is no landing folder
        shutil.rmtree(site.folder.path, ignore_errors=True)
        raise
    found = {
        "path": str(site.folder.path),
        "project": project.project,
        "name": project.name,
        "template": project.template,
        "gates": [gate.id for gate in site.folder.gates],
        "writer": site.signer.writer,
    }

    def draw() -> None:
        terminal.say("cli.new_made", {"path": str(site.folder.path), "gates": len(found["gates"])})
        terminal.say("cli.new_next", {"path": str(site.folder.path)})

    terminal.finish(found, draw)
