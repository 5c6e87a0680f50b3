"""``luodi migrate map sign``: a department vouches for its mapping, or for what stays behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.map.group import app
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Environment


@app.command("sign")
def sign(
    domain: Annotated[str, typer.Argument(help="cli.migrate_map_sign_domain")] = "",
    exclusions: Annotated[bool, typer.Option(help="cli.migrate_map_sign_exclusions")] = False,
    scan: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="cli.attest_scan")
    ] = None,
    signer: Annotated[str, typer.Option(help="cli.attest_signer")] = "",
    countersigner: Annotated[str, typer.Option(help="cli.attest_countersigner")] = "",
    expires: Annotated[date | None, typer.Option(help="cli.attest_expires")] = None,
    environment: Annotated[Environment | None, typer.Option(help="cli.environment")] = None,
    folder: Folder = Path(),
) -> None:
    """Put the signed paper into the ledger; an edit of what it covers makes it stale."""
    from luodi.evidence.outcome import Act
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.sign import Paper, sign_domain, sign_exclusions
    from luodi.migration.mapping.versions import keep_version

    terminal = Terminal.current()
    if bool(domain) is exclusions:
        raise WrongUse("cli.migrate_map_sign_what")
    if scan is None or not signer:
        raise WrongUse("cli.migrate_map_sign_paper")
    site = open_site(folder)
    book = read_book(site.folder.path)
    paper = Paper(scan, signer, countersigner, expires)
    if exclusions:
        outcome = sign_exclusions(site.folder, book, paper)
    else:
        outcome = sign_domain(site.folder, book, domain, paper)
    version = keep_version(site.home, site.folder)
    act = Act("evidence", "attest", outcome.subject)
    _, record = site.perform(act, lambda: outcome, environment=environment)
    name = getattr(record, "id", "")
    figures = {figure.name: figure.value for figure in outcome.figures}
    payload = {
        "id": name,
        "subject": outcome.subject,
        "version": version,
        "figures": figures,
        "covers": [item.name for item in outcome.inputs],
        "attestation": outcome.result,
    }

    def draw() -> None:
        said = {"subject": outcome.subject, "id": name, "version": version[:12]}
        terminal.say("cli.migrate_map_signed", said)
        if any(figures.values()):
            terminal.say("cli.migrate_map_sign_lacks", {"count": sum(map(int, figures.values()))})

    terminal.finish(payload, draw, exit_code=1 if any(figures.values()) else 0)
