"""``luodi migrate extract``: rows of a source into the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.group import Place, app, at_work, reached
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.migration.extract import Extraction


@app.command("extract")
def extract(
    system: Annotated[str, typer.Argument(help="cli.migrate_system")],
    table: Annotated[list[str] | None, typer.Option(help="cli.migrate_table")] = None,
    rate: Annotated[int | None, typer.Option(help="cli.migrate_rate", min=1)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="cli.migrate_fresh")] = False,
    since: Annotated[str | None, typer.Option(help="cli.migrate_since")] = None,
    folder: Folder = Path(),
) -> None:
    """Extract every table of a system, or some; goes on where an earlier run ended."""
    from luodi.cli.migrate.findings import drawn, exit_code, told
    from luodi.evidence.outcome import Act
    from luodi.migration.extract import extract

    terminal = Terminal.current()
    with at_work(folder) as (site, workspace), terminal.progress() as progress:
        place = Place(site.folder.systems.system(system), site.folder.path, site)

        def verb() -> Outcome[Extraction]:
            workspace.catalogue(system)  # connected at all? before anybody is asked for a password
            with reached(place, terminal) as source:
                return extract(
                    workspace,
                    source,
                    tables=table or (),
                    rate=rate,
                    fresh=fresh,
                    since=since,
                    progress=progress,
                )

        outcome, _ = site.perform(Act("migration", "extract", f"source:{system}"), verb)
    found = outcome.result
    payload = {
        "system": found.system,
        "rows": found.rows,
        "seconds": round(found.seconds, 3),
        "tables": found.tables,
        "findings": told(outcome, terminal.lang),
    }

    def draw() -> None:
        moved = ("added", "changed") if since is not None else ()
        names = ("table", "rows", *moved, "rejected", "resumed", "as_read")
        codes = [f"cli.migrate_column_{name}" for name in names]
        lines = [
            [
                *(line.table, line.rows, *([line.added, line.changed] if moved else [])),
                *(line.rejected, line.resumed, ", ".join(line.as_read)),
            ]
            for line in found.tables
        ]
        terminal.say(
            "cli.migrate_extracted",
            {"system": found.system, "tables": len(found.tables), "rows": found.rows},
        )
        terminal.show(terminal.table(codes, lines))
        drawn(terminal, outcome)

    terminal.finish(payload, draw, exit_code([outcome]))
