"""From pairs to people: linked records become clusters, unless that would join what is apart.

Links are taken from the heaviest down, and each joins the two clusters of its records, as in
single-linkage clustering, but only if no guard keeps a record of the one apart from a record of
the other (*cannot-link* constraints: Wagstaff et al. 2001; agglomerative, Davidson and Ravi 2005).
A link that is not taken waits for a person, and the cluster is marked.  So a record that looks
like both twins goes to the one it resembles more and never makes one person of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import msgspec

from luodi.migration.linkage.model import Class, Cluster, Pair

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
    apart = _apart(scored)
    parents: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    taken: dict[int, Pair] = {}  # the weakest link of each cluster
    refused: dict[Key, Pair] = {}
    for key in _heaviest_first(scored):
        a, b = sorted(_root(parents, record) for record in key)
        ours, theirs = members.setdefault(a, {a}), members.setdefault(b, {b})
        if a == b:
            continue
        if any(not theirs.isdisjoint(apart.get(record, ())) for record in ours):
            refused[key] = msgspec.structs.replace(
                scored[key], class_=Class.REVIEW, guards=(CONFLICT,)
            )
            continue
        parents[b] = a
        members[a] = ours | members.pop(b)
        weakest = [pair for pair in (scored[key], taken.get(a), taken.pop(b, None)) if pair]
        taken[a] = min(weakest, key=lambda pair: pair.probability)
    conflicts = {_root(parents, record) for key in refused for record in key}
    changed = dict(refused)
    groups = []
    for root in sorted(taken):
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


def _heaviest_first(scored: Mapping[Key, Pair]) -> list[Key]:
    links = [key for key, pair in scored.items() if pair.class_ in TOGETHER]
    return sorted(links, key=lambda key: (-scored[key].weight, key))


def _apart(scored: Mapping[Key, Pair]) -> dict[int, set[int]]:
    """For each record those that a guard keeps it apart from."""
    found: dict[int, set[int]] = {}
    for (left, right), pair in scored.items():
        if pair.guards:
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
    return found


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
