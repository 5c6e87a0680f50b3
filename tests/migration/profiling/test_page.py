"""The profile as one HTML file: whole, safe, in both languages, nothing from outside."""

import re

import pytest

from luodi.migration.model import Kind
from luodi.migration.profiling.model import ColumnProfile, Count, SystemProfile, TableProfile
from luodi.migration.profiling.page import page


def made(*values):
    counts = tuple(Count(value=value, rows=number) for number, value in enumerate(values, 1))
    column = ColumnProfile(
        name="pm",
        type="varchar(64)",
        kind=Kind.TEXT,
        rows=10,
        nulls=1,
        distinct=len(values),
        minimum=values[0],
        maximum=values[-1],
        top=counts,
        shapes=counts,
    )
    table = TableProfile(name="ypxx", comment="药品", rows=10, columns=(column,))
    return SystemProfile(system="old_his", product="", tables=(table,), private=False)


def test_it_works():
    html = page(made("片", "粒"), "zh")
    assert html.startswith("<!doctype html>")
    assert html.endswith("</main></body></html>")
    for word in ("数据画像 · old_his", "ypxx", "药品", "pm", "90.0%"):
        assert word in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_comes_from_outside_and_nothing_runs(lang):
    html = page(made("片"), lang)
    assert not re.search(r"https?:|<script|<link|@import|url\(|\bon\w+=", html)
    assert not re.search(r"\b(migration|cli)\.[a-z]+_", html)


def test_english_has_no_chinese_but_what_the_data_says():
    html = page(made("x"), "en").partition("<body>")[2].replace("药品", "")
    assert not re.search("[\u4e00-\u9fff]", html)


def test_what_the_data_says_is_text():
    html = page(made("<script>alert(1)</script>", '"&'), "zh")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (" 氯化钠", "␣氯化钠"),
        ("氯化钠  ", "氯化钠␣␣"),
        ("   ", "␣␣␣"),
        ("a b", "a b"),
        ("", "∅"),
    ],
)
def test_blanks_at_the_ends_can_be_seen(value, seen):
    assert f"<span>{seen}<small>1</small></span>" in page(made(value), "zh")
