"""``luodi migrate map fill``: values that occur and have no entry yet, for people to decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.group import at_work
from luodi.cli.migrate.map.group import app
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal


@app.command("fill")
def fill(
    dictionary: Annotated[str, typer.Argument(help="cli.migrate_map_fill_dictionary")] = "",
    folder: Folder = Path(),
) -> None:
    """Add an open entry for every value of the extracted rows that has none."""
    from luodi.migration.mapping.fill import fill, labels_of
    from luodi.migration.mapping.reaching import reaching
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.write import write_book

    terminal = Terminal.current()
    with at_work(folder) as (site, workspace):
        book = read_book(site.folder.path)
        labels = labels_of(workspace, book)
        found = fill(book, reaching(workspace, book), labels, dictionary)
    written = write_book(site.folder.path, book, found.book)

    def draw() -> None:
        if not found.added:
            terminal.say("cli.migrate_map_full")
        for name, count in found.added.items():
            terminal.say("cli.migrate_map_filled", {"path": f"mapping/{name}.tsv", "count": count})

    terminal.finish({"added": found.added, "written": written}, draw)
