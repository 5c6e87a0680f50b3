"""``review.toml``: how the project has decided to decide.

::

    format = 1

    [[queue]]
    id = "patients"
    two_person = true               # two different people must say the same
    by = "病案室 赵"
    reason = "医务科 2026-11-20 会议"
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import msgspec

from luodi.evidence.files import explained, write_atomic
from luodi.evidence.shape import shape
from luodi.landing.format import read_file
from luodi.migration.mapping.model import Identifier
from luodi.migration.model import Noun

FILE = "review.toml"


class QueueRule(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """How a queue is decided; who said so, and why."""

    id: Identifier
    two_person: bool = False
    by: str = ""
    reason: str = ""


class ReviewRules(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """The content of ``review.toml``."""

    format: Literal[1] = 1
    queues: tuple[QueueRule, ...] = msgspec.field(name="queue", default=())

    def needs_two(self, queue: str) -> bool:
        """Whether a second person must confirm every decision of a queue; else one is enough."""
        return any(rule.two_person for rule in self.queues if rule.id == queue)

    def with_rule(self, rule: QueueRule) -> ReviewRules:
        """The rules with another one for its queue."""
        others = tuple(known for known in self.queues if known.id != rule.id)
        queues = sorted((*others, rule), key=lambda known: known.id)
        return msgspec.structs.replace(self, queues=tuple(queues))


def read_rules(folder: Path) -> ReviewRules:
    """Read ``review.toml`` of a landing folder; without one, one person decides.

    Raises
    ------
    LuodiError
        As `luodi.landing.format.read_file`.
    """
    if not (folder / FILE).exists():
        return ReviewRules()
    return shape(read_file(folder, FILE), ReviewRules, str(folder / FILE))


def write_rules(folder: Path, rules: ReviewRules) -> None:
    """Write ``review.toml`` anew.

    Raises
    ------
    LuodiError
        The disk says no.
    """
    lines = [f"format = {rules.format}"]
    for rule in rules.queues:
        said = msgspec.to_builtins(rule)
        lines += ["", "[[queue]]", *(f"{k} = {_toml(v)}" for k, v in said.items())]
    with explained(folder / FILE):
        write_atomic(folder / FILE, ("\n".join(lines) + "\n").encode())


def _toml(value: object) -> str:
    """A text or a truth value; JSON writes both as TOML does, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
