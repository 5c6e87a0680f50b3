"""The desk in a terminal: one item at a time, one key for each decision.

Pairs of rows are shown here side by side; terms that need a code on a `code_page`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import say

if TYPE_CHECKING:
    from luodi.cli.migrate.desk import Desk
    from luodi.migration.linkage.model import Agreement
    from luodi.migration.reviewing.model import Item

KEYS = {"l": "link", "m": "merge", "d": "different", "s": "skip"}
"""Keys that decide; ``u`` takes the last one back, ``q`` leaves."""


class Keyboard(Protocol):
    """Whoever sits here."""

    def key(self) -> str:
        """One key, as it is pressed."""

    def line(self) -> str:
        """A line that was typed."""


def at_the_desk(desk: Desk, terminal: Terminal) -> bool:
    """Go through what waits until nothing does or the person leaves.

    Returns
    -------
    bool
        Whether there was anybody: without a keyboard there is nothing to go through.
    """
    from luodi.cli.migrate.code_page import at_a_code

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    seen: set[str] = set()
    with keyboard() as pressed:
        while waiting := [item for item in desk.look().unsettled if item.id not in seen]:
            item = waiting[0]
            at_one = at_a_pair if item.term is None else at_a_code
            key = at_one(desk, item, len(waiting), pressed, terminal)
            if key == "q":
                break
            if key == "u" and seen:
                seen.discard(desk.undo().id)
            elif key == DECIDED:
                seen.add(item.id)
    return True


DECIDED = "decided"


def at_a_pair(desk: Desk, item: Item, waiting: int, pressed: Keyboard, terminal: Terminal) -> str:
    """Let a person decide a pair; returns `DECIDED` or the key."""
    from luodi.migration.reviewing.model import Act

    show(desk, item, waiting, terminal)
    key = pressed.key()
    if key in KEYS:
        desk.decide(item.id, Act(KEYS[key]))
        return DECIDED
    return key


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
            "right": "" if item.right_ordinal is None else item.right_ordinal,
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


class _Lines:
    """A keyboard where a terminal cannot read single keys (Windows): a line's first letter."""

    def key(self) -> str:
        return sys.stdin.readline().strip()[:1].lower() or "q"

    def line(self) -> str:
        return sys.stdin.readline().strip()


class _Keys:
    """A keyboard that is read key by key, none lost between two questions."""

    def __init__(self, descriptor: int, by_line: Callable[[], None], by_key: Callable[[], None]):
        self._descriptor = descriptor
        self._by_line = by_line
        self._by_key = by_key

    def key(self) -> str:
        return os.read(self._descriptor, 1).decode("ascii", "replace").lower() or "q"

    def line(self) -> str:
        self._by_line()
        try:
            return os.read(self._descriptor, 4096).decode("utf-8", "replace").strip()
        finally:
            self._by_key()


@contextmanager
def keyboard() -> Iterator[Keyboard]:
    """Read single keys as they are pressed; a keyboard that is gone presses ``q``."""
    try:
        import termios
        import tty
    except ImportError:
        yield _Lines()
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def by_key() -> None:
        tty.setcbreak(descriptor, termios.TCSANOW)

    def by_line() -> None:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)

    by_key()
    try:
        yield _Keys(descriptor, by_line, by_key)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
