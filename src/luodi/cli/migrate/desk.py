"""A reviewer's place: every step opens the workspace, does one thing whole, and closes it.

So two people can work at once, each for the moment of a decision, and whatever kills one of them
takes nothing from what was decided.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from luodi.evidence.errors import LuodiError, WrongUse

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.migration.reviewing.model import Act, Item, Standing
    from luodi.migration.reviewing.rules import ReviewRules
    from luodi.migration.suggesting.model import Listed
    from luodi.migration.workspace import Workspace

T = TypeVar("T")
PATIENCE = 10.0
"""How long to wait for another reviewer's step, in seconds."""


@dataclass(frozen=True)
class Desk:
    """A queue of a landing folder and who sits at it."""

    site: Site
    queue: str
    rules: ReviewRules

    @classmethod
    def of(cls, site: Site, queue: str | None) -> Desk:
        """Sit down at a queue; without a name at the only one there is.

        Raises
        ------
        WrongUse
            ``migration.review_no_queue``.
        """
        from luodi.migration.reviewing.queue import queues
        from luodi.migration.reviewing.rules import read_rules

        rules = read_rules(site.folder.path)
        known = cls(site, "", rules).step(queues)
        if not known:
            raise WrongUse("migration.review_no_queues")
        if queue is None:
            queue = known[0] if len(known) == 1 else "patients"
        if queue not in known:
            raise WrongUse("migration.review_no_queue", {"queue": queue, "known": known})
        desk = cls(site, queue, rules)
        desk.step(desk._settle)
        return desk

    @property
    def two_person(self) -> bool:
        """Whether a second person must confirm."""
        return self.rules.needs_two(self.queue)

    @property
    def who(self) -> str:
        """The person, as the settings name them."""
        return self.site.settings.actor

    def look(self) -> Standing:
        """See where the queue stands."""
        from luodi.migration.reviewing.decide import look

        return self.step(lambda workspace: look(workspace, self.queue, two_person=self.two_person))

    def decide(
        self, name: str, act: Act, *, reason: str = "", into: str | None = None, code: str = ""
    ) -> Standing:
        """Say something of an item; ``into`` names the side that stays in a merge."""
        from luodi.migration.reviewing.decide import decide, look

        def verb(workspace: Workspace) -> Standing:
            stays = None
            if into is not None and name in (items := look(workspace, self.queue).items):
                item = items[name]
                stays = item.left_ordinal if into == "left" else item.right_ordinal
            found = decide(
                workspace,
                self.queue,
                name,
                act,
                who=self.who,
                reason=reason,
                into=stays,
                code=code,
                two_person=self.two_person,
            )
            self._write(workspace)
            return found

        return self.step(verb)

    def undo(self) -> Item:
        """Take back one's last decision; says of which item."""
        from luodi.migration.reviewing.decide import undo

        def verb(workspace: Workspace) -> Item:
            item, _ = undo(workspace, self.queue, who=self.who, two_person=self.two_person)
            self._write(workspace)
            return item

        return self.step(verb)

    def ask_for_two(self, wanted: bool, reason: str) -> Desk:
        """Declare in the landing folder whether a second person must confirm; the desk after it."""
        from luodi.migration.reviewing.rules import QueueRule, write_rules

        rule = QueueRule(id=self.queue, two_person=wanted, by=self.who, reason=reason)
        write_rules(self.site.folder.path, self.rules.with_rule(rule))
        return Desk.of(self.site, self.queue)

    def rows(self, item: Item) -> tuple[dict[str, str], dict[str, str]]:
        """Both rows of a pair, by column, as text."""
        from luodi.migration.reviewing.rows import shown

        return self.step(lambda workspace: shown(workspace, item))

    def search(self, item: Item, words: str, most: int) -> tuple[Listed, ...]:
        """Lines of the target's list that hold some words, for a term that needs a code."""
        from luodi.migration.reviewing.codes import search

        return self.step(
            lambda workspace: search(workspace, self.queue, item.dictionary, words, most)
        )

    def review(self, progress: Progress) -> Outcome[Standing]:
        """Where the queue stands, as evidence in the ledger."""
        from luodi.evidence.outcome import Act as Deed
        from luodi.migration.mapping.read import read_book
        from luodi.migration.review import review
        from luodi.migration.reviewing.codes import asked, files_of
        from luodi.migration.reviewing.rules import FILE

        deed = Deed("migration", "review", f"review:{self.queue}")

        def work(workspace: Workspace) -> Outcome[Standing]:
            folder = self.site.folder
            files = [*([FILE] if self.rules.queues else []), *files_of(workspace, self.queue)]
            return review(
                workspace,
                self.queue,
                two_person=self.two_person,
                asked=asked(workspace, read_book(folder.path), self.queue),
                inputs=tuple(folder.input(file) for file in files),
                progress=progress,
            )

        def verb() -> Outcome[Standing]:
            return self.step(work)

        return self.site.perform(deed, verb)[0]

    def _settle(self, workspace: Workspace) -> None:
        from luodi.migration.reviewing.decide import settle

        settle(workspace, self.queue, two_person=self.two_person)
        self._write(workspace)

    def _write(self, workspace: Workspace) -> None:
        from luodi.migration.reviewing.entries import write_entries

        folder = self.site.folder.path
        write_entries(workspace, self.queue, folder, two_person=self.two_person)

    def step(self, work: Callable[[Workspace], T]) -> T:
        """Open the workspace for one piece of work, waiting a moment while another has it."""
        from luodi.landing.vault import Vault
        from luodi.migration.workspace import Workspace

        vault = Vault.open(self.site.home, self.site.settings, self.site.folder.project.project)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with Workspace.in_vault(vault) as workspace:
                    return work(workspace)
            except LuodiError as error:
                if error.code != "migration.workspace_busy" or time.monotonic() > until:
                    raise
            time.sleep(0.1)
