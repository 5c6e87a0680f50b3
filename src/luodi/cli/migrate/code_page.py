"""The desk in a terminal, for a term that needs a code: what it may be, by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from luodi.cli.migrate.desk_page import DECIDED, Keyboard
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import say

if TYPE_CHECKING:
    from luodi.cli.migrate.desk import Desk
    from luodi.migration.reviewing.model import Item
    from luodi.migration.suggesting.model import Listed

MOST = 9
"""Lines that have a key of their own."""
KEYS = {"n": "none", "s": "skip"}
"""Keys that decide without a code; ``c`` looks for one, ``u`` takes the last one back."""


def at_a_code(desk: Desk, item: Item, waiting: int, pressed: Keyboard, terminal: Terminal) -> str:
    """Let a person choose a code; returns `DECIDED` or the key that was pressed at last."""
    from luodi.migration.reviewing.model import Act

    lines: Sequence[Listed] = [candidate.term for candidate in item.candidates]
    _head(item, waiting, terminal)
    _show(lines, item, terminal)
    while True:
        terminal.say("cli.migrate_review_code_keys")
        key = pressed.key()
        if key == "c":
            terminal.say("cli.migrate_review_code_search")
            lines = desk.search(item, pressed.line(), MOST)
            _show(lines, item, terminal)
        elif key.isdigit() and 0 < int(key) <= len(lines):
            desk.decide(item.id, Act.ACCEPT, code=lines[int(key) - 1].value)
            return DECIDED
        elif key in KEYS:
            desk.decide(item.id, Act(KEYS[key]))
            return DECIDED
        else:
            return key


def one_line(term: Listed) -> str:
    """A line of a list as people read it out: code, name, 规格, maker."""
    parts = (term.value, term.label, term.specification, term.manufacturer)
    return " ".join(part.strip() for part in parts if part.strip())


def _head(item: Item, waiting: int, terminal: Terminal) -> None:
    terminal.say(
        "cli.migrate_review_code_head",
        {
            "item": item.id,
            "table": item.table,
            "ordinal": item.left_ordinal,
            "dictionary": item.dictionary,
            "count": waiting,
        },
    )


def _show(lines: Sequence[Listed], item: Item, terminal: Terminal) -> None:
    """What the source says, above the lines that may be chosen."""
    because = {
        candidate.term.value: (
            f"{candidate.confidence} "
            + "; ".join(say(one.code, one.params, terminal.lang) for one in candidate.reasons)
        )
        for candidate in item.candidates
    }
    rows = [
        [str(number), *_cells(line), because.get(line.value, "")]
        for number, line in enumerate(lines, 1)
    ]
    if item.term is not None:
        here = say("cli.migrate_review_code_here", {}, terminal.lang)
        rows.insert(0, [here, *_cells(item.term), ""])
    names = ("number", "value", "label", "specification", "manufacturer", "unit", "because")
    terminal.show(terminal.table([f"cli.migrate_review_code_{name}" for name in names], rows))
    if not lines:
        terminal.say("cli.migrate_review_code_nothing")


def _cells(line: Listed) -> list[str]:
    return [line.value, line.label, line.specification, line.manufacturer, line.unit]
