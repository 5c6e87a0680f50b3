"""The desk in a terminal: one pair at a time side by side, one key for each decision."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import say

if TYPE_CHECKING:
    from luodi.cli.migrate.desk import Desk
    from luodi.migration.linkage.model import Agreement
    from luodi.migration.reviewing.model import Item

KEYS = {"l": "link", "m": "merge", "d": "different", "s": "skip"}
"""Keys that decide; ``u`` takes the last one back, ``q`` leaves."""


def at_the_desk(desk: Desk, terminal: Terminal) -> bool:
    """Go through what waits until nothing does or the person leaves.

    Returns
    -------
    bool
        Whether there was anybody: without a keyboard there is nothing to go through.
    """
    from luodi.migration.reviewing.model import Act

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    seen: set[str] = set()
    while True:
        waiting = [item for item in desk.look().unsettled if item.id not in seen]
        if not waiting:
            return True
        item = waiting[0]
        show(desk, item, len(waiting), terminal)
        key = pressed()
        if key == "q":
            return True
        if key == "u":
            seen.discard(desk.undo().id if seen else "")
        elif key in KEYS:
            desk.decide(item.id, Act(KEYS[key]))
            seen.add(item.id)


def show(desk: Desk, item: Item, waiting: int, terminal: Terminal) -> None:
    """Show a pair: what differs is marked, every compared field has its weight."""
    from rich.text import Text

    from luodi.migration.linkage.say import guard_text

    left, right = desk.rows(item)
    weights = {
        item.columns[one.field]: one for one in item.explanation if one.field in item.columns
    }
    lines: list[list[object]] = []
    for column in [*weights, *(name for name in left if name not in weights)]:
        ours, theirs = left.get(column, ""), right.get(column, "")
        if not ours and not theirs:
            continue
        style = "" if ours == theirs else "bold reverse"
        lines.append(
            [
                column,
                Text(ours, style=style),
                Text(theirs, style=style),
                _weight(weights.get(column), terminal),
            ]
        )
    terminal.say(
        "cli.migrate_review_item_head",
        {
            "item": item.id,
            "table": item.table,
            "left": item.left_ordinal,
            "right": item.right_ordinal or 0,
            "probability": f"{item.probability:.4f}",
            "count": waiting,
        },
    )
    columns = ("column", "left", "right", "weight")
    codes = [f"cli.migrate_review_{name}" for name in columns]
    terminal.show(terminal.table(codes, lines))
    for guard in item.guards:
        terminal.show("  · " + guard_text(guard, terminal.lang))
    terminal.say("cli.migrate_review_keys")


def _weight(agreement: Agreement | None, terminal: Terminal) -> str:
    from luodi.migration.linkage.say import level_text

    if agreement is None:
        return ""
    return say(
        "cli.migrate_review_worth",
        {"level": level_text(agreement, terminal.lang), "weight": f"{agreement.weight:+.1f}"},
        terminal.lang,
    )


def pressed() -> str:
    """Wait for a key; a line's first letter where single keys cannot be read."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        return sys.stdin.readline().strip()[:1].lower() or "q"
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        key = sys.stdin.read(1).lower()
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    return key or "q"  # the keyboard is gone
