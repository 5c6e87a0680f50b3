"""``luodi migrate map check``: is the mapping sound; the answer becomes evidence."""

from __future__ import annotations

from pathlib import Path

from luodi.cli.migrate.findings import drawn, told
from luodi.cli.migrate.map.group import app, workspace_of
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal


@app.command("check")
def check(folder: Folder = Path()) -> None:
    """Check the mapping against itself, both catalogues and the extracted rows."""
    from luodi.evidence.outcome import Act
    from luodi.migration.map import map
    from luodi.migration.mapping.check import Known
    from luodi.migration.mapping.known import known_from
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.versions import keep_version

    terminal = Terminal.current()
    site = open_site(folder)
    book = read_book(site.folder.path)
    with terminal.progress() as progress, workspace_of(site) as workspace:
        known = known_from(workspace, book) if workspace else Known()
        mapped = map(site.folder, book, known, progress=progress)
    version = keep_version(site.home, site.folder)
    records = []
    for outcome in mapped.outcomes:
        act = Act(outcome.engine, outcome.verb, outcome.subject)
        _, record = site.perform(act, lambda outcome=outcome: outcome)  # type: ignore[misc]  # bound now
        records.append(getattr(record, "id", ""))
    payload = {
        "version": version,
        "sound": mapped.sound,
        "verdicts": {outcome.subject: outcome.verdict for outcome in mapped.outcomes},
        "findings": told(mapped, terminal.lang),
        "records": records,
    }

    def draw() -> None:
        drawn(terminal, mapped)
        code = "cli.migrate_map_sound" if mapped.sound else "cli.migrate_map_unsound"
        terminal.say(code, {"version": version[:12], "count": len(records)})

    terminal.finish(payload, draw, exit_code=0 if mapped.sound else 1)
