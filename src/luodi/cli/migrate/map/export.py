"""``luodi migrate map export``: the mapping as an Excel workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.map.group import app, workspace_of
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal


@app.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="cli.migrate_map_workbook_out")],
    domain: Annotated[list[str] | None, typer.Option(help="cli.migrate_map_only")] = None,
    folder: Folder = Path(),
) -> None:
    """Write the mapping as a workbook to read, correct and sign; no patient's data is in it."""
    from luodi.migration.mapping.known import shapes
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.workbook.export import export

    terminal = Terminal.current()
    site = open_site(folder)
    book = read_book(site.folder.path)
    with workspace_of(site) as workspace:
        known = {item.system: item for item in workspace.catalogues()} if workspace else {}
        looks = shapes(workspace, book) if workspace else {}
    written = export(
        site.folder, book, target, domains=domain or (), catalogues=known, shapes=looks
    )
    payload = {
        "path": str(target),
        "domains": [item.domain for item in written.mappings],
        "dictionaries": [item.name for item in written.dictionaries],
    }
    terminal.finish(
        payload, lambda: terminal.say("cli.migrate_map_exported", {"path": str(target)})
    )
