import pytest

from luodi.terminology.code_table import code_of, is_code, names


def test_it_works():
    assert code_of("sex", "男") == "1"
    assert names("sex") == {"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"}


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("sex", " Ｆ ", "2"),
        ("sex", "Male", "1"),
        ("sex", "男性", "1"),
        ("marital_status", "离异", "40"),
        ("nationality", "汉", "01"),
        ("nationality", "维吾尔族", "05"),
        ("nationality", "基诺族", "56"),
    ],
)
def test_it_knows_what_old_systems_write(table, text, code):
    assert code_of(table, text) == code
    assert is_code(table, code)


@pytest.mark.parametrize("text", ["0", "1", "2", "", "?", "男女"])
def test_a_bare_code_of_an_old_system_means_nothing_by_itself(text):
    assert code_of("sex", text) is None


def test_the_tables_are_whole():
    assert len(names("nationality")) == 56
    assert len(names("marital_status")) == 8
    assert not is_code("sex", "3")
