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
