"""``luodi migrate map new``: begin the mapping of a domain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luodi.cli.migrate.map.group import app, workspace_of
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse


def _pair(text: str) -> tuple[str, str]:
    source, sign, target = text.partition("=")
    if not (source.strip() and sign and target.strip()):
        raise WrongUse("cli.migrate_map_bad_pair", {"text": text})
    return source.strip(), target.strip()


@app.command("new")
def new(
    domain: Annotated[str, typer.Argument(help="cli.migrate_map_domain")],
    source: Annotated[str, typer.Option(help="cli.migrate_map_source")],
    target: Annotated[str, typer.Option(help="cli.migrate_map_target")],
    title: Annotated[str, typer.Option(help="cli.migrate_map_title")] = "",
    title_en: Annotated[str, typer.Option(help="cli.migrate_map_title_en")] = "",
    owner: Annotated[str, typer.Option(help="cli.migrate_map_owner")] = "information",
    table: Annotated[list[str] | None, typer.Option(help="cli.migrate_map_table")] = None,
    folder: Folder = Path(),
) -> None:
    """Write mapping/DOMAIN.toml with a feed for each pair of tables."""
    from luodi.migration.mapping.model import Title
    from luodi.migration.mapping.new import new_mapping

    terminal = Terminal.current()
    site = open_site(folder)
    with workspace_of(site) as workspace:
        known = {item.system: item for item in workspace.catalogues()} if workspace else {}
    mapping = new_mapping(
        site.folder.path,
        domain,
        title=Title(zh=title or domain, en=title_en or domain),
        owner=owner,
        source=source,
        target=target,
        tables=[_pair(text) for text in table or ()],
        catalogues=known,
    )
    payload = {"path": mapping.file, "domain": domain, "feeds": [feed.id for feed in mapping.feeds]}
    terminal.finish(payload, lambda: terminal.say("cli.migrate_map_begun", {"path": mapping.file}))
