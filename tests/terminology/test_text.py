import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.text import (
    Trait,
    clean,
    half_width,
    is_mojibake,
    repaired,
    simplify,
    traits,
    trim,
)


def test_it_works():
    assert clean("\ufeff 张\u3000\u3000三 ") == "张 三"
    assert half_width("Ａ１２，") == "A12,"
    assert simplify("張國榮") == "张国荣"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("张三", set()),
        ("Aspirin 100mg", set()),
        ("阿莫西林（胶囊）", {Trait.FULL_WIDTH}),
        ("张三 ", {Trait.OUTER_SPACE}),
        ("\t张三", {Trait.OUTER_SPACE}),
        ("张 三", {Trait.INNER_SPACE}),
        ("John  Smith", {Trait.INNER_SPACE}),
        ("张\u200b三", {Trait.INVISIBLE}),
        ("张三\x00", {Trait.CONTROL}),
        ("张\ue863", {Trait.PRIVATE_USE}),
        ("张\ufffd", {Trait.REPLACED}),
        ("張三", {Trait.TRADITIONAL}),
        ("锟斤拷", {Trait.MOJIBAKE}),
    ],
)
def test_it_says_what_a_clean_text_has_not(text, found):
    assert traits(text) == found


@pytest.mark.parametrize(
    ("text", "read_in", "written_in"),
    [
        ("生活", "gb18030", "utf-8"),
        ("辽宁省沈阳市和平区张", "gb18030", "utf-8"),
        ("张伟，男", "gb18030", "utf-8"),
        ("生活", "latin-1", "utf-8"),
        ("张伟，男", "latin-1", "utf-8"),
        ("生活", "latin-1", "gb18030"),
        ("中华人民共和国 A区", "latin-1", "gb18030"),
    ],
)
def test_mojibake_is_undone(text, read_in, written_in):
    garbled = text.encode(written_in).decode(read_in)
    assert repaired(garbled) == text
    assert is_mojibake(garbled)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "café",
        "Ménière 病",
        "联通",
        "涓流",
        "鐢",
        "±0.5℃",
        "β受体",
        "李雷",
        "㎎",
        "naïve",
    ],
)
def test_an_honest_text_is_no_mojibake(text):
    assert repaired(text) is None
    assert not is_mojibake(text)


def test_names_of_real_drugs_and_diagnoses_are_no_mojibake(shared_data):
    for name in ("legacy_his/dms_drug.csv", "drg/icd10_clinical_diagnosis_names.txt"):
        text = (shared_data / name).read_text(encoding="utf-8")
        assert [line for line in text.splitlines() if is_mojibake(line)] == []


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)
    assert trim(trim(text)) == trim(text)
    assert half_width(half_width(text)) == half_width(text)
    assert simplify(simplify(text)) == simplify(text)


@given(st.text())
def test_a_cleaned_text_has_no_stray_space(text):
    found = traits(clean(text))
    assert not found & {Trait.OUTER_SPACE, Trait.INVISIBLE}
