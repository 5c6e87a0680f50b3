"""``luodi migrate map accept``: what a person accepted of the suggestions becomes rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.map.group import app, workspace_of
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal


@app.command("accept")
def accept(
    proposals: Annotated[Path, typer.Argument(help="cli.migrate_map_proposals", exists=True)],
    folder: Folder = Path(),
) -> None:
    """Add a rule for every line whose status is accepted; rules that are there stay."""
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.write import write_book
    from luodi.migration.suggesting.proposals import accept, accepted_in

    terminal = Terminal.current()
    site = open_site(folder)
    book = read_book(site.folder.path)
    with workspace_of(site) as workspace:
        known = {item.system: item for item in workspace.catalogues()} if workspace else {}
    after, done = accept(book, accepted_in(proposals), known)
    written = write_book(site.folder.path, book, after)
    payload = {"added": done.added, "skipped": done.skipped, "written": written}

    def draw() -> None:
        terminal.say("cli.migrate_map_accepted", {"count": len(done.added)})
        for line in done.added:
            terminal.show(f"  {line}")
        if done.skipped:
            terminal.say("cli.migrate_map_skipped", {"count": len(done.skipped)})
            for line in done.skipped:
                terminal.show(f"  {line}")

    terminal.finish(payload, draw)
