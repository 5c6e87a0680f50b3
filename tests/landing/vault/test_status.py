import os

import pytest

from luodi.evidence.errors import WrongUse
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.key import KeyState, key_path
from luodi.landing.vault.status import status

PROJECT = "市一院 HIS"


def test_it_works(filled: Vault, home: Home, settings: Settings) -> None:
    (filled.workspace("staging") / "db").write_bytes(b"x" * 100)
    (filled.path / "work" / "staging" / "db").chmod(0o600)
    found = status(home, settings, PROJECT)
    assert (found.objects, found.workspaces, found.workspace_bytes) == (2, 1, 100)
    assert found.bytes > 140_000
    assert found.drafts == 0
    assert (found.key, found.key_path) == (KeyState.PRESENT, key_path(settings, PROJECT))
    assert found.key_fingerprint == filled.key.fingerprint
    assert found.created == filled.record.created
    if os.name != "nt":
        assert found.modes == ("0600", "0700")
        assert found.shared == 0


def test_without_a_vault(home: Home, settings: Settings) -> None:
    with pytest.raises(WrongUse) as caught:
        status(home, settings, PROJECT)
    assert caught.value.code == "landing.vault_absent"
    assert not home.path.exists()


def test_without_its_key(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).unlink()
    found = status(home, settings, PROJECT)
    assert found.key is KeyState.MISSING
    assert found.objects == 2


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_modes_that_let_others_in(filled: Vault, home: Home, settings: Settings) -> None:
    (filled.path / "vault.toml").chmod(0o644)
    key_path(settings, PROJECT).chmod(0o640)
    found = status(home, settings, PROJECT)
    assert found.shared == 1
    assert "0644" in found.modes
    assert found.key is KeyState.SHARED
