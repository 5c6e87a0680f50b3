"""What this machine has, what it lacks, and how to get it."""

import tomllib
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest
from filelock import FileLock

from luodi.evidence.catalogue import LANGUAGES, lookup
from luodi.landing import doctor
from luodi.landing.doctor import State, examine


def examined(home, encoding="utf-8", **environ):
    found = examine({"LUODI_HOME": str(home), **environ}, encoding, "zh")
    return {check.name: check for check in found}


def test_it_works(tmp_path):
    checks = examined(tmp_path)
    assert [name for name in checks if ":" not in name and name != "requirements"] == [
        *("python", "settings", "home", "disk", "locking"),
        *("console", "locale", "clock", "signing", "sm3"),
    ]
    assert checks["python"].state is State.PASS
    assert checks["signing"].state is State.PASS
    assert "extra:gmssl" in checks


def test_looking_leaves_nothing_behind(tmp_path):
    home = tmp_path / "家 目录"
    checks = examined(home)
    assert checks["home"].state is State.PASS
    assert checks["home"].found.code == "landing.doctor_home_to_be_made"
    assert list(tmp_path.iterdir()) == []


def test_every_sentence_is_in_the_catalogue():
    source = Path(doctor.__file__).with_name("messages.toml").read_text("utf-8")
    spoken = {f"landing.{name}" for name in tomllib.loads(source) if name.startswith("doctor_")}
    program = Path(doctor.__file__).read_text("utf-8")
    for code in spoken:
        name = code.removeprefix("landing.doctor_")
        assert f"doctor_{name}" in program or f'"{name}"' in program, f"{code} is never spoken"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_fine_says_what_to_do(tmp_path, lang):
    for check in examined(tmp_path, "ascii").values():
        assert lookup(check.what.code), check.what
        assert lookup(check.found.code), check.found
        assert "{" not in check.what.text(lang) + check.found.text(lang)
        assert bool(check.next_step(lang)) == (check.state is not State.PASS)


def test_a_wrong_setting_is_named_and_what_hangs_on_it_is_untested(tmp_path):
    checks = examined(tmp_path, LUODI_LANG="fr")
    assert checks["settings"].state is State.FAIL
    assert "LUODI_LANG" in checks["settings"].found.text("zh")
    assert {checks[name].state for name in ("home", "disk", "locking")} == {State.UNTESTED}


def test_a_closed_home_fails(tmp_path, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", closed)
    checks = examined(tmp_path)
    assert checks["home"].state is State.FAIL
    assert "EACCES" in checks["home"].found.text("zh")
    assert checks["disk"].state is checks["locking"].state is State.UNTESTED


@pytest.mark.parametrize(
    ("free", "state"), [(6 * 1024**3, "pass"), (1024**3, "warn"), (1024, "fail")]
)
def test_little_space_is_told_in_time(tmp_path, monkeypatch, free, state):
    usage = namedtuple("usage", "free")(free)
    monkeypatch.setattr("luodi.landing.doctor.shutil.disk_usage", lambda _: usage)
    assert examined(tmp_path)["disk"].state == state


def test_a_disk_that_ignores_locks_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(
        FileLock, "_acquire", lambda self: setattr(self._context, "lock_file_fd", 0)
    )
    monkeypatch.setattr(FileLock, "_release", lambda self: None)
    check = examined(tmp_path)["locking"]
    assert (check.state, check.found.code) == (State.FAIL, "landing.doctor_locking_ignored")


def test_a_disk_without_locks_fails(tmp_path, monkeypatch):
    def refuses(self):
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "_acquire", refuses)
    check = examined(tmp_path)["locking"]
    assert (check.state, check.found.code) == (State.FAIL, "landing.doctor_locking_refused")


@pytest.mark.parametrize(
    ("encoding", "state"), [("gbk", "pass"), ("utf-8", "pass"), ("cp437", "warn")]
)
def test_a_console_without_chinese_is_told(tmp_path, encoding, state):
    assert examined(tmp_path, encoding)["console"].state == state


@pytest.mark.parametrize(("now", "state"), [(0.0, "fail"), (5e9, "fail"), (None, "pass")])
def test_a_wrong_clock_fails(tmp_path, monkeypatch, now, state):
    if now is not None:
        monkeypatch.setattr("luodi.landing.doctor.time.time", lambda: now)
    assert examined(tmp_path)["clock"].state == state


def test_requirements_are_those_of_the_distribution(tmp_path, monkeypatch):
    lines = [
        "rich>=13.9",
        "typer<99,>=0.15",
        "absent-thing>=2.0",
        "pytest>=999.1",
        'gmssl>=3; extra == "gm"',
    ]
    monkeypatch.setattr("luodi.landing.doctor.metadata.requires", lambda _: lines)
    checks = examined(tmp_path)
    states = {
        name: check.state for name, check in checks.items() if name.startswith("requirement:")
    }
    assert states == {
        "requirement:rich": State.PASS,
        "requirement:typer": State.PASS,
        "requirement:absent-thing": State.FAIL,
        "requirement:pytest": State.FAIL,
    }
    assert checks["requirement:absent-thing"].next_step("zh") == 'pip install "absent-thing>=2.0"'


def test_running_from_sources_is_told(tmp_path, monkeypatch):
    def absent(_):
        raise metadata.PackageNotFoundError("luodi")

    monkeypatch.setattr("luodi.landing.doctor.metadata.requires", absent)
    assert examined(tmp_path)["requirements"].state is State.UNTESTED


@pytest.mark.parametrize("here", [True, False])
def test_an_optional_part_never_fails(tmp_path, monkeypatch, here):
    monkeypatch.setattr("luodi.landing.doctor.present", lambda _: here)
    check = examined(tmp_path)["extra:gmssl"]
    assert check.state is (State.PASS if here else State.ABSENT)
    assert check.next_step("zh") == ("" if here else 'pip install "luodi[gm]"')


def test_broken_cryptography_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("luodi.landing.doctor.suite_named", lambda _: None)
    checks = examined(tmp_path)
    assert checks["signing"].state is State.FAIL
    assert checks["sm3"].state is State.WARN


def test_old_versions_are_compared_by_number():
    assert doctor._numbers("0.10.1rc2") > doctor._numbers("0.9")
    assert doctor._numbers("1.0") == doctor._numbers("1.0.0")
    assert doctor._numbers("odd") == ()


def test_a_file_in_the_place_of_the_home_fails(tmp_path):
    home = tmp_path / "file"
    home.touch()
    check = examined(home)["home"]
    assert (check.state, check.found.code) == (State.FAIL, "landing.doctor_home_is_file")
