"""A vault, and its key on a stick."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.init import init

PROJECT = "市一院 HIS"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    stick = tmp_path / "U 盘"
    stick.mkdir()
    return replace(settings, vault_keys=stick)


@pytest.fixture
def vault(home: Home, settings: Settings) -> Vault:
    return init(home, settings, PROJECT)


@pytest.fixture
def filled(vault: Vault) -> Vault:
    vault.put("张三.csv", io.BytesIO(b"patient" * 20_000))
    vault.put("empty", io.BytesIO(b""))
    return vault
