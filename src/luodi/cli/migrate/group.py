"""The group that the verbs of migration join, and where they work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.cli.command import group
from luodi.cli.place import open_site

if TYPE_CHECKING:
    from luodi.landing.site import Site
    from luodi.migration.workspace import Workspace

app = group("migrate")


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Site, Workspace]]:
    """Open the landing folder and its project's workspace in the vault."""
    from luodi.landing.vault import Vault
    from luodi.migration.workspace import Workspace

    site = open_site(folder)
    vault = Vault.open(site.home, site.settings, site.folder.project.project)
    with Workspace.in_vault(vault) as workspace:
        yield site, workspace
