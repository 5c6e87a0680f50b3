"""A second system brought into the workspace of a first, to be compared with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from luodi.cli.migrate.group import Place, named, reached

if TYPE_CHECKING:
    from luodi.cli.terminal import Terminal
    from luodi.evidence.progress import Progress
    from luodi.migration.model import Catalogue
    from luodi.migration.workspace import Workspace


def brought(
    workspace: Workspace,
    beside: Catalogue,
    folder: Path,
    name: str,
    terminal: Terminal,
    progress: Progress,
) -> Catalogue:
    """Read a file or URL into `workspace`; a system of the landing folder is there already."""
    from luodi.migration.connect import connect
    from luodi.migration.extract import extract

    place = named(folder, name)
    if place.site is not None:
        return workspace.catalogue(place.system.id)
    if place.system.id == beside.system:
        other = msgspec.structs.replace(place.system, id=f"{place.system.id}_2")
        place = Place(other, place.base)
    with reached(place, terminal) as source:
        workspace.keep(connect(source, progress=progress).result)
        extract(workspace, source, progress=progress)
    return workspace.catalogue(place.system.id)
