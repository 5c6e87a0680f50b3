"""Whether evidence about a source still speaks for it: the source is asked, where it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import Present, Resolver
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems

_SOURCE = "source:"
SECONDS = 20
"""How long a source is asked: a gate may be checked while the old hospital works on it."""


class _Hurried(Silent):
    """Stops whoever reports progress once the time is up."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._until = time.monotonic() + seconds

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        self._check()

    def advance(self, units: int = 1) -> None:
        self._check()

    def _check(self) -> None:
        if time.monotonic() > self._until:
            raise _TimeUp


class _TimeUp(Exception):
    """The source was asked long enough."""


def sources(
    systems: Systems, base: Path, password: Callable[[System], str], *, seconds: float = SECONDS
) -> Resolver:
    """Make a resolver for the snapshots that `connect` and `extract` name as their inputs.

    It reads the source's catalogue and counts its rows anew, once.  A source that does not answer
    cannot be told about, which is not the same as changed; neither can one whose rows take longer
    to count than it may be asked: no statement runs on there for longer than that.

    Parameters
    ----------
    base : Path
        Folder that relative files lie below.
    seconds : float
        For how long each source may be asked.
    """
    known = {f"{_SOURCE}{system.id}": system for system in (*systems.source, *systems.target)}

    @cache
    def now(name: str) -> Present | None:
        # Drivers and engine are loaded only when a source is asked: a gate has to be quick.
        from luodi.migration.connect import read_catalogue, snapshot_input
        from luodi.migration.source import opened

        system = known[name]
        try:
            with opened(system, base, password) as source:
                source.limit(seconds)
                catalogue, _ = read_catalogue(source, _Hurried(seconds))
        except _TimeUp:
            return None
        except LuodiError as error:
            gone = error.code in ("migration.file_absent", "migration.database_absent")
            return Present(gone=True) if gone else None
        found = snapshot_input(catalogue)
        return Present(schema=found.schema, watermark=found.watermark)

    def resolve(item: ContentInput | SnapshotInput) -> Present | None:
        asked = item.name in known and isinstance(item, SnapshotInput)
        return now(item.name) if asked else None

    return resolve
