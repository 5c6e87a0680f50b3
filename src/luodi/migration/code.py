"""The program as an input of what it made: evidence of another engine does not speak for this one.

What a load did depends on the code that did it.  The digest is of the rooms that decide what
becomes of a row, their rules and catalogues included, so that a release which leaves them alone
keeps the evidence, and one that mends an operation asks for a new rehearsal.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import luodi
from luodi.evidence.freshness import Present
from luodi.evidence.model import ContentInput, SnapshotInput

NAME = "code:migration"
"""Name of the input."""
ROOMS = ("migration", "transform", "terminology")
"""Rooms whose files the digest covers; what only words a message is left out."""
_WORDING = "messages.toml"


def code_input() -> ContentInput:
    """Name the engine that is at work, as evidence keeps it."""
    return ContentInput(name=NAME, digest=code_digest(Path(luodi.__file__).parent))


def code(item: ContentInput | SnapshotInput) -> Present | None:
    """Answer for the engine: a resolver."""
    return Present(digest=code_input().digest) if item.name == NAME else None


@cache
def code_digest(package: Path) -> str:
    """SHA-256 over names and contents of the rooms' files, in the order of their names."""
    whole = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((package / room).rglob("*")):
            if path.is_file() and path.name != _WORDING and "__pycache__" not in path.parts:
                name = path.relative_to(package).as_posix()
                # The same text on a host that ends its lines otherwise.
                content = path.read_bytes().replace(b"\r\n", b"\n")
                whole.update(f"{name}\n{len(content)}\n".encode() + content)
    return whole.hexdigest()
