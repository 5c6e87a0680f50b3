"""The gate templates that Luodi ships, written out as a project's own ``gates.toml``.

The text is carried over as it stands, so that a project edits thresholds where they are explained.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import cast

from luodi.evidence.catalogue import Lang
from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.read import Words, both, read_gates
from luodi.evidence.shape import parse_toml

_TABLE = re.compile(r"(?m)^(?=\[\[(?:criterion|gate)\]\]$)")
_ID = re.compile(r'(?m)^id = "([^"]+)"$')
_NOTE = re.compile(r"(?:^#.*\n|^\n)+\Z", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A set of gates for one kind of system, with the criteria they ask."""

    name: str
    title: dict[Lang, str]
    about: dict[Lang, str]
    text: str

    def gates(self) -> tuple[Gate, ...]:
        """Read the template the way a project's own file is read."""
        return read_gates(parse_toml(self.text, self.name), self.name)


def template_names() -> tuple[str, ...]:
    """Name every template."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in (_room() / "templates").iterdir()
            if entry.name.endswith(".toml")
        )
    )


def template(name: str) -> Template:
    """Write out a template: its own criteria first, then its gates.

    Raises
    ------
    WrongUse
        ``evidence.gate_no_template``, with the templates there are.
    """
    if name not in template_names():
        raise WrongUse("evidence.gate_no_template", {"name": name, "known": template_names()})
    source = (_room() / "templates" / f"{name}.toml").read_text(encoding="utf-8")
    head, *gates = _TABLE.split(source)
    table = parse_toml(source, name)
    used = {criterion for gate in _tables(table) for criterion in gate}
    asked = [text for key, text in _catalogue().items() if key in used]
    parts = [head.rstrip(), *asked, *(_trimmed(gate) for gate in gates)]
    return Template(
        name=name,
        title=both(cast(Words, table["title"])),
        about=both(cast(Words, table["about"])),
        text="\n\n".join(parts) + "\n",
    )


def _tables(table: dict[str, object]) -> list[list[str]]:
    gates = cast("list[dict[str, list[str]]]", table["gate"])
    return [gate["criteria"] for gate in gates]


@cache
def _catalogue() -> dict[str, str]:
    """The text of every criterion, by its id, without the remark that introduces the next."""
    source = (_room() / "criteria.toml").read_text(encoding="utf-8")
    blocks = _TABLE.split(source)[1:]
    return {_id(block): _trimmed(block) for block in blocks}


def _id(block: str) -> str:
    found = _ID.search(block)
    assert found is not None, "a criterion without an id"
    return found[1]


def _trimmed(block: str) -> str:
    return _NOTE.sub("", block).rstrip()


def _room() -> Traversable:
    return resources.files("luodi") / "evidence" / "gate"
