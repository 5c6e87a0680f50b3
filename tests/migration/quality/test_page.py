"""The assessment as one HTML file: whole, safe, without a value, in both languages."""

import datetime
import re
from decimal import Decimal

import pytest

from luodi.migration.quality.model import (
    Assessment,
    Check,
    Dimension,
    Hit,
    Off,
    Past,
    TableScore,
)
from luodi.migration.quality.page import WORST, page
from luodi.migration.quality.rules import catalogue

RULES = catalogue()
MOMENT = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)


def hit(rule, offending, table="brxx", column="xm", tested=1000):
    check = Check(rule=rule, table=table, columns={"self": column})
    return Hit(check=check, tested=tested, offending=offending)


def made(*hits, past=(), offs=(), table="brxx"):
    dimensions = {Dimension.VALIDITY: Decimal("87.50")}
    score = TableScore(table=table, rows=1000, score=Decimal("91.20"), dimensions=dimensions)
    return Assessment(
        system="old_his",
        moment=MOMENT,
        score=Decimal("91.20"),
        dimensions=dimensions,
        tables=(score,),
        hits=hits,
        past=past,
        offs=offs,
    )


def before(days, score):
    moment = MOMENT - datetime.timedelta(days=days)
    return Past(moment=moment, score=Decimal(score), offending=50, rules="x")


def test_it_works():
    html = page(made(hit("id_card.check_digit", 30, column="sfzh")), RULES, "zh")
    assert html.startswith("<!doctype html>")
    assert html.endswith("</main></body></html>")
    rule = RULES["id_card.check_digit"]
    for word in ("质量评估 · old_his", "brxx.sfzh 30", "3.0%", "91.20", "87.50", "有效性", "未测"):
        assert word in html
    for text in (rule.title.zh, rule.why.zh, rule.remedy.zh):
        assert text in html


def test_the_worst_come_first():
    found = (hit("text.outer_space", 900), hit("id_card.check_digit", 30))
    html = page(made(*found), RULES, "zh")
    first = html.index(RULES["id_card.check_digit"].title.zh)
    assert first < html.index(RULES["text.outer_space"].title.zh)


def test_an_error_that_few_rows_break_is_a_warning():
    html = page(made(hit("id_card.check_digit", 1)), RULES, "zh")
    assert '<span class="pill warn">警告</span>' in html
    assert 'class="pill bad"' not in html


def test_every_finding_is_listed_with_its_next_step():
    names = [name for name, rule in RULES.items() if rule.severity == "warn"][: WORST + 3]
    html = page(made(*(hit(name, 5) for name in names)), RULES, "en")
    assert html.count("<li>") == WORST
    lines = html.partition('id="t0"')[2]
    assert lines.count("<tr><td><span") == len(names)


def test_the_trend_between_runs():
    html = page(made(past=(before(3, "90.20"), before(6, "88.00"))), RULES, "en")
    assert "<polyline" in html
    assert "+1.00" in html
    assert "+2.20" in html


def test_a_first_run_says_so():
    html = page(made(), RULES, "zh")
    assert "第一次评估" in html
    assert "<polyline" not in html
    assert "没有发现问题" in html


def test_what_is_switched_off_shows_with_its_reason():
    off = Off(rule="birth.future", reason="老系统的空值写法", table="brxx")
    html = page(made(offs=(off,)), RULES, "zh")
    assert "老系统的空值写法" in html
    assert "brxx" in html


def test_one_row_of_many_is_not_shown_as_none():
    html = page(made(hit("text.outer_space", 1, tested=100_000)), RULES, "zh")
    assert "&lt;0.1%" in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_comes_from_outside_and_nothing_runs(lang):
    found = made(hit("text.outer_space", 5), past=(before(1, "90"),))
    html = page(found, RULES, lang)
    assert not re.search(r"https?:|<script|<link|@import|url\(|\bon\w+=", html)
    assert not re.search(r"\b(migration|cli)\.[a-z]+_", html)


def test_english_has_no_chinese():
    found = made(hit("text.outer_space", 5), hit("birth.future", 90))
    html = page(found, RULES, "en").partition("<body>")[2]
    assert not re.search("[\u4e00-\u9fff]", html)


def test_what_a_name_says_is_text():
    table = "<script>alert(1)</script>"
    html = page(made(hit("text.outer_space", 5, table=table), table=table), RULES, "zh")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
