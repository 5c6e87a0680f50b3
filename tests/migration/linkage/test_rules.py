"""rules: what the data files say, and conditions as SQL."""

import msgspec
import pytest

from luodi.migration.linkage.model import FieldKind
from luodi.migration.linkage.rules import (
    Judgement,
    blocking,
    comparisons,
    condition,
    headers,
    judgement,
    level_numbers,
    plain,
    rules_digest,
)


def sql(text):
    return condition(
        text, lambda kind, numbers: f"{kind}{list(numbers)}", lambda name: f"is_{name}"
    )


def test_it_works():
    assert sql("name:exact and not (sex:different or nameless)") == (
        "name[1] AND NOT (sex[2] OR coalesce(is_nameless, false))"
    )


def test_a_condition_by_name_is_written_out():
    assert sql("one_home") == "((phone[1] OR address[1, 2]))"


def test_a_kind_the_table_has_not_never_holds():
    assert condition("name:exact", lambda *_: None, str) == "false"


def test_every_kind_has_levels_whose_shares_add_up():
    assert set(comparisons()) == set(FieldKind)
    for comparison in comparisons().values():
        assert sum(level.m for level in comparison.levels) == pytest.approx(1)
        assert [bool(level.when) for level in comparison.levels] == [
            *([True] * (len(comparison.levels) - 1)),
            False,
        ]


def test_every_word_of_a_guard_is_known():
    rules = [*judgement().guards, *judgement().certain]
    assert len({rule.id for rule in rules if rule in judgement().guards}) == len(judgement().guards)
    for text in [*(rule.when for rule in rules), *judgement().said.values()]:
        facts = []
        condition(text, lambda *_: "x", lambda name: facts.append(name) or "x")  # noqa: B023
        assert set(facts) <= set(judgement().facts)


def test_every_blocking_rule_needs_kinds_that_there_are():
    assert {kind for rule in blocking().rules for kind in rule.needs} <= set(FieldKind)


def test_a_threshold_that_is_no_share_is_refused():
    whole = msgspec.to_builtins(judgement())
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**whole, "link": 1.5}, Judgement)


def test_headers_are_told_without_case_and_signs():
    assert plain("Patient_ID ") == "patientid"
    assert (headers()["csrq"], headers()["身份证号"]) == ("birth", "id_card")


def test_levels_are_numbered_from_the_best():
    assert list(level_numbers(FieldKind.SEX).items()) == [("exact", 1), ("different", 2)]


def test_the_digest_stays():
    assert rules_digest() == rules_digest()
