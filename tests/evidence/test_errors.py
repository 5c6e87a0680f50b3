"""Errors for the person at the keyboard."""

import pytest

from luodi.evidence.errors import Cancelled, LuodiError, WrongUse


def test_it_works():
    error = LuodiError("evidence.read_only", {"path": "/mnt/u盘"})
    assert error.text("zh") == "磁盘是只读的，无法写入 /mnt/u盘。"
    assert error.text("en") == str(error) == "The disk is read-only, /mnt/u盘 could not be written."
    assert error.next_step("en").startswith("Use a writable place")


def test_another_remedy_may_fit_better():
    error = LuodiError("evidence.cancelled", {"path": "a"}, remedy="evidence.disk_full")
    assert error.next_step("zh") == "清理磁盘空间后重新执行同一命令。"


def test_nothing_better_to_say_is_nothing():
    assert LuodiError("evidence.cancelled").next_step("zh") == ""


@pytest.mark.parametrize(
    ("error", "exit_code"), [(LuodiError("a.b"), 3), (WrongUse("a.b"), 2), (Cancelled(), 130)]
)
def test_each_kind_has_its_exit_code(error, exit_code):
    assert error.exit_code == exit_code
    assert isinstance(error, LuodiError)


def test_an_unknown_code_still_says_something():
    assert str(LuodiError("newer.trouble", {"row": 7})) == "newer.trouble (row=7)"


def test_parameters_are_the_errors_own():
    params = {"path": "a"}
    error = LuodiError("evidence.read_only", params)
    params["path"] = "b"
    assert error.params == {"path": "a"}
