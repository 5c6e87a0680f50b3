"""Whether evidence about a source still speaks for it: the source is asked, where it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import Present, Resolver
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems

_SOURCE = "source:"


def sources(systems: Systems, base: Path, password: Callable[[System], str]) -> Resolver:
    """Make a resolver for the snapshots that `connect` and `extract` name as their inputs.

    It reads the source's catalogue and counts its rows anew, once.  A source that does not answer
    cannot be told about, which is not the same as changed.

    Parameters
    ----------
    base : Path
        Folder that relative files lie below.
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
                catalogue, _ = read_catalogue(source, Silent())
        except LuodiError as error:
            gone = error.code in ("migration.file_absent", "migration.database_absent")
            return Present(gone=True) if gone else None
        found = snapshot_input(catalogue)
        return Present(schema=found.schema, watermark=found.watermark)

    def resolve(item: ContentInput | SnapshotInput) -> Present | None:
        asked = item.name in known and isinstance(item, SnapshotInput)
        return now(item.name) if asked else None

    return resolve
