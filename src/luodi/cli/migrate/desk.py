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
    from luodi.migration.workspace import Workspace

T = TypeVar("T")
PATIENCE = 10.0
"""How long to wait for another reviewer's step, in seconds."""


@dataclass(frozen=True)
class Desk:
    """A queue of a landing folder and who sits at it."""

    site: Site
    queue: str

    @classmethod
    def of(cls, site: Site, queue: str | None) -> Desk:
        """Sit down at a queue; without a name at the only one there is.

        Raises
        ------
        WrongUse
            ``migration.review_no_queue``.
        """
        from luodi.migration.reviewing.queue import queues

        known = Desk(site, "").step(queues)
        if queue is None and len(known) == 1:
            return cls(site, known[0])._aligned()
        if queue is None or queue not in known:
            asked = queue or "patients"
            if queue is not None or asked not in known:
                raise WrongUse("migration.review_no_queue", {"queue": asked, "known": known})
            queue = asked
        return cls(site, queue)._aligned()

    def _aligned(self) -> Desk:
        from luodi.migration.reviewing.anew import align

        self.step(lambda workspace: align(workspace, self.queue))
        return self

    @property
    def who(self) -> str:
        """The person, as the settings name them."""
        return self.site.settings.actor

    def look(self) -> Standing:
        """See where the queue stands."""
        from luodi.migration.reviewing.decide import look

        return self.step(lambda workspace: look(workspace, self.queue))

    def decide(self, name: str, act: Act, *, reason: str = "", into: str | None = None) -> Standing:
        """Say something of an item; ``into`` names the side that stays in a merge."""
        from luodi.migration.reviewing.decide import decide, look

        def verb(workspace: Workspace) -> Standing:
            stays = None
            if into is not None and name in (items := look(workspace, self.queue).items):
                item = items[name]
                stays = item.left_ordinal if into == "left" else item.right_ordinal
            return decide(workspace, self.queue, name, act, who=self.who, reason=reason, into=stays)

        return self.step(verb)

    def undo(self) -> Item:
        """Take back one's last decision; says of which item."""
        from luodi.migration.reviewing.decide import undo

        return self.step(lambda workspace: undo(workspace, self.queue, who=self.who)[0])

    def ask_for_two(self, wanted: bool) -> None:
        """Set whether a second person must confirm."""
        from luodi.migration.reviewing.queue import ask_for_two

        self.step(lambda workspace: ask_for_two(workspace, self.queue, wanted))

    def needs_two(self) -> bool:
        """Whether a second person must confirm."""
        from luodi.migration.reviewing.queue import needs_two

        return self.step(lambda workspace: needs_two(workspace, self.queue))

    def rows(self, item: Item) -> tuple[dict[str, str], dict[str, str]]:
        """Both rows of an item, by column, as text; the right one is empty for a code."""
        from luodi.migration.reviewing.rows import shown

        return self.step(lambda workspace: shown(workspace, item))

    def review(self, progress: Progress) -> Outcome[Standing]:
        """Where the queue stands, as evidence in the ledger."""
        from luodi.evidence.outcome import Act as Deed
        from luodi.migration.review import review

        deed = Deed("migration", "review", f"review:{self.queue}")

        def verb() -> Outcome[Standing]:
            return self.step(lambda workspace: review(workspace, self.queue, progress=progress))

        return self.site.perform(deed, verb)[0]

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
