"""Straight on a source, without a landing folder: its rows in memory, and gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.migration.connect import connect
from luodi.migration.extract import extract
from luodi.migration.model import Catalogue
from luodi.migration.source.model import Source
from luodi.migration.workspace import Workspace


@contextmanager
def staged(
    source: Source, *, tables: Sequence[str] = (), progress: Progress
) -> Iterator[tuple[Workspace, Catalogue, tuple[Finding, ...]]]:
    """Connect to a source and bring its rows into a workspace that leaves nothing behind.

    Parameters
    ----------
    tables : sequence of str
        Full names; by default every table, but no view.

    Yields
    ------
    tuple
        The workspace, the catalogue with the kinds of columns as they are staged, and what
        connecting and extracting found.

    Raises
    ------
    LuodiError
        As `connect` and `extract`.
    """
    with Workspace.in_memory() as workspace:
        connected = connect(source, progress=progress)
        workspace.keep(connected.result)
        extracted = extract(workspace, source, tables=tables, progress=progress)
        catalogue = workspace.catalogue(source.system.id)
        # Both looked at the same file, and say the same of it.
        further = [one for one in extracted.findings if one not in connected.findings]
        yield workspace, catalogue, (*connected.findings, *further)
