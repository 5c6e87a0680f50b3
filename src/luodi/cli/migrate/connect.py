"""``luodi migrate connect``: reach a source and read its catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.group import Place, app, at_work, named, reached
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.migration.model import Catalogue


@app.command("connect")
def connect(
    system: Annotated[str | None, typer.Argument(help="cli.migrate_system_or_place")] = None,
    folder: Folder = Path(),
) -> None:
    """Read catalogues: of one system, of every source of the landing folder, or of a file."""
    terminal = Terminal.current()
    outcomes = []
    for place in _places(folder, system):
        with terminal.progress() as progress:
            outcomes.append(_connect(place, terminal, progress))
    _finish(terminal, outcomes)


def _places(folder: Path, system: str | None) -> list[Place]:
    if system is not None:
        return [named(folder, system)]
    site = open_site(folder)
    sources = site.folder.systems.source
    if not sources:
        raise WrongUse("cli.migrate_no_source", {"path": str(site.folder.path / "systems.toml")})
    return [Place(source, site.folder.path, site) for source in sources]


def _connect(place: Place, terminal: Terminal, progress: Progress) -> Outcome[Catalogue]:
    from luodi.evidence.outcome import Act
    from luodi.migration.connect import connect

    def verb() -> Outcome[Catalogue]:
        with reached(place, terminal) as source:
            return connect(source, progress=progress)

    if place.site is None:
        return verb()
    with at_work(place.site.folder.path) as (site, workspace):
        act = Act("migration", "connect", f"source:{place.system.id}")
        outcome, _ = site.perform(act, verb)
        workspace.keep(outcome.result)
        return outcome


def _finish(terminal: Terminal, outcomes: list[Outcome[Catalogue]]) -> None:
    from luodi.cli.migrate.findings import drawn, exit_code, told

    payload = [
        {
            "system": outcome.result.system,
            "product": outcome.result.product,
            "rows": outcome.result.rows,
            "tables": [
                {
                    "table": table.full_name,
                    "comment": table.comment,
                    "columns": len(table.columns),
                    "rows": table.rows,
                    "key": list(table.primary_key),
                    "view": table.view,
                }
                for table in outcome.result.tables
            ],
            "findings": told(outcome, terminal.lang),
        }
        for outcome in outcomes
    ]

    def draw() -> None:
        names = ("table", "comment", "columns", "rows", "key")
        codes = [f"cli.migrate_column_{name}" for name in names]
        for outcome in outcomes:
            tables = outcome.result.tables
            terminal.say(
                "cli.migrate_connected",
                {
                    "system": outcome.result.system,
                    "product": outcome.result.product,
                    "tables": len(tables),
                    "rows": outcome.result.rows,
                },
            )
            lines = [
                [t.full_name, t.comment, len(t.columns), t.rows, ", ".join(t.primary_key)]
                for t in tables
            ]
            terminal.show(terminal.table(codes, lines))
            drawn(terminal, outcome)

    terminal.finish({"systems": payload}, draw, exit_code(outcomes))
