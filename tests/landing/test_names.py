import pytest

from luodi.evidence.errors import WrongUse
from luodi.landing.names import check_project, is_plain, visible


@pytest.mark.parametrize("name", ["hospital-2026", "市一院HIS", "a b", "二期 (试点)", "\ue863院"])
def test_it_works(name: str) -> None:
    assert check_project(name) == name


UNFIT = (
    *("", " a", "a ", "..", ".git", "-rf", "~root", "a.", "a/b", "a\\b", "a:b", "a\0", "a\nb"),
    *("CON", "nul.txt", "com1", "x" * 81, "院" * 70, "e\u0301", "a\u202eb"),
)


@pytest.mark.parametrize("name", UNFIT)
def test_it_refuses_what_cannot_be_a_folder_everywhere(name: str) -> None:
    with pytest.raises(WrongUse) as caught:
        check_project(name)
    assert caught.value.code == "landing.project_name"
    assert caught.value.next_step("zh")


def test_rare_characters_of_names_are_plain() -> None:
    assert is_plain("\U00030edd老师")
    assert is_plain("\ue5e5")
    assert not is_plain("a\u200bb")


def test_a_wrong_value_is_made_visible_and_short() -> None:
    assert visible("a\n\u202e") == "a\\u000a\\u202e"
    assert len(visible("x" * 500)) == 80
