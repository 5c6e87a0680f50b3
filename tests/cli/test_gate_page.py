"""A gate in the terminal: what a person reads, and that colour never says it alone."""

import io
from dataclasses import replace

import pytest

from luodi.cli.gate_page import draw_answer, draw_check, draw_explanation, draw_list
from luodi.cli.terminal import Terminal
from luodi.evidence.gate.answer import Reason
from luodi.evidence.progress import Silent
from luodi.landing.demo import demo


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return demo(tmp_path_factory.mktemp("demo") / "d", progress=Silent())


@pytest.fixture
def drawn(monkeypatch):
    """What a drawing shows in one language; lines without what fills them to the edge."""
    monkeypatch.setenv("COLUMNS", "160")

    def draw(act, lang, encoding="utf-8"):
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
        terminal = Terminal(out, out, lang)
        act(terminal)
        terminal.close()
        return [line.rstrip() for line in raw.getvalue().decode(encoding).splitlines()]

    return draw


def test_it_works(told, drawn):
    lines = drawn(lambda terminal: draw_check(terminal, told.before), "zh")
    assert lines[0] == "上线评审会 (T-3)  三天后上不上线？"
    assert lines[1].split() == ["状态", "硬性", "准则", "要求", "实际", "多久前", "负责"]
    states = [line.split()[0] for line in lines[3:] if line[:1].strip()]
    assert states == ["通过", "过期", "未过", "通过", "通过", "通过", "未测"]
    assert "差额 12.50 元" in "".join(lines)


def test_in_english(told, drawn):
    lines = drawn(lambda terminal: draw_check(terminal, told.before), "en")
    assert "Do we go live in three days?" in lines[0]
    assert lines[1].split()[:2] == ["State", "Hard"]
    assert "stale" in "".join(lines)


def test_hard_stops_are_marked(told, drawn):
    lines = drawn(lambda terminal: draw_check(terminal, told.before), "zh")
    hard = sum(item.criterion.hard_stop for item in told.before.criteria)
    assert "".join(lines).count("■") == hard


def test_everybody_who_spoke_is_shown(told, drawn):
    text = "\n".join(drawn(lambda terminal: draw_check(terminal, told.after), "zh"))
    for said in ("王经理", "陈科长", "有条件同意  王科长  本地已走通，异地样本少", "刘副院长"):
        assert said in text
    assert "未关闭  异地结算再补测两例 — 医保办 王科长" in text


def test_a_signature_that_no_longer_counts_is_marked(told, drawn):
    old = replace(
        told.after.signatures[0],
        reasons=(Reason("evidence.signature_other_definition", {"seat": "project_manager"}),),
    )
    report = replace(told.after, signatures=(old,))
    lines = drawn(lambda terminal: draw_check(terminal, report), "zh")
    assert next(line for line in lines if "王经理" in line).endswith("[过期]")


def test_the_answer_comes_with_every_reason(told, drawn):
    lines = drawn(lambda terminal: draw_answer(terminal, told.before), "zh")
    assert lines == [
        "上线评审会 (T-3)  不放行",
        "  3 项硬性条件未满足：每一行源数据都有去向、预交金对平到分、2 小时停机演练。",
        "  关口的准则与阈值还没有由院领导签定。",
        "  等会签：项目经理、财务科、医保办。",
        "  等院领导拍板。",
    ]
    assert drawn(lambda terminal: draw_answer(terminal, told.after), "zh") == [
        "上线评审会 (T-3)  有条件放行",
        "  未关闭的条件：异地结算再补测两例。",
    ]


def test_the_list_counts_what_blocks(told, drawn):
    lines = drawn(lambda terminal: draw_list(terminal, [told.before, told.after]), "zh")
    rows = [line.split() for line in lines[2:]]
    assert [row[0] for row in rows] == ["不放行", "有条件放行"]
    assert [row[-2:] for row in rows] == [["4/7", "3"], ["7/7", "0"]]


def test_an_explanation_says_what_to_do(told, drawn):
    (item,) = [i for i in told.before.criteria if i.criterion.id == "data.rows_accounted"]
    text = "\n".join(drawn(lambda terminal: draw_explanation(terminal, item, told.before), "zh"))
    assert text.startswith("过期  每一行源数据都有去向 ■  data.rows_accounted")
    assert "mapping/patients.toml" in text
    for label in ("要求：", "实际：", "为什么：", "怎么补：", "负责："):
        assert text.count(label) == 1
    assert item.evidence[0].id in text


def test_an_explanation_of_what_is_fine_asks_for_nothing(told, drawn):
    (item,) = [i for i in told.after.criteria if i.criterion.id == "data.rows_accounted"]
    text = "\n".join(drawn(lambda terminal: draw_explanation(terminal, item, told.after), "en"))
    assert "What to do" not in text
    assert "Owner" not in text


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp437"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_console_shows_it(told, drawn, encoding, lang):
    def act(terminal):
        draw_check(terminal, told.after)
        for item in told.after.criteria:
            draw_explanation(terminal, item, told.after)
        draw_answer(terminal, told.after)

    text = "\n".join(drawn(act, lang, encoding))
    if encoding == "gbk" and lang == "zh":
        assert "每一行源数据都有去向" in text
        assert "有条件放行" in text
