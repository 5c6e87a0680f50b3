"""Checks of single values: SQL and terminology say the same, whatever the value."""

import datetime

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.migration.model import Kind
from luodi.migration.profiling.model import ColumnProfile
from luodi.migration.profiling.patterns import class_of
from luodi.migration.quality.column import cannot_offend
from luodi.migration.quality.rules import catalogue
from luodi.migration.quality.terms import Term, written
from luodi.migration.quality.values import (
    lost_zeros,
    mixed_codes,
    other_dates,
    text_checks,
    value_checks,
    variants,
)
from luodi.terminology import id_card, text

TODAY = datetime.date(2026, 11, 24)
DB = duckdb.connect(config={"threads": 1})


def decided(name, value):
    """What SQL says of a value: right, wrong, or nothing."""
    check = value_checks()[name]
    decides, broken = (
        part.replace("{today}", "DATE '2026-11-24'") for part in (check.decides, check.broken)
    )
    row = DB.execute(f"SELECT {decides}, {broken} FROM (SELECT ? AS v)", [value]).fetchone()
    assert row[0] in (True, False)
    return (row[1] is True) if row[0] else None


def whole(first):
    return first + id_card.check_character(first)


CARDS = st.one_of(
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.builds(
        lambda area, birth, seq: whole(f"{area:02}0101{birth:%Y%m%d}{seq:03}"),
        st.integers(10, 92),
        st.dates(datetime.date(1840, 1, 1), datetime.date(2040, 1, 1)),
        st.integers(0, 999),
    ),
    st.from_regex(r"[1-9][0-9]{5}[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}", fullmatch=True),
    st.text("0123456789Xx １２Ｘ-. 张", max_size=20),
)


@settings(max_examples=150)
@given(CARDS)
def test_identity_numbers(value):
    for name in [name for name in value_checks() if name.startswith("id_card")]:
        said = decided(name, value)
        if said is not None:
            assert said is value_checks()[name].wrong(TODAY)(value), (name, value)


@settings(max_examples=80)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True) | st.text("0123456789-转 ", max_size=14))
def test_telephone_numbers(value):
    for name in ("phone_shape", "phone_placeholder"):
        said = decided(name, value)
        if said is not None:
            assert said is value_checks()[name].wrong(TODAY)(value)


@settings(max_examples=80)
@given(st.from_regex(r"[A-Z][0-9]{2}(\.[0-9x]{1,5})?", fullmatch=True))
def test_codes_of_diagnoses(value):
    said = decided("icd_shape", value)
    if said is not None:
        assert said is value_checks()["icd_shape"].wrong(TODAY)(value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("id_card_check_digit", "11010519491231002X", False),
        ("id_card_check_digit", "110105194912310021", True),
        ("id_card_birth", "110105194913310021", True),
        ("id_card_area", "990105194912310021", True),
        ("id_card_length", "11010519491231002", None),
        ("id_card_untidy", "11010519491231002X", False),
    ],
)
def test_sql_decides_what_is_written_as_it_should_be(name, value, expected):
    assert decided(name, value) is expected


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("id_card_length", "1234567", "11010519491231002x"),
        ("id_card_characters", "11010519491231002张", "110105 19491231 002X"),
        ("id_card_untidy", "11010519491231002x", "11010519491231002X"),
        ("phone_shape", "1381234567", "0411-84691802"),
        ("phone_placeholder", "11111111111", "13812345678"),
        ("icd_shape", "感冒", "I10.x00"),
        ("icd_category", "Q19.9", "A00.0"),
        ("specification", "大号", "0.25g*24片"),
    ],
)
def test_terminology_decides_the_rest(name, wrong, right):
    judge = value_checks()[name].wrong(TODAY)
    assert judge(wrong) is True
    assert judge(right) is False


# --- values beside each other ---------------------------------------------------------------------


def garbled(values):
    """What is found among the values of one line, joined as they are in a run."""
    check = text_checks()["mojibake"]
    kept = [
        v
        for v in values
        if DB.execute(f"SELECT {check.likely} FROM (SELECT ? AS v)", [v]).fetchone()[0]
    ]
    joined = "\n".join(value for value in kept if "\n" not in value)
    suspects = {*check.suspects(joined), *(value for value in kept if "\n" in value)}
    return {value for value in suspects if check.wrong(value)}


