"""Which language the reader reads."""

import pytest

from luodi.cli.language import foretold, language

posix = pytest.mark.skipif("sys.platform == 'win32'", reason="Windows asks its UI language")


def test_it_works():
    assert language(None, {}, "utf-8") == "zh"


@posix
@pytest.mark.parametrize(
    ("asked", "environ", "chosen"),
    [
        ("en", {"LUODI_LANG": "zh"}, "en"),
        (None, {"LUODI_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LUODI_LANG": "auto", "LANG": "en_US.UTF-8"}, "en"),
        (None, {"LUODI_LANG": " zh ", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LUODI_LANG": "fr", "LANG": "en_US.UTF-8"}, "en"),
        (None, {"LC_ALL": "zh_CN.GBK", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "zh"),
        (None, {"LC_ALL": "POSIX"}, "zh"),
    ],
)
def test_the_nearest_word_counts(asked, environ, chosen):
    assert language(asked, environ, "utf-8") == chosen


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "unheard-of"])
def test_a_console_without_chinese_reads_english(encoding):
    assert language(None, {"LANG": "zh_CN"}, encoding) == "en"
    assert language("zh", {}, encoding) == "zh"
    assert language(None, {"LUODI_LANG": "zh"}, encoding) == "zh"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
def test_a_chinese_console_reads_chinese(encoding):
    assert language(None, {"LANG": "zh_CN"}, encoding) == "zh"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], (False, None)),
        (["gate", "check", "--json"], (True, None)),
        (["--lang", "en", "gate"], (False, "en")),
        (["gate", "--lang=en", "--json"], (True, "en")),
        (["--lang"], (False, None)),
        (["--lang", "fr"], (False, None)),
        (["gate", "--", "--json", "--lang", "en"], (False, None)),
    ],
)
def test_it_looks_ahead(words, expected):
    assert foretold(words) == expected
