"""The catalogue of rules: whole, well-formed, and every rule can both fire and stay quiet."""

import re
from collections import Counter

import msgspec
import pytest

from luodi.evidence.model import Severity
from luodi.migration.quality.facts import COLUMN_FACTS, TABLE_FACTS
from luodi.migration.quality.model import Dimension, Rule
from luodi.migration.quality.rules import catalogue, fault, rules_digest
from luodi.migration.quality.sums import SUMS
from luodi.migration.quality.values import set_checks, text_checks, value_checks

RULES = catalogue()


def changed(**fields):
    return msgspec.structs.replace(RULES["price.zero"], **fields)


def test_it_works():
    assert len(RULES) >= 80
    counted = Counter(rule.dimension for rule in RULES.values())
    assert set(counted) == set(Dimension)
    assert min(counted[d] for d in (Dimension.COMPLETENESS, Dimension.VALIDITY)) >= 20
    assert min(counted.values()) >= 4
    assert Counter(rule.severity for rule in RULES.values())[Severity.ERROR] >= 30


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_what_and_why_and_what_to_do(rule):
    for said in (rule.title, rule.why, rule.remedy):
        assert any("一" <= char <= "鿿" for char in said.zh)
        assert not re.search("[一-鿿]{3}", said.en)
        assert said.en != said.zh
    assert len({rule.title.zh, rule.why.zh, rule.remedy.zh}) == 3


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_named_check_exists(rule):
    if rule.check:
        assert rule.check in {**value_checks(), **set_checks(), **text_checks()}
    if rule.profile:
        assert rule.profile in {**COLUMN_FACTS, **TABLE_FACTS}
    if rule.total:
        assert rule.total in SUMS
    if rule.refer:
        assert rule.refer in ("declared", "found")


def test_every_check_is_asked_for():
    used = {rule.check for rule in RULES.values()} | {rule.profile for rule in RULES.values()}
    used |= {rule.total for rule in RULES.values()}
    checks = {*value_checks(), *set_checks(), *text_checks()}
    assert {*checks, *COLUMN_FACTS, *TABLE_FACTS, *SUMS} <= used


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ""),
        ({"row": "true"}, "form"),
        ({"value": ""}, "form"),
        ({"meanings": ("nonsense",)}, "meaning"),
        ({"lists": ("nonsense",)}, "meaning"),
        ({"where": "nowhere"}, "where"),
        ({"value": "{other.n} < 0"}, "name"),
        ({"tested": "{birth.m} IS NULL"}, "name"),
    ],
)
def test_a_wrong_rule_is_told(fields, expected):
    assert fault(changed(**fields)) == expected


def test_the_digest_follows_what_a_rule_judges_and_not_what_it_says():
    rule = RULES["price.zero"]
    title = msgspec.structs.replace(rule.title, en="Something else")
    assert rules_digest([changed(title=title)]) == rules_digest([rule])
    assert rules_digest([changed(value="{self.n} < 0")]) != rules_digest([rule])


def test_a_rule_is_read_from_toml():
    text = """
    id = "a"
    dimension = "validity"
    severity = "warn"
    title = { zh = "甲", en = "a" }
    why = { zh = "乙", en = "b" }
    remedy = { zh = "丙", en = "c" }
    with = { birth = "birth_date" }
    row = "{self.v} <> {birth.v}"
    """
    rule = msgspec.toml.decode(text, type=Rule)
    assert (rule.form, dict(rule.with_), fault(rule)) == ("row", {"birth": "birth_date"}, "")
