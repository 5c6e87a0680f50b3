import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.drafts import Draft
from luodi.landing.vault.status import status

PROJECT = "市一院 HIS"
DIE = """
import os, sys
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
settings = Settings.read({"LUODI_HOME": sys.argv[1], "LUODI_VAULT_KEYS": sys.argv[2]})
class Killed:
    left = 5
    def read(self, size):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), 9)
        return b"x" * size
Vault.open(Home.of(settings), settings, sys.argv[3]).put("a", Killed())
"""


def drafts(vault: Vault) -> list[Path]:
    return list((vault.path / "drafts").iterdir())


def test_it_works(vault: Vault) -> None:
    draft = Draft(vault.path)
    draft.write(b"abc")
    draft.sync()
    draft.close()
    assert draft.path.read_bytes() == b"abc"
    draft.discard()
    assert not drafts(vault)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("verb", ["open", "status"])
def test_a_writer_that_was_killed(vault: Vault, home: Home, settings: Settings, verb: str) -> None:
    words = [str(home.path), str(settings.vault_keys), PROJECT]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    ended = subprocess.run([sys.executable, "-c", DIE, *words], env=env, check=False)
    assert ended.returncode == -9
    assert len(drafts(vault)) == 1
    assert vault.entries() == ()
    if verb == "open":
        Vault.open(home, settings, PROJECT)
    else:
        assert status(home, settings, PROJECT).drafts == 0
    assert not drafts(vault)


def test_a_living_writer_is_left_alone(vault: Vault, home: Home, settings: Settings) -> None:
    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            Vault.open(home, settings, PROJECT)
            assert status(home, settings, PROJECT).drafts == 1
            return super().read(size)

    vault.put("a", Watched(b"x" * 100_000))
    assert [entry.name for entry in vault.entries()] == ["a"]
