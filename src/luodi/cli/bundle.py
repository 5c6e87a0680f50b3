"""``luodi bundle``: exchange a landing folder with a colleague, the hospital or the centre."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.command import group
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.model import Finding
    from luodi.landing.bundle.import_ import Imported

app = group("bundle")


@app.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="cli.bundle_target")],
    folder: Folder = Path(),
) -> None:
    """Pack what may leave the house into a signed bundle."""
    from luodi.evidence.outcome import Act
    from luodi.landing.bundle.export import export

    terminal = Terminal.current()
    site = open_site(folder)
    outcome, _ = site.perform(
        Act("landing", "export", f"project:{site.folder.project.project}"),
        lambda: export(site.folder, site.chains, target, home=site.home, signer=site.signer),
    )
    made = outcome.result

    def draw() -> None:
        terminal.say("cli.bundle_made", {"path": str(made.path), "files": len(made.files)})
        terminal.say("cli.bundle_digest", {"digest": made.digest})

    terminal.finish(made, draw)


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="cli.bundle_source")],
    folder: Folder = Path(),
    into: Annotated[Path | None, typer.Option(help="cli.bundle_into")] = None,
    take: Annotated[list[str] | None, typer.Option(help="cli.bundle_take")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="cli.bundle_keep")] = None,
    take_all: Annotated[bool, typer.Option("--take-all", help="cli.bundle_take_all")] = False,
) -> None:
    """Merge a bundle: ledgers by themselves, the rest as you choose after seeing what differs."""
    from luodi.evidence.model import Verdict
    from luodi.landing.bundle.import_ import Choices, check_signer, take_in, unpack_new
    from luodi.landing.bundle.packed import read_bundle
    from luodi.landing.home import Home
    from luodi.landing.keys import trusted_keys
    from luodi.landing.settings import read_settings

    terminal = Terminal.current()
    settings = read_settings()
    bundle = read_bundle(source)
    check_signer(bundle, source, trusted_keys(Home.of(settings)))
    if into is not None:
        unpack_new(bundle, into)
    site = open_site(into or folder)
    choices = Choices(frozenset(take or ()), frozenset(keep or ()), take_all)
    outcome = take_in(site, bundle, source, choices)
    done = outcome.result
    bad = bool(done.waiting) or outcome.verdict is Verdict.FAIL
    payload = {
        "folder": str(done.folder),
        "chains": done.merged,
        "differences": done.differences,
        "taken": done.taken,
        "waiting": done.waiting,
        "findings": outcome.findings,
    }
    terminal.finish(
        payload, lambda: _draw(terminal, done, outcome.findings), exit_code=1 if bad else 0
    )


def _draw(terminal: Terminal, done: Imported, findings: tuple[Finding, ...]) -> None:
    from luodi.evidence.catalogue import remedy_of, say

    headers = ["cli.bundle_column_chain", "cli.bundle_column_union", "cli.bundle_column_records"]
    rows = [
        [item.writer, say(f"cli.bundle_union_{item.union.value}", {}, terminal.lang), item.records]
        for item in done.merged
    ]
    terminal.show(terminal.table(headers, rows))
    for difference in done.differences:
        whose = say(f"cli.bundle_whose_{difference.whose.value}", {}, terminal.lang)
        terminal.say("cli.bundle_differs", {"name": difference.name, "whose": whose})
        for line in difference.lines[2:]:
            terminal.show("    " + line)
    for name in done.taken:
        terminal.say("cli.bundle_took", {"name": name})
    for finding in findings:
        terminal.show(say(finding.code, finding.params, terminal.lang))
        if remedy := remedy_of(finding.code, finding.params, terminal.lang):
            terminal.say("cli.remedy", {"text": remedy})
    terminal.say("cli.bundle_imported", {"path": str(done.folder)})
