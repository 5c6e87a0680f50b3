"""``luodi migrate map import``: what a workbook changes, and, when told so, take it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.findings import drawn, told
from luodi.cli.migrate.map.changes import show_changes
from luodi.cli.migrate.map.group import app
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal


@app.command("import")
def import_(
    workbook: Annotated[Path, typer.Argument(help="cli.migrate_map_workbook_in", exists=True)],
    take: Annotated[bool, typer.Option("--take", help="cli.migrate_map_take")] = False,
    folder: Folder = Path(),
) -> None:
    """Show what a workbook changes; with --take, write it into the mapping."""
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.versions import mapping_digests
    from luodi.migration.mapping.workbook.read import read_workbook
    from luodi.migration.mapping.workbook.take import arrived
    from luodi.migration.mapping.workbook.take import take as take_in

    terminal = Terminal.current()
    site = open_site(folder)
    book = read_book(site.folder.path)
    found = arrived(book, mapping_digests(site.folder), read_workbook(workbook))
    written = take_in(site.folder.path, book, found) if take else ()
    waiting = bool(found.changes) and not take
    payload = {
        "changes": found.changes,
        "outdated": found.outdated,
        "findings": told(found, terminal.lang),
        "written": written,
    }

    def draw() -> None:
        show_changes(terminal, found.changes)
        drawn(terminal, found)
        if found.outdated:
            terminal.say("cli.migrate_map_outdated", {"files": found.outdated})
        if waiting:
            terminal.say("cli.migrate_map_waits", {"count": len(found.changes)})
        elif written:
            terminal.say("cli.migrate_map_taken", {"files": written})

    terminal.finish(payload, draw, exit_code=1 if waiting else 0)
