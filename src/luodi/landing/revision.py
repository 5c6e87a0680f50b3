"""Revisions: what the content of a landing folder said when it was last shared.

Two people who exchange bundles both start from such a revision; comparing with it tells whose
change a difference is.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.model import Noun
from luodi.landing.home import Home


class Revision(Noun, frozen=True, kw_only=True):
    """Canonical digests of every content file, by place in the folder."""

    files: dict[str, str]

    @property
    def id(self) -> str:
        """Name of the revision: the digest of its files' digests."""
        return digest(self.files)


def read_base(home: Home, project: str) -> Revision | None:
    """Read the revision this installation last shared; None when it has shared none.

    Raises
    ------
    LuodiError
        ``landing.base_damaged``.
    """
    path = _path(home, project)
    with explained(path):
        if not path.exists():
            return None
        data = path.read_bytes()
    try:
        return msgspec.json.decode(data, type=Revision)
    except msgspec.MsgspecError as error:
        raise LuodiError("landing.base_damaged", {"path": str(path)}) from error


def write_base(home: Home, project: str, revision: Revision) -> None:
    """Remember the revision that was just shared."""
    write_atomic(_path(home, project), msgspec.json.encode(revision, order="sorted"), private=True)


def _path(home: Home, project: str) -> Path:
    return home.state(project) / "base.json"
