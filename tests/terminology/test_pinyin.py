"""Pinyin: spelling, 拼音码, homophones, and what dialects do not tell apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.pinyin import (
    all_initials,
    are_homophones,
    folded,
    folded_all,
    initials,
    pinyin,
    readings,
    similarity,
    surname_pinyin,
)

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=6)


def test_it_works():
    assert pinyin("张三丰") == "zhang san feng"
    assert initials("阿莫西林0.25g") == "AMXL025G"


@pytest.mark.parametrize(
    ("surname", "spelling"),
    [
        ("单", "shan"),
        ("仇", "qiu"),
        ("曾", "zeng"),
        ("区", "ou"),
        ("查", "zha"),
        ("任", "ren"),
        ("解", "xie"),
        ("尉迟", "yu chi"),
        ("万俟", "mo qi"),
        ("王", "wang"),
    ],
)
def test_surnames_read_as_surnames(surname, spelling):
    assert surname_pinyin(surname) == spelling


def test_u_with_dots_is_v():
    assert pinyin("吕女绿") == "lv nv lv"


def test_letters_and_digits_stay():
    assert pinyin("维生素B12片") == "wei sheng su b12 pian"
    assert pinyin("") == initials("") == ""


def test_several_readings():
    assert readings("单") == ("dan", "chan", "shan")
    assert set(all_initials("重庆")) >= {"CQ", "ZQ"}
    assert len(all_initials("行长乐" * 9)) == 16


@pytest.mark.parametrize(
    ("left", "right"), [("章", "张"), ("玮", "伟"), ("单", "善"), ("子函", "子涵")]
)
def test_homophones(left, right):
    assert are_homophones(left, right)
    assert similarity(left, right) == 1.0


@pytest.mark.parametrize(
    ("left", "right"),
    [("zhang", "zan"), ("nan", "lan"), ("ling", "lin"), ("cheng", "cen"), ("niu", "liu")],
)
def test_near_homophones(left, right):
    assert folded(left) == folded(right)


def test_what_is_apart_stays_apart():
    assert folded("hai") != folded("lai")
    assert folded("en") == "en"
    assert folded_all("zhang san") == "zan san"
    assert similarity("张三", "李四") == pytest.approx(0.25)
    assert similarity("凌", "林") == 0.9
    assert similarity("", "张") == 0.0


@given(HAN, HAN)
def test_likeness_has_no_direction(left, right):
    assert similarity(left, right) == similarity(right, left)
    assert 0.0 <= similarity(left, right) <= 1.0
    assert are_homophones(left, right) == are_homophones(right, left)


@given(HAN)
def test_every_text_sounds_like_itself(text):
    assert are_homophones(text, text)
    assert similarity(text, text) == (1.0 if text else 0.0)


@given(st.text())
def test_any_text_at_all(text):
    assert initials(text).isalnum() or not initials(text)
    pinyin(text)
