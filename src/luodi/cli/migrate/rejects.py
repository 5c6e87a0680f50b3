"""``luodi migrate rejects``: what did not get in, and why, for whoever mends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luodi.cli.migrate.group import app, at_work, vault_of
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.migration.rejects import Rejects
    from luodi.migration.workspace import Workspace


@app.command("rejects")
def rejects(
    domain: Annotated[list[str] | None, typer.Argument(help="cli.migrate_rejects_domain")] = None,
    folder: Folder = Path(),
) -> None:
    """Put rejected rows with their reasons into the vault, as Excel and CSV."""
    terminal = Terminal.current()
    with at_work(folder) as (site, workspace), terminal.progress() as progress:
        outcomes = _asked(site, workspace, domain or [], terminal, progress)
    _finish(terminal, outcomes)


def _asked(
    site: Site, workspace: Workspace, names: list[str], terminal: Terminal, progress: Progress
) -> list[Outcome[Rejects]]:
    from luodi.evidence.errors import WrongUse
    from luodi.evidence.outcome import Act
    from luodi.migration.mapping.read import read_book
    from luodi.migration.rejects import at_hand, rejects, unreadable

    book = read_book(site.folder.path)
    known = tuple(each.domain for each in book.mappings)
    for name in names:
        if name not in known:
            raise WrongUse("migration.load_no_domain", {"domain": name, "known": known})
    vault, outcomes = vault_of(site), []
    chosen = [each for each in book.mappings if not names or each.domain in names]
    for rules in chosen:
        batch = at_hand(workspace, rules.domain, rules.target)
        if batch is None:
            continue
        environment = site.folder.systems.target_named(batch.target).environment

        def verb(batch: Any = batch) -> Outcome[Rejects]:
            return rejects(workspace, batch, vault, lang=terminal.lang, progress=progress)

        act = Act("migration", "rejects", f"migration:{rules.domain}")
        outcomes.append(site.perform(act, verb, environment=environment)[0])
    for system in dict.fromkeys(each.source for each in chosen):

        def look(system: str = system) -> Outcome[Rejects]:
            return unreadable(workspace, system, vault, lang=terminal.lang, progress=progress)

        act = Act("migration", "rejects", f"source:{system}")
        outcomes.append(site.perform(act, look)[0])
    return outcomes


def _finish(terminal: Terminal, outcomes: list[Outcome[Rejects]]) -> None:
    from luodi.cli.migrate.findings import exit_code
    from luodi.migration.rejects import reason_text

    payload = [
        {
            "name": outcome.result.name,
            "domain": outcome.result.domain,
            "rows": outcome.result.rows,
            "reasons": [
                {
                    "table": each.table,
                    "feed": each.feed,
                    "column": each.column,
                    "reason": each.reason,
                    "words": reason_text(each, terminal.lang),
                    "rows": each.rows,
                    "first": each.first,
                }
                for each in outcome.result.rejected
            ],
            "files": [a.name for a in outcome.artefacts if a.name.startswith("rejects/")],
        }
        for outcome in outcomes
    ]

    def draw() -> None:
        columns = ("table", "column", "reason", "rows", "first")
        codes = [f"cli.migrate_rejects_{name}" for name in columns]
        for outcome in outcomes:
            found = outcome.result
            if not found.rejected:
                continue
            terminal.say("cli.migrate_rejects_found", {"name": found.name, "rows": found.rows})
            lines = [
                (each.table, each.column, reason_text(each, terminal.lang), each.rows, each.first)
                for each in found.rejected
            ]
            terminal.show(terminal.table(codes, lines))
            for artefact in outcome.artefacts:
                if artefact.name.endswith(".xlsx"):
                    terminal.say("cli.migrate_rejects_kept", {"name": artefact.name})
        if any(outcome.result.rejected for outcome in outcomes):
            terminal.say("cli.migrate_rejects_next")
        else:
            terminal.say("cli.migrate_rejects_none")

    terminal.finish({"rejects": payload}, draw, exit_code(outcomes))
