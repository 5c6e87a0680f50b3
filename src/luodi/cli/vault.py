"""``luodi vault``: the encrypted store of patient-level data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.command import group
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal

app = group("vault")


@app.command("init")
def init(folder: Folder = Path()) -> None:
    """Begin this project's vault."""
    from luodi.evidence.outcome import Act
    from luodi.landing.vault.init import init
    from luodi.landing.vault.outcomes import began
    from luodi.landing.vault.status import status

    terminal = Terminal.current()
    site = open_site(folder)
    project = site.folder.project.project
    act = Act("landing", "vault-init", f"vault:{project}")
    site.perform(act, lambda: began(init(site.home, site.settings, project)))
    found = status(site.home, site.settings, project)

    def draw() -> None:
        terminal.say("cli.vault_begun", {"path": str(found.path), "key": str(found.key_path)})
        terminal.say("cli.vault_keep_key")

    terminal.finish(found, draw)


@app.command("status")
def status(folder: Folder = Path()) -> None:
    """Look at this project's vault."""
    from luodi.landing.vault.key import KeyState
    from luodi.landing.vault.status import status

    terminal = Terminal.current()
    site = open_site(folder)
    found = status(site.home, site.settings, site.folder.project.project)
    fine = found.key is KeyState.PRESENT and not found.shared

    def draw() -> None:
        terminal.say(
            "cli.vault_holds",
            {"path": str(found.path), "objects": found.objects, "bytes": found.bytes},
        )
        terminal.say(f"cli.vault_key_{found.key.value}", {"path": str(found.key_path)})
        if found.shared:
            terminal.say("cli.vault_shared", {"count": found.shared})

    terminal.finish(found, draw, exit_code=0 if fine else 1)


@app.command("get")
def get(
    name: Annotated[str, typer.Argument(help="cli.vault_get_name")],
    to: Annotated[Path, typer.Option(help="cli.vault_get_to")],
    folder: Folder = Path(),
) -> None:
    """Take an object out of the vault and write that into the ledger."""
    from luodi.evidence.outcome import Act
    from luodi.landing.vault import Vault
    from luodi.landing.vault.outcomes import taken
    from luodi.landing.vault.take import take

    terminal = Terminal.current()
    site = open_site(folder)
    vault = Vault.open(site.home, site.settings, site.folder.project.project)
    act = Act("landing", "vault-get", f"vault:{vault.record.vault}")
    outcome, evidence = site.perform(act, lambda: taken(take(vault, name, to)))
    entry = outcome.result.entry
    payload = {
        "name": entry.name,
        "path": str(to),
        "bytes": entry.size,
        "sha256": entry.sha256,
        "evidence": getattr(evidence, "id", ""),
    }

    def draw() -> None:
        terminal.say("cli.vault_taken", {"name": entry.name, "path": str(to), "bytes": entry.size})
        for finding in outcome.findings:
            terminal.say(finding.code, finding.params)

    terminal.finish(payload, draw)


@app.command("destroy")
def destroy(
    confirm: Annotated[str, typer.Option(help="cli.vault_confirm")],
    without_key: Annotated[bool, typer.Option("--without-key", help="cli.vault_without")] = False,
    folder: Folder = Path(),
) -> None:
    """Destroy this project's vault for good and write the certificate into the ledger."""
    from luodi.evidence.catalogue import say
    from luodi.evidence.outcome import Act
    from luodi.landing.vault.destroy import destroy
    from luodi.landing.vault.outcomes import certificate

    terminal = Terminal.current()
    site = open_site(folder)
    project = site.folder.project.project
    with terminal.progress() as progress:
        outcome, evidence = site.perform(
            Act("landing", "vault-destroy", f"vault:{project}"),
            lambda: certificate(
                destroy(
                    site.home,
                    site.settings,
                    project,
                    confirm=confirm,
                    without_key=without_key,
                    progress=progress,
                )
            ),
        )
    gone = outcome.result
    name = getattr(evidence, "id", "")

    def draw() -> None:
        terminal.say("cli.vault_destroyed", {"objects": gone.objects, "bytes": gone.bytes})
        for finding in outcome.findings:
            terminal.show("  · " + say(finding.code, finding.params, terminal.lang))
        terminal.say("cli.vault_certificate", {"id": name})

    terminal.finish({"certificate": name, "destruction": gone}, draw)
