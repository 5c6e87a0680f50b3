"""One person's decision on one item, taken whole or not at all, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import now
from luodi.migration.engine_errors import engine_error
from luodi.migration.reviewing.anew import align
from luodi.migration.reviewing.codes import align_codes, listed
from luodi.migration.reviewing.merge import follow
from luodi.migration.reviewing.model import Act, Decision, Item, Standing
from luodi.migration.reviewing.queue import (
    decisions,
    items,
    queues,
    record,
    take_back,
)
from luodi.migration.reviewing.standing import fingerprint, standing
from luodi.migration.workspace import Workspace


def look(workspace: Workspace, queue: str, *, two_person: bool = False) -> Standing:
    """See where a queue stands; `two_person` says that two people must say the same.

    Raises
    ------
    WrongUse
        ``migration.review_no_queue``.
    """
    return standing(items(workspace, queue), decisions(workspace, queue), two_person=two_person)


def decide(
    workspace: Workspace,
    queue: str,
    name: str,
    act: Act,
    *,
    who: str,
    reason: str = "",
    into: int | None = None,
    code: str = "",
    two_person: bool = False,
) -> Standing:
    """Say something of an item; a merge that holds by it is done at once.

    A code that holds by it is written into its dictionary by `entries.write_entries`.

    Parameters
    ----------
    who : str
        The person; where two must agree, two different ones.
    into : int, optional
        Ordinal of the row that stays in a merge; the left one by default.
    code : str
        The code that is accepted; the first candidate by default.
    two_person : bool
        Two people must say the same before it holds.

    Returns
    -------
    Standing
        The queue after it: other items may wait again because of it.

    Raises
    ------
    WrongUse
        ``migration.review_no_queue``, ``migration.review_no_item``,
        ``migration.review_act_unfit`` for what may not be said of such an item,
        ``migration.review_into``; ``migration.review_no_candidate`` and
        ``migration.review_code_unknown`` of a code.
    LuodiError
        ``migration.review_row_gone``.
    """
    before = look(workspace, queue)
    item = _item(before, queue, name)
    if act not in item.acts:
        raise WrongUse("migration.review_act_unfit", {"item": name, "act": act, "acts": item.acts})
    decision = Decision(
        seq=0,
        item=name,
        act=act,
        who=who,
        at=now(),
        reason=reason,
        into=_into(item, into) if act is Act.MERGE else None,
        code=_code(workspace, queue, item, code) if act is Act.ACCEPT else "",
        of=fingerprint(item.term),
    )
    with _whole(workspace):
        record(workspace, queue, [decision])
        after = look(workspace, queue, two_person=two_person)
        follow(workspace, queue, after)
    return after


def undo(
    workspace: Workspace, queue: str, *, who: str, name: str = "", two_person: bool = False
) -> tuple[Item, Standing]:
    """Take back a person's last decision, of one item or of the queue.

    Raises
    ------
    WrongUse
        ``migration.review_nothing_to_undo``.
    """
    before = look(workspace, queue)
    if name:
        _item(before, queue, name)
    own = [
        decision
        for decision in decisions(workspace, queue)
        if decision.who == who and name in ("", decision.item) and decision.item in before.items
    ]
    if not own:
        raise WrongUse("migration.review_nothing_to_undo", {"queue": queue, "who": who})
    last = own[-1]
    with _whole(workspace):
        take_back(workspace, [last.seq])
        after = look(workspace, queue, two_person=two_person)
        follow(workspace, queue, after)
    return before.items[last.item], after


def settle(workspace: Workspace, queue: str, *, two_person: bool = False) -> None:
    """Bring the rows to what holds now: they were extracted anew, or the rule is another.

    A queue that does not exist has nothing to bring.
    """
    if queue not in queues(workspace):
        return
    align(workspace, queue)
    align_codes(workspace, queue)
    found = look(workspace, queue, two_person=two_person)
    with _whole(workspace):
        follow(workspace, queue, found)


def _item(found: Standing, queue: str, name: str) -> Item:
    item = found.items.get(name)
    if item is None:
        raise WrongUse("migration.review_no_item", {"queue": queue, "item": name})
    return item


def _into(item: Item, into: int | None) -> int:
    if into is None:
        return item.left_ordinal
    if into not in (item.left_ordinal, item.right_ordinal):
        raise WrongUse("migration.review_into", {"item": item.id})
    return into


def _code(workspace: Workspace, queue: str, item: Item, code: str) -> str:
    """The code that is meant: one of the target's list, the first candidate where none is told."""
    if not code:
        if not item.right:
            raise WrongUse("migration.review_no_candidate", {"item": item.id})
        return item.right
    if listed(workspace, queue, item.dictionary, code) is None:
        raise WrongUse(
            "migration.review_code_unknown", {"code": code, "dictionary": item.dictionary}
        )
    return code


@contextmanager
def _whole(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction: after a crash there is all of it or nothing."""
    with engine_error():
        workspace.db.begin()
        try:
            yield workspace.db
            workspace.db.commit()
        except BaseException:
            workspace.db.rollback()
            raise
