"""From pairs to people: linked records become clusters, unless that would join what is apart.

Links are taken from the heaviest down, those by one identity card or document first, and each joins
the two clusters of its records, as in single-linkage clustering, but only if no guard keeps a
record of the one apart from a record of the other (*cannot-link* constraints: Wagstaff et al. 2001;
agglomerative, Davidson and Ravi 2005).  A link that is not taken waits for a person, and the
cluster is marked.

Two finer points.  A guard that only doubts (twins without cards) does not stand against records
that share a card with the two a link joins: their names may be wrong, but who they are is known.
And a record that fits two others equally well, which a guard keeps apart (a named child and both
newborn twins), is given to neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import msgspec

from luodi.migration.linkage.model import Class, Cluster, Pair
from luodi.migration.linkage.rules import judgement

Key = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Records of one cluster by their numbers; see `Cluster`."""

    members: tuple[int, ...]
    class_: Class
    conflict: bool

    def named(self, ids: Mapping[int, tuple[str, int]]) -> Cluster:
        """The cluster by the ids and ordinals of its rows."""
        return Cluster(
            members=tuple(ids[record][0] for record in self.members),
            ordinals=tuple(ids[record][1] for record in self.members),
            class_=self.class_,
            conflict=self.conflict,
        )


TOGETHER = (Class.CERTAIN, Class.LINK)
CONFLICT = "cluster_conflict"
"""Guard of a link that was not taken."""
TIE = "fits_two"
"""Guard of a link to one of two records that fit equally."""
LARGEST_COMPARED = 60
"""Clusters up to this size are compared in full."""


def components(links: Iterable[Key]) -> list[tuple[int, ...]]:
    """Records joined by links, whatever stands against it; sorted."""
    parents: dict[int, int] = {}
    for left, right in links:
        a, b = _root(parents, left), _root(parents, right)
        parents[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for record in sorted(parents):
        found.setdefault(_root(parents, record), []).append(record)
    return [tuple(members) for members in found.values()]


def not_compared(scored: Mapping[Key, Pair]) -> list[Key]:
    """Pairs inside the components that were never looked at, or did not look alike."""
    links = [key for key, pair in scored.items() if pair.class_ in TOGETHER]
    return [
        pair
        for members in components(links)
        if 2 < len(members) <= LARGEST_COMPARED
        for pair in combinations(members, 2)
        if pair not in scored
    ]


def cluster(scored: Mapping[Key, Pair]) -> tuple[dict[Key, Pair], list[Group]]:
    """Join records along their links.

    Parameters
    ----------
    scored : mapping
        Pairs by record numbers, the smaller first; those that a guard keeps apart among them.

    Returns
    -------
    tuple
        The pairs, some of another class now: a link not taken is for review, and a pair that was
        linked through others is a link.  The clusters, by their first record.
    """
    scored = {**scored, **_ties(scored)}
    apart, doubted = _apart(scored, Class.DIFFERENT), _apart(scored, Class.REVIEW)
    parents: dict[int, int] = {}
    same: dict[int, int] = {}  # records of one card
    members: dict[int, set[int]] = {}
    taken: dict[int, Pair] = {}  # the weakest link of each cluster
    refused: dict[Key, Pair] = {key: pair for key, pair in scored.items() if TIE in pair.guards}
    for key in _heaviest_first(scored):
        large, small = (_root(parents, record) for record in key)
        if large == small:
            continue
        for root in (large, small):
            members.setdefault(root, {root})
        if len(members[large]) < len(members[small]):
            large, small = small, large
        ours, theirs = members[large], members[small]
        cards = {_root(same, record) for record in key}
        if _stands_between(apart, ours, theirs) or any(
            _root(same, record) not in cards or _root(same, other) not in cards
            for record in theirs
            for other in doubted.get(record, ())
            if other in ours
        ):
            refused[key] = msgspec.structs.replace(
                scored[key], class_=Class.REVIEW, guards=(CONFLICT,)
            )
            continue
        parents[small] = large
        if is_identified(scored[key]):
            same[max(cards)] = min(cards)
        ours |= members.pop(small)
        weakest = [pair for pair in (scored[key], taken.get(large), taken.pop(small, None)) if pair]
        taken[large] = min(weakest, key=lambda pair: pair.probability)
    conflicts = {_root(parents, record) for key in refused for record in key}
    changed = dict(refused)
    groups = []
    for root in sorted(taken, key=lambda root: min(members[root])):
        inside = tuple(sorted(members[root]))
        known = {key: scored.get(key) for key in _within(inside)}
        changed |= {
            key: _linked_through(pair, taken[root])
            for key, pair in known.items()
            if pair is not None and pair.class_ not in TOGETHER
        }
        sure = bool(known) and all(
            pair is not None and pair.class_ is Class.CERTAIN for pair in known.values()
        )
        kind = Class.CERTAIN if sure else Class.LINK
        groups.append(Group(inside, kind, root in conflicts))
    return {**scored, **changed}, groups


def is_identified(pair: Pair) -> bool:
    """Whether two records show one identity card or document."""
    return any(
        agreement.level == "exact" and agreement.field.startswith(("id_card", "document"))
        for agreement in pair.explanation
    )


def _heaviest_first(scored: Mapping[Key, Pair]) -> list[Key]:
    links = [key for key, pair in scored.items() if pair.class_ in TOGETHER]
    return sorted(links, key=lambda key: (not is_identified(scored[key]), -scored[key].weight, key))


def _ties(scored: Mapping[Key, Pair]) -> dict[Key, Pair]:
    """Links of a record to two others that are kept apart, about equally heavy."""
    links: dict[int, list[tuple[int, Key]]] = {}
    for key, pair in scored.items():
        if pair.class_ is Class.LINK and not is_identified(pair):
            links.setdefault(key[0], []).append((key[1], key))
            links.setdefault(key[1], []).append((key[0], key))
    found = {
        key: msgspec.structs.replace(scored[key], class_=Class.REVIEW, guards=(TIE,))
        for others in links.values()
        for (one, first), (two, second) in combinations(others, 2)
        if abs(scored[first].weight - scored[second].weight) < judgement().tie
        and (between := scored.get((min(one, two), max(one, two)))) is not None
        and between.guards
        for key in (first, second)
    }
    return found


def _apart(scored: Mapping[Key, Pair], class_: Class) -> dict[int, set[int]]:
    """For each record those that a guard of a class keeps it apart from."""
    found: dict[int, set[int]] = {}
    for (left, right), pair in scored.items():
        if pair.guards and pair.class_ is class_:
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
    return found


def _stands_between(apart: Mapping[int, set[int]], ours: set[int], theirs: set[int]) -> bool:
    """Whether a record of `theirs`, the smaller, is kept apart from one of `ours`."""
    return any(not ours.isdisjoint(apart.get(record, ())) for record in theirs)


def _within(members: tuple[int, ...]) -> Iterable[Key]:
    return combinations(members, 2) if len(members) <= LARGEST_COMPARED else ()


def _linked_through(pair: Pair, weakest: Pair) -> Pair:
    return msgspec.structs.replace(
        pair,
        class_=Class.LINK,
        via=True,
        probability=max(pair.probability, weakest.probability),
    )


def _root(parents: dict[int, int], record: int) -> int:
    parents.setdefault(record, record)
    while parents[record] != record:
        parents[record] = parents[parents[record]]
        record = parents[record]
    return record
