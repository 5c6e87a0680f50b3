"""The group that the verbs of migration join, and where they work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from luodi.cli.command import group
from luodi.cli.place import open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Verdict

if TYPE_CHECKING:
    from luodi.evidence.model import Finding
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.landing.systems import System
    from luodi.landing.vault import Vault
    from luodi.migration.model import Catalogue
    from luodi.migration.source import Source
    from luodi.migration.workspace import Workspace

app = group("migrate")
T = TypeVar("T")
_WORSE = (Verdict.PASS, Verdict.UNKNOWN, Verdict.WARN, Verdict.FAIL)


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Site, Workspace]]:
    """Open the landing folder and its project's workspace in the vault."""
    from luodi.migration.workspace import Workspace

    site = open_site(folder)
    with Workspace.in_vault(vault_of(site)) as workspace:
        yield site, workspace


def vault_of(site: Site) -> Vault:
    """Open the vault of the project that is worked on."""
    from luodi.landing.vault import Vault

    return Vault.open(site.home, site.settings, site.folder.project.project)


@dataclass(frozen=True)
class Place:
    """A system that was named: by its id in a landing folder, or straight by URL or file.

    ``site`` is None for one that no landing folder knows; ``base`` is where its files lie.
    """

    system: System
    base: Path
    site: Site | None = None


def named(folder: Path, name: str) -> Place:
    """Find the system that `name` means: an id of the landing folder, else a URL or a file."""
    from luodi.evidence.errors import LuodiError
    from luodi.migration.source import source_of

    try:
        site = open_site(folder)
    except LuodiError as error:
        if error.code != "landing.no_folder":
            raise
        return Place(source_of(name), Path())
    if (site.folder.path / "systems.toml").exists():
        systems = site.folder.systems
        for system in (*systems.source, *systems.target):
            if system.id == name:
                return Place(system, site.folder.path, site)
    if "://" in name or Path(name).exists():
        return Place(source_of(name), Path())
    return Place(site.folder.systems.system(name), site.folder.path, site)


def password(terminal: Terminal) -> Callable[[System], str]:
    """Give what is asked for a system's password: its variable, else whoever sits here."""
    import getpass
    import os
    import sys

    from luodi.evidence.catalogue import say
    from luodi.landing.systems import password_of

    def ask(system: System) -> str:
        found = password_of(system, os.environ)
        if found is None and sys.stdin.isatty() and sys.stderr.isatty():
            prompt = say("cli.migrate_password", {"system": system.id}, terminal.lang)
            return getpass.getpass(prompt, sys.stderr)
        return found or ""

    return ask


@contextmanager
def at_system(
    folder: Path, name: str, terminal: Terminal, progress: Progress
) -> Iterator[tuple[Site | None, Workspace, Catalogue, tuple[Finding, ...]]]:
    """Open a workspace with the rows of a system, and tell what was found on the way there.

    One of the landing folder was connected and extracted before, which said what it found; what is
    named by URL or file is read now, into memory, and its site is None.
    """
    from luodi.migration.straight import staged

    place = named(folder, name)
    if place.site is not None:
        with at_work(place.site.folder.path) as (site, workspace):
            catalogue = workspace.catalogue(place.system.id)
            if not workspace.extracted(place.system.id):
                raise WrongUse("migration.not_extracted", {"system": place.system.id})
            yield site, workspace, catalogue, ()
        return
    with reached(place, terminal) as source, staged(source, progress=progress) as found:
        yield None, *found


def found_before(outcome: Outcome[T], findings: tuple[Finding, ...]) -> Outcome[T]:
    """Add what was found on the way to a verb, which has no evidence of its own.

    Connecting to a file reads it once and extracting once more, so that both say the same.
    """
    from dataclasses import replace

    from luodi.evidence.model import Finding
    from luodi.evidence.outcome import verdict_of

    told = list[Finding]()
    for finding in (*findings, *outcome.findings):
        if finding not in told:
            told.append(finding)
    worst = max(outcome.verdict, verdict_of(findings), key=_WORSE.index)
    return replace(outcome, findings=tuple(told), verdict=worst)


@contextmanager
def reached(place: Place, terminal: Terminal) -> Iterator[Source]:
    """Open the source at a place."""
    from luodi.migration.source import opened

    with opened(place.system, place.base, password(terminal)) as source:
        yield source
