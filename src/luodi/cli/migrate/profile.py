"""``luodi migrate profile``: what the columns of a source hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luodi.cli.migrate.group import app
from luodi.cli.migrate.looking import looking
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.migration.profiling.model import SystemProfile


@app.command("profile")
def profile(
    system: Annotated[str, typer.Argument(help="cli.migrate_system_or_place")],
    table: Annotated[list[str] | None, typer.Option(help="cli.migrate_only_table")] = None,
    out: Annotated[Path | None, typer.Option(help="cli.migrate_profile_out")] = None,
    folder: Folder = Path(),
) -> None:
    """Measure every column; what may name a person stays in the vault."""
    from luodi.cli.migrate.findings import drawn, exit_code, told, told_reports
    from luodi.migration.profile import profile
    from luodi.migration.profiling.privacy import public
    from luodi.migration.profiling.reports import reported

    terminal = Terminal.current()
    with looking(folder, system, terminal) as at:

        def verb() -> Outcome[SystemProfile]:
            found = profile(at.workspace, at.system, table or (), progress=at.progress)
            return reported(found, folder=out, vault=at.vault, lang=terminal.lang)

        outcome = at.perform("profile", verb)
    shown = public(outcome.result)
    payload = {
        "system": shown.system,
        "product": shown.product,
        "tables": shown.tables,
        "inclusions": shown.inclusions,
        "reports": [artefact.name for artefact in outcome.artefacts],
        "findings": told(outcome, terminal.lang),
    }

    def draw() -> None:
        _draw(terminal, shown)
        told_reports(terminal, outcome)
        drawn(terminal, outcome)

    terminal.finish(payload, draw, exit_code([outcome]))


def _draw(terminal: Terminal, shown: SystemProfile) -> None:
    heads = ("table", "comment", "rows", "columns", "keys", "personal")
    lines = [
        [
            table.name,
            table.comment,
            table.rows,
            len(table.columns),
            "; ".join(" + ".join(key.columns) for key in table.keys[:2]),
            sum(column.personal for column in table.columns) or None,
        ]
        for table in shown.tables
    ]
    terminal.show(terminal.table([f"migration.label_{head}" for head in heads], lines))
    if len(shown.tables) == 1:
        terminal.show(_columns(terminal, shown))
    if shown.inclusions:
        names = ("column", "refers", "confidence", "orphans")
        found = [
            [
                f"{one.table}.{one.column}",
                f"{one.references}.{one.key}",
                f"{one.confidence:.0%}",
                one.orphans or None,
            ]
            for one in shown.inclusions
        ]
        terminal.show(terminal.table([f"migration.label_{name}" for name in names], found))


def _columns(terminal: Terminal, shown: SystemProfile) -> Any:
    from luodi.migration.profiling.meaning import meanings

    heads = ("column", "type", "meaning", "filled", "distinct", "length", "shapes")
    lines = []
    for column in shown.tables[0].columns:
        guess = column.guesses[0] if column.guesses else None
        length = "" if column.longest is None else f"{column.shortest}–{column.longest}"
        lines.append(
            [
                column.name,
                column.type,
                f"{getattr(meanings()[guess.meaning], terminal.lang)} {guess.confidence:.0%}"
                if guess
                else None,
                f"{column.filled / column.rows:.1%}" if column.rows else None,
                column.distinct,
                length,
                "  ".join(shape.value for shape in column.shapes[:2]),
            ]
        )
    return terminal.table([f"migration.label_{head}" for head in heads], lines)
