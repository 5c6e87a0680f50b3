"""What decisions amount to: states, contradictions, agreement."""

import pytest

from luodi.evidence.model import now
from luodi.migration.linkage.model import Class
from luodi.migration.reviewing.model import Act, Decision, Item, State
from luodi.migration.reviewing.standing import kappa, standing


def item(left, right, class_=Class.REVIEW):
    return Item(
        id=f"{left}-{right}",
        queue="patients",
        system="his",
        table="patient",
        left=str(left),
        right=str(right),
        left_ordinal=left,
        right_ordinal=right,
        probability=0.3,
        weight=1.0,
        class_=class_,
    )


def stands(items, *said, two=False):
    """Standing after decisions like ``("1-2", "link", "张")``."""
    decisions = [
        Decision(seq=n, item=name, act=Act(act), who=who, at=now())
        for n, (name, act, who) in enumerate(said, 1)
    ]
    return standing({one.id: one for one in items}, decisions, two_person=two)


def test_it_works():
    found = stands([item(1, 2), item(3, 4)], ("1-2", "link", "张"))
    assert found.state == {"1-2": State.SETTLED, "3-4": State.OPEN}
    assert found.act == {"1-2": Act.LINK}
    assert [one.id for one in found.unsettled] == ["3-4"]
    assert found.kappa is None


@pytest.mark.parametrize("class_", [Class.LINK, Class.CERTAIN])
def test_a_link_needs_nobody_until_it_is_taken_back(class_):
    one = item(1, 2, class_)
    assert stands([one]).state == {"1-2": State.DEFAULT}
    reopened = stands([one], ("1-2", "reopen", "张"))
    assert (reopened.state, reopened.act) == ({"1-2": State.OPEN}, {})
    assert stands([one], ("1-2", "different", "张")).act == {"1-2": Act.DIFFERENT}


def test_two_people_must_agree():
    one = [item(1, 2)]
    first = ("1-2", "link", "张")
    assert stands(one, first, two=True).state == {"1-2": State.AWAITING}
    assert stands(one, first, first, two=True).state == {"1-2": State.AWAITING}
    assert stands(one, first, ("1-2", "link", "王"), two=True).act == {"1-2": Act.LINK}
    assert stands(one, first, ("1-2", "merge", "王"), two=True).state == {"1-2": State.DISPUTED}
    assert stands(one, first, ("1-2", "different", "王")).state == {"1-2": State.DISPUTED}


def test_a_person_may_think_again():
    said = [("1-2", "link", "张"), ("1-2", "different", "张")]
    assert stands([item(1, 2)], *said).act == {"1-2": Act.DIFFERENT}


def test_skipping_decides_nothing():
    assert stands([item(1, 2)], ("1-2", "skip", "张")).state == {"1-2": State.SKIPPED}
    said = [("1-2", "skip", "张"), ("1-2", "link", "王")]
    assert stands([item(1, 2)], *said).act == {"1-2": Act.LINK}


def test_a_contradiction_is_named():
    items = [item(1, 2), item(2, 3), item(1, 3), item(8, 9)]
    said = [("1-2", "link", "张"), ("2-3", "merge", "张"), ("1-3", "different", "张")]
    found = stands(items, *said)
    [one] = found.contradictions
    assert (one.different, one.chain) == ("1-3", ("1-2", "2-3"))
    assert {found.state[name] for name in ("1-2", "2-3", "1-3")} == {State.CONTRADICTED}
    assert found.act == {}
    assert found.unsettled[0].id in ("1-2", "2-3", "1-3")


def test_links_by_default_can_contradict_too():
    items = [item(1, 2, Class.LINK), item(2, 3, Class.LINK), item(1, 3)]
    found = stands(items, ("1-3", "different", "张"))
    assert found.contradictions[0].chain == ("1-2", "2-3")
    solved = stands(items, ("1-3", "different", "张"), ("2-3", "different", "张"))
    assert (solved.contradictions, solved.unsettled) == ((), ())


def test_agreement():
    """The example of Cohen (1960) as it is taught: 20 and 15 of 50 agree, kappa 0.4."""
    ratings = [(Act.LINK, Act.LINK)] * 20 + [(Act.LINK, Act.DIFFERENT)] * 5
    ratings += [(Act.DIFFERENT, Act.LINK)] * 10 + [(Act.DIFFERENT, Act.DIFFERENT)] * 15
    assert kappa(ratings) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([(Act.LINK, Act.LINK)] * 3) == 1.0
    found = stands([item(1, 2)], ("1-2", "link", "张"), ("1-2", "different", "王"))
    assert (found.rated_twice, found.kappa) == (1, 0.0)


def test_a_code_joins_no_rows():
    import msgspec

    one = msgspec.structs.replace(item(1, 2), right_ordinal=None)
    assert stands([one], ("1-2", "link", "张")).act == {"1-2": Act.LINK}
