"""Changes between two versions of the mapping, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from luodi.evidence.catalogue import say

if TYPE_CHECKING:
    from luodi.cli.terminal import Terminal
    from luodi.migration.mapping.diff import Change

MOST = 500
"""Changes that a person reads; a program gets them all."""


def show_changes(terminal: Terminal, changes: Sequence[Change]) -> None:
    """Draw a table of changes."""
    if not changes:
        terminal.say("cli.migrate_map_same")
        return
    headers = [f"cli.migrate_map_change_{name}" for name in ("how", "part", "place", "old", "new")]
    rows = [
        [
            say(f"cli.migrate_map_how_{change.how.value}", {}, terminal.lang),
            say(f"cli.migrate_map_part_{change.part.value}", {}, terminal.lang),
            change.place,
            change.before,
            change.after,
        ]
        for change in changes[:MOST]
    ]
    terminal.show(terminal.table(headers, rows))
    if len(changes) > MOST:
        terminal.say("cli.migrate_findings_more", {"count": len(changes) - MOST})
