"""Names made comparable, and how alike two are."""

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.migration import suggesting
from luodi.migration.suggesting.names import contrasting, grams, likeness, name_reason, plain, same


def test_it_works():
    assert plain("　维生素Ｃ片（进口）") == "维生素c片进口"
    assert plain("掛號費") == plain("挂号费")
    assert plain("Ⅱ型糖尿病") == "2型糖尿病"
    assert likeness("心内科", "心内科") == 1.0
    assert likeness("急诊科", "急诊医学科") >= 0.75


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("左膝", "右膝"),
        ("急性胃炎", "慢性胃炎"),
        ("1型", "2型"),
        ("内一科", "内二科"),
        ("主任医师", "副主任医师"),
        ("胶囊", "颗粒"),
    ],
)
def test_one_word_keeps_them_apart(one, other):
    assert contrasting(one, other)
    assert likeness(one, other) < 0.4


def test_a_word_that_only_one_has_keeps_nothing_apart():
    assert not contrasting("胃炎", "急性胃炎")


def test_pairs_of_characters():
    assert grams("内科") == {"内科"}
    assert grams("内") == {"内"}
    assert grams("") == frozenset()


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_has_no_direction(one, other):
    a, b = plain(one), plain(other)
    assert 0 <= likeness(a, b) <= 1
    assert likeness(a, b) == likeness(b, a)


@given(st.text(max_size=30))
def test_plain_twice_is_plain_once(text):
    assert plain(plain(text)) == plain(text)


def test_why():
    assert name_reason(1.0).code == "migration.suggest_name_same"
    assert name_reason(0.756).params == {"percent": 76}


def test_one_thing_stands_in_one_line():
    """Else what is known to be the same would depend on the order of the lines."""
    text = (resources.files(suggesting) / "same_terms.tsv").read_text("utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    words = [plain(word) for line in lines for word in line]
    assert all(words)
    assert len({(plain(w), plain(line[0])) for line in lines for w in line}) == len(set(words))
    assert same("female") == same("女性") == "女"
    assert same("甘草片") == "甘草片"