WORDS = [
    "张三",
    "阿莫西林胶囊",
    "上海市静安区",
    "café",
    "ABC",
    "糖尿病（2型）",
    "𠀀",
    "",
    "乾清宫\n内",
]


def turned(value, written, read):
    try:
        return value.encode(written).decode(read)
    except UnicodeError:
        return None


WRONG = [
    found
    for word in WORDS
    for written, read in [
        ("utf-8", "gb18030"),
        ("utf-8", "cp1252"),
        ("utf-8", "latin-1"),
        ("gb18030", "latin-1"),
        ("utf-8", "big5"),
    ]
    if (found := turned(word, written, read)) is not None
]


def test_mojibake_is_what_terminology_says():
    values = list(dict.fromkeys([*WORDS, *WRONG, "锟斤拷", "烫烫烫", "Ã©", "a\ufffd"]))
    expected = {value for value in values if text.is_mojibake(value)}
    assert len(expected) > 10
    assert garbled(values) == expected


@settings(max_examples=60)
@given(st.lists(st.text("张三李四ABC é中国上海ÄäåÎÒ©浣犲ソ銝\n", max_size=6), max_size=8))
def test_mojibake_among_others_is_what_terminology_says(values):
    assert garbled(values) == {value for value in values if text.is_mojibake(value)}


@pytest.mark.parametrize(
    ("counted", "wrong"),
    [
        ({"男": 5, "女": 4}, set()),
        ({"男": 5, "女": 4, "1": 2, "M": 1}, {"1", "M"}),
        ({"0": 5, "1": 4, "9": 1}, set()),
        ({"M": 5, "F": 4, "U": 1, "男": 1}, {"男"}),
        ({"Y": 5, "N": 1, "是": 1}, {"是"}),
        ({"其他": 5}, set()),
    ],
)
def test_sets_of_codes(counted, wrong):
    assert set(mixed_codes(counted.items())) == wrong


def test_ways_of_writing_one_thing():
    counted = {"ABC": 5, "abc": 2, "ＡＢＣ": 1, "AB C": 1, "ABD": 1}
    assert set(variants(counted.items())) == {"abc", "ＡＢＣ", "AB C"}


def test_dates_written_in_another_way():
    counted = {"1980-01-02": 5, "1980/1/2": 2, "19800102": 1, "1980-02-30": 1, "不详": 3}
    assert set(other_dates(counted.items())) == {"1980/1/2", "19800102"}
    assert set(other_dates({"1980-01-02": 5, "不详": 9}.items())) == set()


def test_lost_zeros():
    assert set(lost_zeros({"001": 5, "1": 2, "10": 1, "x1": 1, "x01": 1}.items())) == {"1"}


# --- what the characters of a column show ---------------------------------------------------------

SIGNED = [rule for rule in catalogue().values() if rule.odd or rule.signs]
SIGNS = (
    "019AZaz张三 　\u00a0\u200b×（）Ⅱ㐀𠀀\ue5e5\t\x1e-./:<b/>&nbsp;{rtf\\?？９Ａ，!|\n\ufffd\x80"
)


@pytest.mark.parametrize("rule", SIGNED, ids=lambda rule: rule.id)
@settings(max_examples=60)
@given(st.text(SIGNS, min_size=1, max_size=10))
def test_characters_rule_out_nothing_that_offends(rule, value):
    profile = ColumnProfile(
        name="v",
        type="text",
        kind=Kind.TEXT,
        rows=1,
        nulls=0,
        distinct=1,
        signs="".join(sorted(set(map(class_of, value)))),
    )
    condition = written(rule.value, {"self": Term("v", profile)}, TODAY)
    wrong = DB.execute(f"SELECT {condition} FROM (SELECT ? AS v)", [value]).fetchone()[0]
    if cannot_offend(rule, profile):
        assert not wrong


def test_characters_do_rule_out():
    plain = ColumnProfile(
        name="v", type="text", kind=Kind.TEXT, rows=1, nulls=0, distinct=1, signs="9A汉-"
    )
    assert all(cannot_offend(rule, plain) for rule in SIGNED if not {*"9A汉-"} & {*rule.signs})
    unknown = msgspec.structs.replace(plain, signs="")
    assert not any(cannot_offend(rule, unknown) for rule in SIGNED)
