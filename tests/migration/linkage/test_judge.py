"""judge: from levels to weights and classes."""

import duckdb
import pytest

from luodi.migration.linkage.estimate import Estimate
from luodi.migration.linkage.judge import bits, read, score, told_always
from luodi.migration.linkage.model import Binding, Class
from luodi.migration.linkage.rules import comparisons, judgement

FIELDS = tuple(Binding(field=kind, kind=kind, column=kind) for kind in ("sex", "phone"))
FOUND = Estimate(
    m=((0.9, 0.1), (0.8, 0.1, 0.1)), u=((0.5, 0.5), (0.001, 0.009, 0.99)), prior=0.01, rounds=1
)


def scored(least=0.0001, *, sex=1, phone=1, held=2, guard=0, certain=False):
    """One pair of two records among a thousand, a phone that `held` of them have."""
    with duckdb.connect() as db:
        db.execute(
            "CREATE TEMP TABLE record AS SELECT n AS rid, 'P' || n AS id, n AS ordinal, "
            "'p' || n AS phone, true AS leads FROM range(1, 1001) t(n)"
        )
        db.execute(
            f"CREATE TEMP TABLE gamma AS SELECT 1 AS l, 2 AS r, {guard} AS guard, "
            f"{certain} AS certain, {sex} AS g_sex, {phone} AS g_phone, {held} AS n_phone"
        )
        score(db, FIELDS, FOUND, "gamma", "scored", least)
        return read(db, FIELDS, "scored").get((1, 2))


def guard(id):
    return next(n for n, one in enumerate(judgement().guards, 1) if one.id == id)


def test_it_works():
    pair = scored(sex=2, phone=2)
    expected = bits(0.01) + FOUND.weight(0, 2) + FOUND.weight(1, 2)
    assert pair.weight == pytest.approx(expected, abs=0.01)
    assert pair.probability == pytest.approx(1 / (1 + 2**-expected), abs=1e-4)
    assert (pair.left, pair.right, pair.class_) == ("P1", "P2", Class.REVIEW)
    assert [one.level for one in pair.explanation] == ["different", "edit"]


def test_the_weights_of_the_fields_add_up():
    pair = scored()
    total = bits(FOUND.prior) + sum(one.weight for one in pair.explanation)
    assert pair.weight == pytest.approx(total, abs=0.02)


def test_a_rare_value_counts_for_more():
    rare, common = scored(held=2), scored(held=200)
    assert rare.weight - common.weight > 5
    assert common.explanation[1].weight == pytest.approx(2.0, abs=0.1)  # log2(0.8 / 0.2)


def test_what_is_missing_weighs_nothing():
    assert scored(phone=0).explanation[1].weight == 0


def test_what_is_unlikely_is_not_kept():
    assert scored(0.5, sex=2, phone=3) is None
    assert scored(0.5, sex=2, phone=3, guard=guard("relatives")) is None


def test_a_card_of_another_is_told_always():
    pair = scored(0.5, sex=2, phone=3, guard=guard("id_card_of_another"))
    assert (pair.class_, pair.guards) == (Class.DIFFERENT, ("id_card_of_another",))
    assert told_always(pair)
    assert not told_always(scored())


def test_certainty_needs_the_weights_too():
    assert scored(certain=True, held=2).class_ in (Class.CERTAIN, Class.LINK)
    assert scored(certain=True, sex=2, phone=3).class_ is Class.REVIEW


def test_a_guard_caps_the_probability():
    pair = scored(guard=guard("twins"))
    assert (pair.class_, pair.guards) == (Class.REVIEW, ("twins",))
    assert pair.probability <= judgement().doubt
    assert scored(guard=guard("relatives")).probability == 0


def test_levels_are_those_of_the_rules():
    assert [len(levels) for levels in FOUND.m] == [
        len(comparisons()[field.kind].levels) for field in FIELDS
    ]
