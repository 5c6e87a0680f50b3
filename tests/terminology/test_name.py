"""Names as hospitals hold them: what is said about whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.name import NameKind, parse, split


def test_it_works():
    name = parse("张三丰")
    assert (name.kind, name.key, name.surname, name.given) == (
        NameKind.PERSON,
        "张三丰",
        "张",
        "三丰",
    )
    assert (name.pinyin, name.sound) == ("zhang san feng", "zan san fen")


@pytest.mark.parametrize(
    "written",
    [
        "张三",
        " 张 三",
        "張三",
        "张三1",
        "张三(作废)",
        "张三（已合并）",
        "张三-2",
        "张　三",
        "张三 Zhang San",
        "张三作废",
        "张三女士",
    ],
)
def test_one_person_written_in_many_ways(written):
    assert parse(written).key == "张三"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("欧阳修", ("欧阳", "修")),
        ("司马相如", ("司马", "相如")),
        ("欧阳", ("欧", "阳")),
        ("单雄信", ("单", "雄信")),
        ("爱新觉罗溥仪", ("爱新觉罗", "溥仪")),
        ("阿卜杜热合曼", ("", "阿卜杜热合曼")),
        ("王", ("王", "")),
    ],
)
def test_surname_and_given_name(name, parts):
    assert split(name) == parts


@pytest.mark.parametrize(
    ("written", "mother", "sex", "rank"),
    [
        ("王丽之子", "王丽", "1", 0),
        ("王丽之女", "王丽", "2", 0),
        ("王丽之婴", "王丽", "", 0),
        ("王丽的儿子", "王丽", "1", 0),
        ("王丽儿子", "王丽", "1", 0),
        ("王丽之长女", "王丽", "2", 1),
        ("王丽之次子", "王丽", "1", 2),
        ("王丽之子A", "王丽", "1", 1),
        ("王丽之子2", "王丽", "1", 2),
        ("王丽之女（小）", "王丽", "2", 2),
        ("王丽双胞胎之大", "王丽", "", 1),
        ("王丽大双", "王丽", "", 1),
        ("王丽之小双", "王丽", "", 2),
        ("王丽次女", "王丽", "2", 2),
        ("王丽之幼子", "王丽", "1", 0),
        ("王丽BB", "王丽", "", 0),
        ("王丽Baby B", "王丽", "", 2),
        ("欧阳娜娜之子", "欧阳娜娜", "1", 0),
        ("古丽·买买提之女", "古丽买买提", "2", 0),
    ],
)
def test_a_newborn_has_its_mothers_name(written, mother, sex, rank):
    name = parse(written)
    assert (name.kind, name.key, name.sex, name.rank) == (NameKind.NEWBORN, mother, sex, rank)


@pytest.mark.parametrize("written", ["李毛毛", "王宝宝", "王子", "李儿", "张大双", "欧阳小双"])
def test_names_that_only_look_like_a_newborns(written):
    assert parse(written).kind is NameKind.PERSON


@pytest.mark.parametrize(
    "written",
    [
        "无名氏",
        "无名氏3",
        "无名1",
        "测试",
        "测试患者01",
        "未知",
        "不详",
        "***",
        "?",
        "某某",
        "男",
        "TEST",
        "Test Patient",
        "unknown",
        "N/A",
        "xxx",
        "1",
        "三无人员",
        "（作废）",
    ],
)
def test_nobody_is_named(written):
    assert parse(written).kind is NameKind.PLACEHOLDER


@pytest.mark.parametrize("written", ["", " ", "\u3000", "\u200b"])
def test_nothing_is_there(written):
    assert parse(written).kind is NameKind.EMPTY


@pytest.mark.parametrize("written", ["张某", "张某某", "张先生", "张**", "张"])
def test_half_a_name(written):
    name = parse(written)
    assert (name.kind, name.surname) == (NameKind.PARTIAL, "张")


@pytest.mark.parametrize("dot", ["·", "•", "．", "。", ".", "‧", "・", ""])
def test_names_with_a_dot(dot):
    assert parse(f"阿依古丽{dot}买买提").key == "阿依古丽买买提"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("SMITH, John", "john smith"),
        ("Mr. John Smith", "john smith"),
        ("José García", "jose garcia"),
        ("ＺＨＡＮＧ　ＳＡＮ", "zhang san"),
        ("O'Brien, Pat", "pat obrien"),
        ("Иван Петров", "иван петров"),
    ],
)
def test_other_scripts(written, key):
    assert parse(written).key == key


@given(st.text(max_size=12))
def test_any_text_at_all(written):
    name = parse(written)
    if name.kind is NameKind.PERSON:
        assert name.key
        assert name.key == name.key.strip().lower()
        assert not name.chinese or " " not in name.key
    assert name.sound.count(" ") == name.pinyin.count(" ")


@given(st.text("张王李阳欧之子女某·1()作废 ", max_size=8))
def test_gaps_do_not_matter(written):
    assert parse(written + " ").key == parse("\u3000" + written).key
