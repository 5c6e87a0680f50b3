"""Every sentence in two languages, as data; what is unknown is shown and not hidden."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.catalogue import (
    lookup,
    messages,
    parse,
    placeholders,
    remedy_of,
    say,
    shown,
)

GOOD = """
format = 1
[greeting]
zh = "你好，{name}。"
en = "Hello {name}."
[greeting.remedy]
zh = "请回应。"
en = "Answer."
"""


def test_it_works():
    params = {"path": "/数据/a.csv"}
    assert say("evidence.disk_full", params, "zh").startswith("磁盘已满，无法写入 /数据/a.csv")
    assert say("evidence.disk_full", params, "en").startswith("The disk is full, /数据/a.csv")
    assert remedy_of("evidence.disk_full", params, "en").startswith("Free some space")


def test_an_entry_without_a_remedy_has_no_next_step():
    assert remedy_of("evidence.cancelled", {}, "zh") == ""


@pytest.mark.parametrize(
    "code", ["evidence.unheard_of", "nowhere.x", "x", "", "../evidence.x", "."]
)
def test_an_unknown_code_is_shown_as_it_stands(code):
    assert lookup(code) is None
    assert say(code, {}, "zh") == code
    assert say(code, {"rows": 1000, "who": "a"}, "en") == f"{code} (rows=1,000, who=a)"
    assert remedy_of(code, {}, "zh") == ""


@given(st.text())
def test_any_code_can_be_said(code):
    assert say(code, {"x": 1}, "zh")


def test_a_missing_parameter_shows_its_name():
    assert "{path}" in say("evidence.disk_full", {}, "zh")


@pytest.mark.parametrize("value", ["{path}", "{0}", "{", "{path!r}", "%s"])
def test_a_parameter_is_text_and_never_a_template(value):
    assert value in say("evidence.disk_full", {"path": value}, "zh")


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (33296, "33,296", "33,296"),
        (Decimal("1234.50"), "1,234.50", "1,234.50"),
        (True, "True", "True"),
        ("33296", "33296", "33296"),
        (("甲", "乙"), "甲、乙", "甲, 乙"),
        ((), "", ""),
    ],
)
def test_a_parameter_is_written_the_way_of_the_language(value, zh, en):
    assert (shown(value, "zh"), shown(value, "en")) == (zh, en)


def test_a_room_without_a_catalogue_has_no_entries():
    assert messages("nowhere") == {}
    assert messages("..") == {}


def test_a_catalogue_is_read():
    entry = parse(GOOD, "greet")["greeting"]
    assert entry.text["zh"] == "你好，{name}。"
    assert entry.remedy["en"] == "Answer."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format = 1", "format = 2"),
        ("format = 1", ""),
        ('en = "Hello {name}."', ""),
        ('en = "Hello {name}."', 'en = "Hello {nome}."'),
        ('en = "Hello {name}."', 'en = "Hello {name}."\nfr = "Bonjour {name}."'),
        ('en = "Answer."', ""),
    ],
)
def test_a_defect_of_a_catalogue_is_found(old, new):
    with pytest.raises(ValueError, match="greet"):
        parse(GOOD.replace(old, new), "greet")


def test_placeholders_are_named():
    assert placeholders(["{a} and {b:>3}", "{{not}} {a}"]) == {"a", "b"}
