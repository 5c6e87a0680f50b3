"""Where a verb looks at the rows of one system: in the landing folder, or straight on a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from luodi.cli.migrate.group import at_system, found_before, vault_of
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.model import Finding
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.landing.vault import Vault
    from luodi.migration.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """A system with its rows at hand.

    ``site`` and ``vault`` are None where no landing folder knows the system; ``before`` is what
    was found while it was read.
    """

    site: Site | None
    vault: Vault | None
    workspace: Workspace
    system: str
    before: tuple[Finding, ...]
    progress: Progress

    def perform(self, name: str, verb: Callable[[], Outcome[T]]) -> Outcome[T]:
        """Run the verb of that name; what it says is evidence where there is a ledger for it."""
        from luodi.evidence.outcome import Act

        if self.site is None:
            return found_before(verb(), self.before)
        outcome, _ = self.site.perform(Act("migration", name, f"source:{self.system}"), verb)
        return outcome


@contextmanager
def looking(folder: Path, name: str, terminal: Terminal) -> Iterator[Look]:
    """Open a system that was extracted, or read what is named by URL or file into memory."""
    with (
        terminal.progress() as progress,
        at_system(folder, name, terminal, progress) as (site, workspace, catalogue, before),
    ):
        vault = None if site is None else vault_of(site)
        yield Look(site, vault, workspace, catalogue.system, before, progress)
