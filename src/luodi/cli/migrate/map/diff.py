"""``luodi migrate map diff``: what two versions of the mapping say differently."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.map.changes import show_changes
from luodi.cli.migrate.map.group import app
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.landing.site import Site
    from luodi.migration.mapping.model import Book


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="cli.migrate_map_before")],
    after: Annotated[str, typer.Argument(help="cli.migrate_map_after")] = "",
    folder: Folder = Path(),
) -> None:
    """Compare two versions: a kept one, another folder, a workbook; by default with today's."""
    from luodi.migration.mapping.diff import diff

    terminal = Terminal.current()
    site = open_site(folder)
    changes = diff(_book(site, before), _book(site, after))
    terminal.finish(
        {"changes": changes}, lambda: show_changes(terminal, changes), 1 if changes else 0
    )


def _book(site: Site, word: str) -> Book:
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.versions import recall_version
    from luodi.migration.mapping.workbook.read import read_workbook

    if not word:
        return read_book(site.folder.path)
    path = Path(word)
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path).book
    return read_book(path) if path.is_dir() else recall_version(site.home, site.folder, word)
