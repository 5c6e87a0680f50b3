import io
import os
import stat
from collections.abc import Callable
from dataclasses import replace

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.init import init
from luodi.landing.vault.key import key_path

PROJECT = "市一院 HIS"
INIT = """
import sys
from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault.init import init
settings = Settings.read({"LUODI_HOME": sys.argv[1]})
try:
    print(init(Home.of(settings), settings, "p").key.fingerprint)
except LuodiError as error:
    print(error.code)
"""


def refusal(home: Home, settings: Settings, project: str = PROJECT) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        init(home, settings, project)
    assert caught.value.next_step("zh")
    return caught.value


def test_it_works(home: Home, settings: Settings) -> None:
    vault = init(home, settings, PROJECT)
    assert vault.entries() == ()
    assert vault.project == PROJECT
    assert Vault.open(home, settings, PROJECT) == vault
    key = key_path(settings, PROJECT)
    assert key.name == f"{PROJECT}.key"
    assert not key.is_relative_to(home.path)
    digits = vault.key.material.hex()
    assert digits in key.read_text(encoding="utf-8")
    assert digits not in repr(vault)
    assert digits not in (vault.path / "vault.toml").read_text(encoding="utf-8")
    if os.name != "nt":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(vault.path.stat().st_mode) == 0o700


def test_the_default_folder_for_keys_is_made(home: Home, settings: Settings) -> None:
    settings = replace(settings, vault_keys=home.keys / "vault")
    init(home, settings, PROJECT)
    assert (home.keys / "vault" / f"{PROJECT}.key").exists()


def test_a_stick_that_is_not_plugged_in(home: Home, settings: Settings) -> None:
    settings.vault_keys.rmdir()
    assert refusal(home, settings).code == "landing.vault_key_folder_missing"
    assert not settings.vault_keys.exists()
    assert not home.vault(PROJECT).exists()


def test_a_key_beside_its_lock(home: Home, settings: Settings) -> None:
    inside = replace(settings, vault_keys=home.vault(PROJECT) / "keys")
    error = refusal(home, inside)
    assert error.code == "landing.vault_key_inside"
    assert isinstance(error, WrongUse)


def test_a_second_time(home: Home, settings: Settings) -> None:
    vault = init(home, settings, PROJECT)
    assert refusal(home, settings).code == "landing.vault_exists"
    assert Vault.open(home, settings, PROJECT) == vault


def test_the_key_of_another_installation_is_never_overwritten(
    home: Home, settings: Settings
) -> None:
    other = Home(home.path.with_name("other host"))
    init(other, settings, PROJECT)
    before = key_path(settings, PROJECT).read_bytes()
    assert refusal(home, settings).code == "landing.vault_key_taken"
    assert key_path(settings, PROJECT).read_bytes() == before


def test_an_interrupted_init_is_begun_anew(home: Home, settings: Settings) -> None:
    init(home, settings, PROJECT)
    key_path(settings, PROJECT).unlink()
    vault = init(home, settings, PROJECT)
    assert Vault.open(home, settings, PROJECT) == vault


def test_a_vault_with_content_is_not_begun_anew(home: Home, settings: Settings) -> None:
    init(home, settings, PROJECT).put("a", io.BytesIO(b"a"))
    key_path(settings, PROJECT).unlink()
    assert refusal(home, settings).code == "landing.vault_exists"


def test_a_project_that_is_no_folder(home: Home, settings: Settings) -> None:
    assert refusal(home, settings, "../keys").code == "landing.project_name"


def test_processes_at_once(home: Home, at_once: Callable[..., list[str]]) -> None:
    said = at_once(INIT, home.path)
    assert said.count("landing.vault_exists\n") == 3
