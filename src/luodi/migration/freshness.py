"""Whether evidence about a source or a batch still speaks for it.

A source is asked, where it answers.  What became of a batch stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import Present, Resolver
from luodi.evidence.model import ContentInput, Evidence, SnapshotInput
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems
from luodi.migration.batch import BATCH
from luodi.migration.connect import read_catalogue, snapshot_input
from luodi.migration.source import opened

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


def batches(records: Collection[Evidence]) -> Resolver:
    """Make a resolver for the batches that `load` and `reconcile` name as their inputs.

    In one environment a domain has one batch that counts, until the next load or a rollback.
    """
    last: dict[tuple[str, str], Evidence] = {}
    for record in records:
        if (
            record.engine == "migration"
            and record.verb in ("load", "rollback")
            and record.subject.startswith("migration:")
        ):
            key = (record.subject, record.environment.value)
            known = last.get(key)
            if known is None or known.finished < record.finished:
                last[key] = record
    counting = {
        item.name: item.digest
        for record in last.values()
        if record.verb == "load"
        for item in record.inputs
        if isinstance(item, ContentInput) and item.name.startswith(BATCH)
    }

    def resolve(item: ContentInput | SnapshotInput) -> Present | None:
        if not isinstance(item, ContentInput) or not item.name.startswith(BATCH):
            return None
        found = counting.get(item.name)
        return Present(gone=True) if found is None else Present(digest=found)

    return resolve
