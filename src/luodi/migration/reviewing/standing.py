"""What the decisions of a queue amount to: states, contradictions, agreement between reviewers."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from luodi.migration.linkage.model import Class
from luodi.migration.reviewing.model import (
    Act,
    Contradiction,
    Decision,
    Item,
    Standing,
    State,
)

Row = tuple[str, str, int]
"""System, table and ordinal of a row."""
TOGETHER = (Act.LINK, Act.MERGE)


def standing(
    items: Mapping[str, Item], decisions: Iterable[Decision], *, two_person: bool
) -> Standing:
    """Evaluate a queue anew.

    What a person decided outranks what is linked by default.  Once decisions contradict one
    another (A is B, B is C, A is not C) every item of the contradiction waits for a person again.
    """
    said: dict[str, list[Decision]] = {}
    for decision in decisions:
        said.setdefault(decision.item, []).append(decision)
    state: dict[str, State] = {}
    act: dict[str, Act] = {}
    for name, item in items.items():
        state[name], holds = _state(item, said.get(name, []), two_person=two_person)
        if holds is not None:
            act[name] = holds
    found = contradictions(items, act)
    for contradiction in found:
        for name in (contradiction.different, *contradiction.chain):
            state[name] = State.CONTRADICTED
            act.pop(name, None)
    ratings = [pair for name in items if (pair := _ratings(said.get(name, []))) is not None]
    return Standing(
        items=dict(items),
        state=state,
        act=act,
        contradictions=found,
        rated_twice=len(ratings),
        kappa=kappa(ratings),
    )


def _state(item: Item, said: Sequence[Decision], *, two_person: bool) -> tuple[State, Act | None]:
    latest = _by_person(said)
    if not latest:
        reopened = bool(said)
        if item.class_ in (Class.CERTAIN, Class.LINK) and not reopened:
            return State.DEFAULT, Act.LINK
        return State.OPEN, None
    acts = [act for act in latest.values() if act is not Act.SKIP]
    if not acts:
        return State.SKIPPED, None
    if len(set(acts)) > 1:
        return State.DISPUTED, None
    if two_person and len(acts) < 2:
        return State.AWAITING, None
    return State.SETTLED, acts[0]


def _by_person(said: Sequence[Decision]) -> dict[str, Act]:
    """What each person said last, since the item was reopened."""
    latest: dict[str, Act] = {}
    for decision in said:
        if decision.act is Act.REOPEN:
            latest.clear()
        else:
            latest[decision.who] = decision.act
    return latest


# --- contradictions -------------------------------------------------------------------------------


def contradictions(items: Mapping[str, Item], act: Mapping[str, Act]) -> tuple[Contradiction, ...]:
    """Items that say *different* of rows that others join, with the shortest chain of those."""
    joined: dict[Row, list[tuple[Row, str]]] = {}
    for name, item in items.items():
        if act.get(name) in TOGETHER and (rows := rows_of(item)) is not None:
            left, right = rows
            joined.setdefault(left, []).append((right, name))
            joined.setdefault(right, []).append((left, name))
    found = []
    for name, item in items.items():
        rows = rows_of(item)
        if act.get(name) is Act.DIFFERENT and rows is not None:
            chain = _chain(joined, *rows)
            if chain:
                found.append(Contradiction(different=name, chain=chain))
    return tuple(found)


def rows_of(item: Item) -> tuple[Row, Row] | None:
    """The two rows of an item; None where its right side is a code."""
    if item.right_ordinal is None:
        return None
    left = (item.system, item.table, item.left_ordinal)
    return left, (item.system, item.table, item.right_ordinal)


def _chain(
    joined: Mapping[Row, Sequence[tuple[Row, str]]], start: Row, end: Row
) -> tuple[str, ...]:
    came: dict[Row, tuple[Row, str] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        row = waiting.popleft()
        for other, name in joined.get(row, ()):
            if other not in came:
                came[other] = (row, name)
                waiting.append(other)
    names: list[str] = []
    step = came.get(end)
    while step is not None:
        row, name = step
        names.append(name)
        step = came[row]
    return tuple(reversed(names))


# --- agreement ------------------------------------------------------------------------------------


def _ratings(said: Sequence[Decision]) -> tuple[Act, Act] | None:
    """What the first two people said who had an opinion."""
    acts = [act for act in _by_person(said).values() if act is not Act.SKIP]
    return (acts[0], acts[1]) if len(acts) > 1 else None


def kappa(ratings: Sequence[tuple[Act, Act]]) -> float | None:
    """Cohen's kappa (1960): agreement of two raters beyond what chance would give.

    1 is full agreement, 0 what chance gives; None without ratings.
    """
    if not ratings:
        return None
    total = len(ratings)
    observed = sum(a is b for a, b in ratings) / total
    first, second = (Counter(side) for side in zip(*ratings, strict=True))
    expected = sum(first[act] * second[act] for act in first) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)
