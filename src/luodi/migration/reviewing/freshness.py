"""Whether evidence of a review still speaks for its queue: the queue is asked, in the vault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import Present, Resolver
from luodi.evidence.model import ContentInput, SnapshotInput

if TYPE_CHECKING:
    from luodi.migration.reviewing.model import Standing
    from luodi.migration.workspace import Workspace

QUEUE = "queue:"
"""How the name of a queue begins where evidence names it as an input."""


def queue_input(workspace: Workspace, queue: str, found: Standing) -> ContentInput:
    """Name a queue as an input of evidence, as it stands now.

    The digest is of what holds for every item, named by hashes and not by patients, and of the
    terms that the lists have now: a drug that came since makes other evidence.
    """
    from luodi.evidence.canonical import digest
    from luodi.migration.reviewing.codes import terms_now

    items = {
        name: [state, found.act.get(name, ""), *filter(None, [found.code.get(name)])]
        for name, state in found.state.items()
    }
    terms = terms_now(workspace, queue)
    return ContentInput(name=f"{QUEUE}{queue}", digest=digest([items, terms] if terms else items))


def queues(
    workspace: Callable[[], AbstractContextManager[Workspace]], needs_two: Callable[[str], bool]
) -> Resolver:
    """Make a resolver for the queues that evidence of a review names.

    Without the vault of the project, or while another run works in it, nothing can be told.

    Parameters
    ----------
    workspace : callable
        Opens the project's workspace.
    needs_two : callable
        Whether two people must decide an item of a queue.
    """

    @cache
    def now(queue: str) -> Present | None:
        # The engine is loaded only when a queue is asked: a gate has to be quick.
        from luodi.migration.reviewing.decide import look

        try:
            with workspace() as opened:
                found = look(opened, queue, two_person=needs_two(queue))
                return Present(digest=queue_input(opened, queue, found).digest)
        except LuodiError as error:
            return Present(gone=True) if error.code == "migration.review_no_queue" else None

    def resolve(item: ContentInput | SnapshotInput) -> Present | None:
        asked = isinstance(item, ContentInput) and item.name.startswith(QUEUE)
        return now(item.name.removeprefix(QUEUE)) if asked else None

    return resolve
