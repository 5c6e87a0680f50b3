"""Scores: by the stated formula, and never lower when less offends."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.migration.quality.model import Check, Dimension, Hit
from luodi.migration.quality.rules import catalogue
from luodi.migration.quality.score import system_score, table_score, weights

RULES = catalogue()


def hit(rule, tested, offending, column="c"):
    check = Check(rule=rule, table="t", columns={"self": column})
    return Hit(check=check, tested=tested, offending=offending)


def scored(*hits, rows=100):
    return table_score("t", rows, hits, RULES)


def test_it_works():
    # completeness: two warnings' worth; mean (5·0.9 + 2·1)/7, worst 0.9
    found = scored(hit("drug.code.missing", 100, 10), hit("drug.manufacturer.missing", 100, 0))
    mean, worst = (5 * 0.9 + 2 * 1) / 7, 0.9
    expected = Decimal(int((mean + worst) / 2 * 10_000)) / 100
    assert found.dimensions == {Dimension.COMPLETENESS: expected}
    assert found.score == expected


def test_nothing_wrong_is_a_hundred():
    assert scored(hit("drug.code.missing", 100, 0)).score == 100


def test_one_row_wrong_is_not_a_hundred():
    assert scored(hit("drug.code.missing", 10_000_000, 1)).score < 100


def test_all_wrong_is_nothing():
    assert scored(hit("drug.code.missing", 100, 100)).score == 0


def test_nothing_tested_has_no_score():
    assert scored().score is None
    assert scored(hit("drug.code.missing", 0, 0)).score is None
    assert system_score([scored()]) == (None, {})


def test_a_note_weighs_nothing():
    assert scored(hit("column.constant", 1, 1)).score is None


def test_one_rule_over_many_columns_is_one_rule():
    many = [hit("text.outer_space", 100, 0, f"c{n}") for n in range(9)]
    assert scored(*many, hit("text.outer_space", 100, 100, "d")).dimensions == {
        Dimension.VALIDITY: Decimal("93.00")
    }


HITS = st.lists(
    st.tuples(st.sampled_from(sorted(RULES)), st.integers(1, 50), st.floats(0, 1)),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one[0],
)


@given(HITS, st.data())
def test_less_that_offends_never_scores_lower(drawn, data):
    before = [hit(rule, tested, int(tested * share)) for rule, tested, share in drawn]
    place = data.draw(st.integers(0, len(before) - 1))
    one = before[place]
    fewer = data.draw(st.integers(0, one.offending))
    after = [*before]
    after[place] = hit(one.check.rule, one.tested, fewer)
    low, high = scored(*before), scored(*after)
    assert (low.score is None) == (high.score is None)
    if low.score is not None:
        assert 0 <= low.score <= high.score <= 100
        assert all(low.dimensions[d] <= high.dimensions[d] for d in low.dimensions)
        assert system_score([low])[0] <= system_score([high])[0]


def test_a_larger_table_counts_for_more():
    bad = table_score("b", 1_000_000, [hit("drug.code.missing", 100, 100)], RULES)
    good = table_score("g", 10, [hit("drug.code.missing", 100, 0)], RULES)
    assert system_score([bad, good])[0] < 50


def test_weights_are_whole():
    assert 0 < weights().tolerated < 1


@pytest.mark.parametrize("rows", [0, 1])
def test_tiny_tables_can_be_scored(rows):
    one = table_score("t", rows, [hit("drug.code.missing", 1, 1)], RULES)
    assert system_score([one])[0] in (None, 0)
