import dataclasses
import getpass
from pathlib import Path

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Side
from luodi.evidence.suite import DEFAULT_SUITE, SUITES
from luodi.landing.settings import (
    Settings,
    default_home,
    known_settings,
    login_name,
    read_settings,
)


def refusal(**environ: str) -> WrongUse:
    with pytest.raises(WrongUse) as caught:
        Settings.read(environ)
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(tmp_path: Path) -> None:
    home = tmp_path / "落地 home"
    settings = Settings.read(
        {
            "LUODI_HOME": str(home),
            "LUODI_LANG": "en",
            "LUODI_ACTOR": "王 工",
            "LUODI_SIDE": "hospital",
            "LUODI_SUITE": "sm2-sm3",
            "LUODI_VAULT_KEYS": str(tmp_path / "stick"),
            "LUODI_LOCK_TIMEOUT": "0.5",
            "PATH": "elsewhere",
        }
    )
    stick = tmp_path / "stick"
    assert settings == Settings(home, "en", "王 工", Side.HOSPITAL, "sm2-sm3", stick, 0.5)


def test_nothing_set_means_the_defaults() -> None:
    settings = Settings.read({})
    assert settings.home == default_home()
    assert settings.home.is_absolute()
    assert settings.vault_keys == settings.home / "keys" / "vault"
    assert (settings.lang, settings.side, settings.suite) == ("auto", Side.VENDOR, DEFAULT_SUITE)
    assert settings.actor == login_name()
    assert settings.lock_timeout == 10


def test_it_reads_this_process(luodi_home: Path) -> None:
    assert read_settings().home == luodi_home


def test_an_empty_value_is_an_unset_one() -> None:
    empty = dict.fromkeys(known_settings(), "")
    assert Settings.read(empty) == Settings.read({})


def test_the_blank_that_windows_leaves_is_dropped() -> None:
    assert Settings.read({"LUODI_LANG": "zh "}).lang == "zh"


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    fields = [field.name for field in dataclasses.fields(Settings)]
    assert [name.removeprefix("LUODI_").lower() for name in known_settings()] == fields
    for setting in known_settings().values():
        assert setting.meaning("zh")
        assert setting.meaning("en")
        assert bool(setting.allowed) == (setting.type == "choice")


def test_allowed_values_are_those_of_the_model() -> None:
    assert known_settings()["LUODI_SIDE"].allowed == tuple(Side)
    assert known_settings()["LUODI_SUITE"].allowed == tuple(suite.name for suite in SUITES)


@pytest.mark.parametrize("name", ["LUODI_LANG", "LUODI_SIDE", "LUODI_SUITE"])
def test_a_wrong_choice_names_variable_value_and_what_is_allowed(name: str) -> None:
    error = refusal(**{name: "Klingon"})
    assert error.code == "landing.setting_choice"
    assert error.exit_code == 2
    for word in (name, "Klingon", *known_settings()[name].allowed):
        assert word in error.text("zh")
        assert word in error.text("en")


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon", "1e9", "10 s"])
def test_wrong_seconds(value: str) -> None:
    error = refusal(LUODI_LOCK_TIMEOUT=value)
    assert error.code == "landing.setting_seconds"
    assert value in error.text("zh")


@pytest.mark.parametrize("name", ["LUODI_HOME", "LUODI_VAULT_KEYS"])
@pytest.mark.parametrize("value", ["luodi", "./luodi", "~nobody-by-that-name/luodi", "/a\0b"])
def test_a_path_that_is_not_absolute(name: str, value: str) -> None:
    assert refusal(**{name: value}).code == "landing.setting_path"


def test_the_home_of_the_user_is_understood() -> None:
    assert Settings.read({"LUODI_HOME": "~/luodi"}).home == Path.home() / "luodi"


@pytest.mark.parametrize("value", ["a\nb", "x" * 81, "a\u202eb"])
def test_a_name_that_is_not_one_line_of_visible_text(value: str) -> None:
    error = refusal(LUODI_ACTOR=value)
    assert error.code == "landing.setting_name"
    assert "\n" not in error.text("zh")


def test_a_misspelt_variable_is_recognised() -> None:
    error = refusal(LUODI_LANGUAGE="zh")
    assert error.code == "landing.setting_misspelt"
    assert error.params == {"name": "LUODI_LANGUAGE", "near": "LUODI_LANG"}


def test_an_unknown_variable_gets_the_list() -> None:
    error = refusal(LUODI_XYZZY_PLUGH="1")
    assert error.code == "landing.setting_unknown"
    assert "LUODI_HOME" in error.text("zh")


def test_the_switch_of_the_test_suite_is_let_through() -> None:
    Settings.read({"LUODI_REQUIRE_ALL": "1"})


def test_a_login_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert Settings.read({}).actor == "unknown"


@pytest.mark.parametrize(
    "value",
    [
        "mail.example.cn",
        "http://h?sender=a@b",
        "smtp://h",
        "smtp://:9/?sender=a@b",
        "smtp://h?sender=",
    ],
)
def test_a_mail_server_that_is_none_is_refused_without_quoting_it(value: str) -> None:
    error = refusal(LUODI_EMAIL_URL=value)
    assert error.code == "landing.setting_email"
    assert value not in error.text("zh")


def test_secrets_are_not_part_of_what_is_printed() -> None:
    url = "smtps://u:geheim@mail.example.cn?sender=luodi@example.cn"
    settings = Settings.read({"LUODI_EMAIL_URL": url, "LUODI_METRICS_TOKEN": "geheim" * 4})
    assert settings.email_url == url
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize("value", ["short", "with a blank in the middle of it"])
def test_a_token_that_is_easily_guessed(value: str) -> None:
    assert refusal(LUODI_METRICS_TOKEN=value).code == "landing.setting_token"
