"""Patterns: classes of characters, compressed."""

import re
import unicodedata
from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.migration.profiling import patterns
from luodi.migration.profiling.patterns import LONG, SEPARATOR, PatternCount, pattern


def counted(values: dict[str, int]) -> dict[str, int]:
    count = PatternCount()
    for weight in set(values.values()):
        count.add(SEPARATOR.join(v for v, n in values.items() if n == weight), weight)
    return count.result().exact


def oracle(value: str) -> str:
    """The same in the plainest way: a table of regular expressions, one character at a time."""
    table = [
        ("[0-9]", "9"),
        ("[A-Z]", "A"),
        ("[a-z]", "a"),
        ("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", "汉"),
        ("[０-９]", "９"),
        ("[Ａ-Ｚ]", "Ａ"),
        ("[ａ-ｚ]", "ａ"),
        ("[\u3041-\u30ff]", "か"),
        ("[\ue000-\uf8ff]", "□"),
    ]
    classes = []
    for char in value:
        found = [name for expression, name in table if re.fullmatch(expression, char)]
        letter = unicodedata.category(char)[0] in "LMN"
        classes.append(found[0] if found else "文" if letter else char)
    out = ""
    for char, run in groupby(classes):
        length = len(list(run))
        named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "\\{", "}": "\\}", "\\": "\\\\"}
        written = named.get(char, char if char.isprintable() else f"\\u{ord(char):04x}")
        out += written + (f"{{{length}}}" if length > 1 else "")
    return out


TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "0189AZaz张三丰霉素×（）／，、；μgⅡ①㎎０９Ａｚ䷀䶮㐀𠀀\ue5e5あアÿ÷× {}\\\t\n\u3000\x80é"
        ),
        st.characters(blacklist_categories=["Cs"]),
    ).filter(lambda char: char != SEPARATOR),
    max_size=20,
)


def test_it_works():
    assert pattern("张三丰") == "汉{3}"
    assert pattern("120165199006291010") == "9{18}"
    assert pattern("1g×1支") == "9a×9汉"
    assert pattern("２ｍｌ（Ａ）") == "９ａ{2}（Ａ）"


def test_lengths_that_vary_are_a_range():
    count = PatternCount()
    count.add(SEPARATOR.join(["张三", "李四光", "欧阳修竹"]), 1)
    count.add("0.9%", 4)
    assert count.result().shapes == {"汉{2,4}": 3, "9.9%": 4}


def test_a_long_value_is_long():
    assert pattern("长" * 65) == LONG
    assert pattern("长" * 64) == "汉{64}"


def test_symbols_of_the_pattern_language_are_escaped():
    assert pattern("{a}\\") == "\\{a\\}\\\\"
    assert pattern("{{") == "\\{{2}"
    assert pattern("a\tb\x00") == "a\\ta\\u0000"


@pytest.mark.parametrize("char", ["\ue5e5", "\uf8ff"])
def test_a_private_use_character_is_told_apart(char):
    assert pattern(f"张{char}") == "汉□"


@given(TEXT)
def test_one_value_has_the_pattern_of_the_definition(value):
    assert pattern(value) == oracle(value)


@given(st.dictionaries(TEXT, st.integers(1, 5), max_size=12))
def test_many_values_have_the_patterns_of_each(values):
    expected: Counter[str] = Counter()
    for value, weight in values.items():
        expected[oracle(value)] += weight
    assert counted(values) == dict(expected)


def test_more_symbols_than_codes(monkeypatch):
    monkeypatch.setattr(patterns, "_CODES", 1)
    values = {"（": 1, "）": 1, "张（）": 1}
    assert counted(values) == {"（": 1, "）": 1, "汉（）": 1}


def test_too_many_patterns_are_none(monkeypatch):
    monkeypatch.setattr(patterns, "VARIED", 2)
    count = PatternCount()
    count.add(SEPARATOR.join(["a", "aa"]), 1)
    assert not count.varied
    count.add("aaa", 1)
    assert count.varied
