"""cluster: linked records become people, and never across what a guard keeps apart."""

import pytest

from luodi.migration.linkage.cluster import CONFLICT, TIE, cluster, components, not_compared
from luodi.migration.linkage.model import Agreement, Class, Pair


def pair(left, right, class_=Class.LINK, weight=10.0, guards=(), level="different"):
    return Pair(
        left=str(left),
        right=str(right),
        left_ordinal=left,
        right_ordinal=right,
        probability=0.9 if weight > 0 else 0.1,
        weight=weight,
        class_=class_,
        guards=guards,
        explanation=(Agreement(field="id_card", level=level, weight=0.0),),
    )


def scored(*pairs):
    return {(p.left_ordinal, p.right_ordinal): p for p in pairs}


def apart(left, right):
    return pair(left, right, Class.DIFFERENT, guards=("relatives",))


def members(groups):
    return [group.members for group in groups]


def test_it_works():
    pairs, groups = cluster(scored(pair(1, 2), pair(3, 4), pair(2, 5)))
    assert members(groups) == [(1, 2, 5), (3, 4)]
    assert {group.class_ for group in groups} == {Class.LINK}
    assert (1, 5) not in pairs


def test_only_what_is_certain_throughout_makes_a_certain_cluster():
    sure = scored(*(pair(*key, Class.CERTAIN) for key in ((1, 2), (1, 3), (2, 3))))
    assert cluster(sure)[1][0].class_ is Class.CERTAIN
    assert cluster({**sure, (2, 3): pair(2, 3)})[1][0].class_ is Class.LINK


def test_the_lighter_link_gives_way_where_two_are_kept_apart():
    pairs, groups = cluster(scored(pair(1, 3, weight=20), pair(2, 3, weight=8), apart(1, 2)))
    assert members(groups) == [(1, 3)]
    assert (pairs[2, 3].class_, pairs[2, 3].guards) == (Class.REVIEW, (CONFLICT,))
    assert groups[0].conflict


def test_a_card_goes_before_weight():
    first, second = pair(1, 3, weight=20), pair(2, 3, weight=8, level="exact")
    assert members(cluster(scored(first, second, apart(1, 2)))[1]) == [(2, 3)]


def test_what_fits_two_alike_is_given_to_neither():
    pairs, groups = cluster(scored(pair(1, 3), pair(2, 3, weight=9.5), apart(1, 2)))
    assert groups == []
    assert {pairs[key].guards for key in ((1, 3), (2, 3))} == {(TIE,)}


def test_a_pair_for_review_inside_a_cluster_is_linked_through_others():
    pairs, _ = cluster(scored(pair(1, 2), pair(2, 3), pair(1, 3, Class.REVIEW, -2.0)))
    assert (pairs[1, 3].class_, pairs[1, 3].via) == (Class.LINK, True)


def test_what_was_never_compared():
    links = scored(pair(1, 2), pair(2, 3), pair(7, 8))
    assert not_compared(links) == [(1, 3)]


def test_large_clusters_are_not_compared_in_full():
    chain = scored(*(pair(n, n + 1) for n in range(100)))
    assert not_compared(chain) == []
    assert members(cluster(chain)[1]) == [tuple(range(101))]


@pytest.mark.parametrize(
    ("links", "expected"),
    [([], []), ([(1, 2)], [(1, 2)]), ([(1, 2), (3, 4), (2, 4)], [(1, 2, 3, 4)])],
)
def test_components(links, expected):
    assert components(links) == expected
