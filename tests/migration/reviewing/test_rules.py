"""review.toml: declared in the landing folder whether a second person must confirm."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.migration.reviewing.rules import QueueRule, ReviewRules, read_rules, write_rules

GOLDEN = Path(__file__).parents[2] / "landing" / "golden"


def test_it_works(tmp_path):
    assert not read_rules(tmp_path).needs_two("patients")
    rule = QueueRule(id="patients", two_person=True, by="赵", reason="会议")
    write_rules(tmp_path, ReviewRules().with_rule(rule))
    assert read_rules(tmp_path).needs_two("patients")
    assert not read_rules(tmp_path).needs_two("drugs")


def test_version_1_reads_the_same_for_ever():
    kept = (GOLDEN / "review.json").read_bytes()
    assert msgspec.json.decode(kept, type=ReviewRules) == read_rules(GOLDEN)


def test_the_last_word_counts():
    two, one = (QueueRule(id="patients", two_person=wanted) for wanted in (True, False))
    assert ReviewRules().with_rule(two).with_rule(one).queues == (one,)


@given(st.text(), st.text(), st.booleans())
def test_whatever_is_written_is_read(tmp_path_factory, by, reason, two):
    folder = tmp_path_factory.mktemp("landing")
    rules = ReviewRules(queues=(QueueRule(id="drugs", two_person=two, by=by, reason=reason),))
    write_rules(folder, rules)
    assert read_rules(folder) == rules


@pytest.mark.parametrize(
    "text",
    [
        'format = 1\n[[queue]]\nid = "patients"\ntwo_persons = true',
        'format = 1\n[[queue]]\nid = "patients"\ntwo_person = "yes"',
        "format = 9",
        "[[queue]",
    ],
)
def test_a_file_that_says_something_else(tmp_path, text):
    (tmp_path / "review.toml").write_text(text, "utf-8")
    with pytest.raises(LuodiError):
        read_rules(tmp_path)


def test_the_golden_file_is_whole():
    assert set(json.loads((GOLDEN / "review.json").read_text("utf-8"))["queue"][0]) == {
        "id",
        "two_person",
        "by",
        "reason",
    }
