"""What the decisions of a queue amount to: states, contradictions, agreement between reviewers."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from luodi.migration.linkage.model import Class
from luodi.migration.reviewing.model import (
    Act,
    Contradiction,
    Decision,
    Item,
    Standing,
    State,
)
from luodi.migration.suggesting.model import Listed
from luodi.terminology.text import clean, half_width

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
    made: dict[str, list[Decision]] = {}
    for decision in decisions:
        made.setdefault(decision.item, []).append(decision)
    said: dict[str, tuple[Decision, ...]] = {}
    state: dict[str, State] = {}
    act: dict[str, Act] = {}
    code: dict[str, str] = {}
    for name, item in items.items():
        of = fingerprint(item.term) if name in made else ""
        counted = [one for one in made.get(name, ()) if one.of == of]
        said[name] = tuple(_by_person(counted).values())
        state[name], holds = _state(item, said[name], reopened=bool(counted), two_person=two_person)
        if holds is not None:
            act[name], code[name] = holds
    found = contradictions(items, act)
    for contradiction in found:
        for name in (contradiction.different, *contradiction.chain):
            state[name] = State.CONTRADICTED
            act.pop(name, None)
    ratings = [pair for name in items if (pair := _ratings(said[name])) is not None]
    return Standing(
        items=dict(items),
        state=state,
        act=act,
        contradictions=found,
        rated_twice=len(ratings),
        kappa=kappa(ratings),
        code={name: found for name, found in code.items() if found},
        said=said,
    )


def fingerprint(term: Listed | None) -> str:
    """What a decision on a term is about: its name, 规格, maker and unit, whatever their width.

    A stray blank or a full-width letter makes no other drug of it; anything else does.  Empty where
    the item is no term.
    """
    if term is None:
        return ""
    parts = (term.label, term.specification, term.manufacturer, term.unit)
    told = "\0".join("".join(half_width(clean(part)).split()) for part in parts)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _state(
    item: Item, latest: Sequence[Decision], *, reopened: bool, two_person: bool
) -> tuple[State, tuple[Act, str] | None]:
    if not latest:
        if item.class_ in (Class.CERTAIN, Class.LINK) and not reopened:
            return State.DEFAULT, (Act.LINK, "")
        return State.OPEN, None
    acts = [(one.act, one.code) for one in latest if one.act is not Act.SKIP]
    if not acts:
        return State.SKIPPED, None
    if len(set(acts)) > 1:
        return State.DISPUTED, None
    if two_person and len(acts) < 2:
        return State.AWAITING, None
    return State.SETTLED, acts[0]


def _by_person(said: Iterable[Decision]) -> dict[str, Decision]:
    """What each person said last, since the item was reopened."""
    latest: dict[str, Decision] = {}
    for decision in said:
        if decision.act is Act.REOPEN:
            latest.clear()
        else:
            latest[decision.who] = decision
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


Rating: TypeAlias = tuple[Act, str]
"""What somebody said of an item, with the code where it was one."""


def _ratings(said: Sequence[Decision]) -> tuple[Rating, Rating] | None:
    """What the first two people said who had an opinion."""
    acts = [(one.act, one.code) for one in said if one.act is not Act.SKIP]
    return (acts[0], acts[1]) if len(acts) > 1 else None


def kappa(ratings: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa (1960): agreement of two raters beyond what chance would give.

    1 is full agreement, 0 what chance gives; None without ratings.
    """
    if not ratings:
        return None
    total = len(ratings)
    observed = sum(a == b for a, b in ratings) / total
    first, second = (Counter(side) for side in zip(*ratings, strict=True))
    expected = sum(first[act] * second[act] for act in first) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)
