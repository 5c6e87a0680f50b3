"""``luodi migrate reconcile``: every row has a place and is the same at both ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.group import app, at_work
from luodi.cli.migrate.reconcile_desk import AGAIN, Desk
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal


@app.command("reconcile")
def reconcile(
    batch: Annotated[str | None, typer.Argument(help="cli.migrate_reconcile_batch")] = None,
    totals: Annotated[bool, typer.Option("--totals", help="cli.migrate_reconcile_totals")] = False,
    again: Annotated[bool, typer.Option("--again", help="cli.migrate_reconcile_again")] = False,
    report: Annotated[Path | None, typer.Option(help="cli.migrate_reconcile_report")] = None,
    samples: Annotated[
        int | None, typer.Option(help="cli.migrate_reconcile_samples", min=1)
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Reconcile a batch, or the newest of every domain, and what no mapping names."""
    terminal = Terminal.current()
    with at_work(folder) as (site, workspace), terminal.progress() as progress:
        desk = Desk(site, workspace, terminal, progress)
        batches = desk.batches(batch)
        with desk.read_again(batches if again else []):
            for each in batches:
                desk.reconcile(each, again=AGAIN if again else "", samples=samples)
            if batch is None:
                desk.unmapped(batches)
            if totals:
                desk.totals(batches, again=AGAIN if again else "")
        files = desk.print(report) if report is not None else []
    _finish(terminal, desk, files)


def _finish(terminal: Terminal, desk: Desk, files: list[str]) -> None:
    from luodi.cli.migrate.findings import drawn, exit_code, told

    payload = {
        "batches": [
            {
                "batch": outcome.result.batch,
                "domain": outcome.result.domain,
                "verdict": outcome.verdict,
                "figures": {figure.name: figure.value for figure in outcome.figures},
                "tables": outcome.result.equations,
                "feeds": outcome.result.compared,
                "handed": outcome.result.handed,
                "findings": told(outcome, terminal.lang),
            }
            for outcome in desk.reconciled
        ],
        "totals": [
            {
                "total": outcome.result.total.id,
                "verdict": outcome.verdict,
                "old": outcome.result.old,
                "new": outcome.result.new,
                "difference": outcome.result.difference,
                "unit": outcome.result.total.unit,
                "findings": told(outcome, terminal.lang),
            }
            for outcome in desk.balanced
        ],
        "files": files,
        "rejects": desk.kept,
    }

    def draw() -> None:
        fates = ("source", "loaded", "merged", "rejected", "review", "excluded", "unaccounted")
        for outcome in desk.reconciled:
            done = outcome.result
            terminal.say(
                "cli.migrate_reconciled" if done.batch else "cli.migrate_reconciled_unmapped",
                {
                    "domain": done.domain,
                    "batch": done.batch,
                    "unaccounted": done.unaccounted,
                    "mismatched": done.mismatched,
                },
            )
            codes = [f"migration.reconcile_paper_{name}" for name in ("table", *fates)]
            lines = [[e.table, *(getattr(e, name) for name in fates)] for e in done.equations]
            if lines:
                terminal.show(terminal.table(codes, lines))
            drawn(terminal, outcome)
        if desk.balanced:
            names = ("total", "old", "new", "difference")
            terminal.show(
                terminal.table(
                    [f"migration.reconcile_paper_{name}" for name in names],
                    [
                        [getattr(o.result.total.title, terminal.lang)]
                        + [getattr(o.result, name) for name in names[1:]]
                        for o in desk.balanced
                    ],
                )
            )
            for balanced in desk.balanced:
                drawn(terminal, balanced)
        for name in desk.kept:
            terminal.say("cli.migrate_reconcile_refused", {"name": name})
        for path in files:
            terminal.say("cli.migrate_reconcile_file", {"path": path})
        if files and desk.balanced:
            terminal.say("cli.migrate_reconcile_sign")

    terminal.finish(payload, draw, exit_code([*desk.reconciled, *desk.balanced]))
