"""What is known about the destruction of a vault; kept outside it, in the state of the project."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.landing.files import Record, read_record
from luodi.landing.home import Home


class KeyFate(StrEnum):
    """What became of the key."""

    ERASING = "erasing"
    OVERWRITTEN = "overwritten"
    ERASED = "erased"
    MISSING = "missing"
    FOREIGN = "foreign"
    DAMAGED = "damaged"


class Destruction(Record, frozen=True, kw_only=True):
    """What a destruction certificate says.

    ``bytes`` and ``workspace_bytes`` are what lay on the disk, encrypted; ``key`` is the key's
    fingerprint, not the key; ``method`` and ``caveats`` are message codes.  ``finished`` is None
    while the work is under way or was interrupted.
    """

    project: str
    vault: str
    created: datetime
    key: str
    key_fate: KeyFate
    key_path: str
    objects: int
    bytes: int
    workspaces: int
    workspace_bytes: int
    started: datetime
    method: str
    caveats: tuple[str, ...]
    finished: datetime | None = None


def destruction_path(home: Home, project: str) -> Path:
    """Where it is noted."""
    return home.state(project) / "vault-destroyed.toml"


def find_destruction(home: Home, project: str) -> Destruction | None:
    """Return what is noted about the last destruction, finished or not.

    Raises
    ------
    LuodiError
        ``landing.vault_destruction_damaged``.
    """
    path = destruction_path(home, project)
    with explained(path):
        if not path.exists():
            return None
    return read_record(path, Destruction, "landing.vault_destruction_damaged")


def refuse_destroyed(home: Home, project: str) -> None:
    """Stop where a destruction was interrupted.

    Raises
    ------
    LuodiError
        ``landing.vault_half_destroyed``.
    """
    known = find_destruction(home, project)
    if known is not None and known.finished is None:
        raise LuodiError("landing.vault_half_destroyed", {"project": project})
