"""The desk in a terminal: one pair at a time side by side, one key for each decision."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    with keyboard() as pressed:
        while waiting := [item for item in desk.look().unsettled if item.id not in seen]:
            item = waiting[0]
            show(desk, item, len(waiting), terminal)
            key = pressed()
            if key == "q":
                break
            if key == "u" and seen:
                seen.discard(desk.undo().id)
            elif key in KEYS:
                desk.decide(item.id, Act(KEYS[key]))
                seen.add(item.id)
    return True


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


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Read single keys as they are pressed, none lost between two questions.

    Where a terminal cannot do that (Windows) a line's first letter counts; a keyboard that is gone
    presses ``q``.
    """
    try:
        import termios
        import tty
    except ImportError:
        yield lambda: sys.stdin.readline().strip()[:1].lower() or "q"
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)
    try:
        yield lambda: os.read(descriptor, 1).decode("ascii", "replace").lower() or "q"
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
