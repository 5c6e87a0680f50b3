"""``luodi migrate map versions``: who checked or signed which version, and when."""

from __future__ import annotations

from pathlib import Path

from luodi.cli.migrate.map.group import app
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal


@app.command("versions")
def versions(folder: Folder = Path()) -> None:
    """List the versions that the ledger speaks of."""
    from luodi.evidence.chain import Keep
    from luodi.migration.mapping.versions import version_of, versions

    terminal = Terminal.current()
    site = open_site(folder)
    verification = site.verify(keep=Keep.ALL).result
    records = [record for chain in verification.chains for record in chain.records]
    found = versions(site.home, site.folder, records)
    present = version_of(site.folder)

    def draw() -> None:
        terminal.say("cli.migrate_map_present", {"version": present[:12]})
        if not found:
            return
        names = ("version", "subject", "verb", "actor", "finished", "kept")
        rows = [
            [
                item.id[:12],
                item.subject,
                item.verb,
                item.actor,
                item.finished.astimezone().strftime("%Y-%m-%d %H:%M"),
                terminal.pill("pass" if item.kept else "absent"),
            ]
            for item in found
        ]
        terminal.show(terminal.table([f"cli.migrate_map_column_{name}" for name in names], rows))

    terminal.finish({"present": present, "versions": found}, draw)
