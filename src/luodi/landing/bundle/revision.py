"""Revisions: what the content of a landing folder said at one moment, and those that were shared.

Two people who exchange bundles both start from a revision that both have had; comparing with it
tells whose change a difference is.
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


class Shared(Noun, frozen=True, kw_only=True):
    """What this installation has shared of a project.

    ``taken`` is the revision that came in last; ``ids`` names every one that went out or came in,
    in the order of time.
    """

    taken: Revision | None = None
    ids: tuple[str, ...] = ()

    def with_given(self, revision: Revision) -> Shared:
        """A revision went out."""
        return msgspec.structs.replace(self, ids=self._ids_with(revision))

    def with_taken(self, revision: Revision) -> Shared:
        """A revision came in, and everything in it was decided."""
        return Shared(taken=revision, ids=self._ids_with(revision))

    def common(self, sent: Revision, base: Revision | None) -> Revision | None:
        """Find what both sides come from, for `sent` that was made from `base`.

        A base this installation never had proves nothing.  A revision that was taken in already,
        and is sent again by somebody who has seen nothing since, was decided then.
        """
        if base is None or base.id not in self.ids:
            return self.taken
        if self.taken == sent and sent.id in self.ids[self.ids.index(base.id) :]:
            return self.taken
        return base

    def _ids_with(self, revision: Revision) -> tuple[str, ...]:
        return (*(known for known in self.ids if known != revision.id), revision.id)


def read_shared(home: Home, project: str) -> Shared:
    """Read what this installation has shared of a project.

    Raises
    ------
    LuodiError
        ``landing.base_damaged``.
    """
    path = _path(home, project)
    with explained(path):
        if not path.exists():
            return Shared()
        data = path.read_bytes()
    try:
        return msgspec.json.decode(data, type=Shared)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LuodiError("landing.base_damaged", {"path": str(path)}) from error


def write_shared(home: Home, project: str, shared: Shared) -> None:
    """Remember what was just shared."""
    write_atomic(_path(home, project), msgspec.json.encode(shared, order="sorted"), private=True)


def _path(home: Home, project: str) -> Path:
    return home.state(project) / "shared.json"
