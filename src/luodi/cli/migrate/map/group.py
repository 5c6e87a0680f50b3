"""The group that the verbs of the mapping join, and what they know beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from luodi.cli.command import group

if TYPE_CHECKING:
    from luodi.landing.site import Site
    from luodi.migration.workspace import Workspace

app = group("migrate map")


@contextmanager
def workspace_of(site: Site) -> Iterator[Workspace | None]:
    """Open the project's workspace; None where there is no vault yet, for a mapping needs none."""
    from luodi.landing.vault import Vault
    from luodi.migration.workspace import Workspace

    project = site.folder.project.project
    if not site.home.vault(project).is_dir():
        yield None
        return
    with Workspace.in_vault(Vault.open(site.home, site.settings, project)) as workspace:
        yield workspace
