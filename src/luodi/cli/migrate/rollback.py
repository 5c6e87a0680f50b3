"""``luodi migrate rollback``: one batch out of the target again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.group import app, at_work, password
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.migration.rollback import RolledBack
    from luodi.migration.target.protocol import Target
    from luodi.migration.workspace import Workspace


@app.command("rollback")
def rollback(
    batch: Annotated[str, typer.Argument(help="cli.migrate_rollback_batch")],
    confirm: Annotated[str, typer.Option(help="cli.migrate_rollback_confirm")],
    folder: Folder = Path(),
) -> None:
    """Take exactly one batch out of its target, proven by checksums."""
    from luodi.cli.migrate.findings import drawn, exit_code, told
    from luodi.evidence.errors import WrongUse
    from luodi.migration.batch import Batches
    from luodi.migration.target.open import opened_target

    terminal = Terminal.current()
    with at_work(folder) as (site, workspace), terminal.progress() as progress:
        known = Batches(workspace).get(batch)
        if confirm != batch:
            raise WrongUse("migration.rollback_confirm", {"batch": batch})
        system = site.folder.systems.target_named(known.target)
        with opened_target(system, site.folder.path, password(terminal), workspace) as target:
            outcome = take_back(site, workspace, batch, target, progress)
    done = outcome.result
    payload = {
        "batch": done.batch,
        "domain": done.domain,
        "verdict": outcome.verdict,
        "removed": done.removed,
        "restored": done.restored,
        "residual": done.residual,
        "as_before": done.as_before,
        "findings": told(outcome, terminal.lang),
    }

    def draw() -> None:
        removed = sum(done.removed.values())
        if removed or not outcome.findings:
            terminal.say(
                "cli.migrate_rollback_done",
                {"batch": done.batch, "removed": removed, "restored": done.restored},
            )
        if done.as_before:
            terminal.say("cli.migrate_rollback_as_before")
        drawn(terminal, outcome)

    terminal.finish(payload, draw, exit_code([outcome]))


def take_back(
    site: Site, workspace: Workspace, batch: str, target: Target, progress: Progress
) -> Outcome[RolledBack]:
    """Roll back and keep the evidence; of a rehearsal also as what the gate asks of one."""
    from luodi.evidence.model import Environment
    from luodi.evidence.outcome import Act
    from luodi.migration.batch import Batches, Mode
    from luodi.migration.rollback import as_rehearsal, rollback

    known = Batches(workspace).get(batch)
    system = site.folder.systems.target_named(known.target)

    def verb() -> Outcome[RolledBack]:
        return rollback(
            workspace, batch, target, confirm=batch, in_use=system.in_use, progress=progress
        )

    act = Act("migration", "rollback", f"migration:{known.domain}")
    outcome, _ = site.perform(act, verb, environment=system.environment)
    if known.mode is Mode.REHEARSAL or system.environment is Environment.REHEARSAL:
        rehearsed = as_rehearsal(outcome)
        act = Act("migration", "rollback", rehearsed.subject)
        site.perform(act, lambda: rehearsed, environment=system.environment)
    return outcome
