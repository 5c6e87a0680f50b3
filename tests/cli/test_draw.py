"""Tables and state words."""

import io

import pytest

from luodi.cli.draw import COLOURS, console, pill, table
from luodi.evidence.catalogue import LANGUAGES


def drawn(encoding, *rows, lang="zh"):
    raw = io.BytesIO()
    target = console(io.TextIOWrapper(raw, encoding, errors="replace"))
    target.print(table(["名称", "数"], rows, target, lang))
    target.file.flush()
    return raw.getvalue().decode(encoding)


def test_it_works():
    lines = [line.rstrip() for line in drawn("utf-8", ["医嘱", 33296]).splitlines()]
    assert lines == ["名称       数", "─────────────", "医嘱   33,296"]


def test_numbers_stand_on_their_right_edge():
    lines = [line.rstrip() for line in drawn("utf-8", ["a", 33296], ["b", 7]).splitlines()]
    assert lines[2].endswith("33,296")
    assert lines[3].endswith("     7")


def test_gbk_draws_ascii_lines():
    text = drawn("gbk", ["医嘱ß", 1])
    assert "医嘱?" in text
    assert "---" in text


def test_nothing_is_read_as_markup():
    assert "[red]:smile:" in drawn("utf-8", ["[red]:smile:", None])


def test_an_empty_table_shows_its_headers():
    assert "名称" in drawn("utf-8")


@pytest.mark.parametrize("state", COLOURS)
def test_a_colour_never_stands_without_its_word(state):
    words = {pill(state, lang).plain for lang in LANGUAGES}
    assert len(words) == 2
    assert not any("cli." in word for word in words)
    assert len({pill(other, "zh").plain for other in COLOURS}) == len(COLOURS)


def narrow(width, headers, *rows):
    target = console(io.StringIO())
    target.width = width
    target.print(table(headers, rows, target, "zh"))
    return [line.rstrip() for line in target.file.getvalue().splitlines()]


ROW = ["settlement_categories", "支付方式由新系统重新定义，老库留作只读", 1234]


def test_a_narrow_console_breaks_between_words():
    lines = narrow(50, ["范围", "理由", "行数"], ROW)
    assert any(line.startswith("settlement_categories") for line in lines)
    assert max(map(len, lines)) <= 50
    assert "1,234" in "".join(lines)


def test_a_narrower_one_breaks_identifiers_after_their_signs():
    lines = narrow(30, ["范围", "理由", "行数"], ROW)
    assert [line.split()[0] for line in lines if line.startswith(("sett", "cat"))] == [
        "settlement_",
        "categories",
    ]


def test_one_line_of_a_cell_is_measured_at_a_time():
    lines = narrow(26, ["域", "签字"], ["departments\n科室与人员", "未签"])
    assert any(line.startswith("departments ") for line in lines)


@pytest.mark.parametrize("width", [16, 20, 40])
def test_however_narrow_everything_is_there(width):
    lines = narrow(width, ["范围", "理由", "行数"], ROW)
    assert set("".join(lines)) >= set("settlement_categories支付方式")
