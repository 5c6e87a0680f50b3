"""``luodi migrate map``: how far the mapping has come, by domain and dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from luodi.cli.migrate.map.group import app, workspace_of
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Lang, say

if TYPE_CHECKING:
    from luodi.migration.mapping.told import Line


@app.command("show")
def show(folder: Folder = Path()) -> None:
    """Show tables, columns, dictionaries and signatures of every domain."""
    from luodi.migration.mapping.check import Known
    from luodi.migration.mapping.known import known_from
    from luodi.migration.mapping.read import read_book
    from luodi.migration.mapping.sign import signatures
    from luodi.migration.mapping.told import dictionaries_told, domains_told, exclusions_told

    terminal = Terminal.current()
    site = open_site(folder)
    book = read_book(site.folder.path)
    with workspace_of(site) as workspace:
        known = known_from(workspace, book) if workspace else Known()
    signed = signatures(site, book)
    domains = domains_told(book, known, signed, terminal.lang)
    dictionaries = dictionaries_told(book, known)
    exclusions = exclusions_told(book, signed)

    def draw() -> None:
        if not domains and not dictionaries:
            terminal.say("cli.migrate_map_none")
            return
        for kind, lines in (
            ("domain", domains),
            ("dictionary", dictionaries),
            ("exclusion", exclusions),
        ):
            if lines:
                seen = [_drawn(line, terminal.lang) for line in lines]
                terminal.show(terminal.table(_headers(kind, seen), _rows(terminal, seen)))

    payload = {"domains": domains, "dictionaries": dictionaries, "exclusions": exclusions}
    terminal.finish(payload, draw)


def _drawn(line: Line, lang: Lang) -> Line:
    """A line as a person reads it: a domain with its title, the owner by name; feeds are detail."""
    from luodi.evidence.gate.read import role_title

    if "domain" not in line:
        return line
    drawn = {name: cell for name, cell in line.items() if name not in ("title", "feeds")}
    both = dict.fromkeys((str(line["domain"]), str(line["title"])))
    return {**drawn, "domain": "\n".join(both), "owner": role_title(str(line["owner"]))[lang]}


def _headers(kind: str, lines: list[Line]) -> list[str]:
    return [f"cli.migrate_map_column_{kind if n == 0 else name}" for n, name in enumerate(lines[0])]


def _rows(terminal: Terminal, lines: list[Line]) -> list[list[object]]:
    return [
        [
            say("cli.migrate_map_yes" if cell else "cli.migrate_map_no", {}, terminal.lang)
            if isinstance(cell, bool)
            else cell
            for cell in line.values()
        ]
        for line in lines
    ]
