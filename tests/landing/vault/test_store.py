import hashlib
import io
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.destroy import destroy
from luodi.landing.vault.init import init
from luodi.landing.vault.key import key_path

PROJECT = "市一院 HIS"
PUT = """
import io, sys
from pathlib import Path
from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
settings = Settings.read({
    "LUODI_HOME": sys.argv[1], "LUODI_VAULT_KEYS": sys.argv[2], "LUODI_LOCK_TIMEOUT": "30"})
vault = Vault.open(Home.of(settings), settings, sys.argv[3])
for turn in range(5):
    vault.put(f"{sys.argv[4]}-{turn}", io.BytesIO(sys.argv[4].encode() * 100_000))
try:
    vault.put("same", io.BytesIO(b"x"))
    print("first")
except LuodiError as error:
    print(error.code)
"""


def content(vault: Vault, name: str) -> bytes:
    with vault.get(name) as found:
        return b"".join(found)


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def files(vault: Vault) -> list[Path]:
    return sorted((vault.path / "objects").iterdir())


def test_it_works(vault: Vault, home: Home, settings: Settings) -> None:
    data = os.urandom(200_000)
    entry = vault.put("张三 住院病历.pdf", io.BytesIO(data))
    assert (entry.name, entry.size) == ("张三 住院病历.pdf", 200_000)
    assert entry.sha256 == hashlib.sha256(data).hexdigest()
    again = Vault.open(home, settings, PROJECT)
    assert again.entries() == (entry,)
    with again.get(entry.name) as found:
        assert found.entry == entry
        assert b"".join(found) == b"".join(found) == data
    again.remove(entry.name)
    assert vault.entries() == ()
    assert files(vault) == []


def test_a_listing_of_the_disk_shows_nothing(filled: Vault) -> None:
    everything = b"".join(
        str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        for path in filled.path.rglob("*")
    )
    for word in ("张三", "csv", "patient"):
        assert word.encode() not in everything
    if os.name != "nt":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in filled.path.rglob("*")}
        assert modes == {0o600, 0o700}


def test_a_name_that_is_taken(filled: Vault) -> None:
    error = refusal(lambda: filled.put("张三.csv", io.BytesIO(b"new")))
    assert error.code == "landing.vault_name_taken"
    assert isinstance(error, WrongUse)
    assert "张三" not in error.text("zh") + repr(error.params)
    assert len(content(filled, "张三.csv")) == 140_000
    filled.put("张三.csv", io.BytesIO(b"new"), replace=True)
    assert content(filled, "张三.csv") == b"new"
    assert len(files(filled)) == 2


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 201, " a", "\ud800"])
def test_a_name_that_cannot_be(vault: Vault, name: str) -> None:
    assert refusal(lambda: vault.put(name, io.BytesIO(b""))).code == "landing.vault_name"


def test_the_longest_name(vault: Vault) -> None:
    name = "\U00020000" * 200
    assert vault.put(name, io.BytesIO(b"a")) == vault.entries()[0]


def test_what_is_not_there(vault: Vault) -> None:
    for act in (lambda: content(vault, "李四"), lambda: vault.remove("李四")):
        error = refusal(act)
        assert error.code == "landing.vault_object_absent"
        assert "李四" not in error.text("zh")


def test_a_damaged_object_is_refused_and_can_be_removed(filled: Vault) -> None:
    path = filled.path / "objects" / filled.key.identity("张三.csv")
    data = bytearray(path.read_bytes())
    data[1200] ^= 1
    path.write_bytes(data)
    assert refusal(lambda: content(filled, "张三.csv")).code == "landing.vault_object_damaged"
    data[100] ^= 1
    path.write_bytes(data)
    assert refusal(filled.entries).code == "landing.vault_object_damaged"
    filled.remove("张三.csv")
    assert [entry.name for entry in filled.entries()] == ["empty"]


def test_objects_that_changed_places(filled: Vault) -> None:
    one, two = files(filled)
    spare = one.with_name("spare")
    one.rename(spare)
    two.rename(one)
    spare.rename(two)
    for name in ("张三.csv", "empty"):
        assert refusal(lambda name=name: content(filled, name)).code.endswith("object_damaged")


def test_no_vault(home: Home, settings: Settings) -> None:
    error = refusal(lambda: Vault.open(home, settings, PROJECT))
    assert error.code == "landing.vault_absent"
    assert error.exit_code == 2
    assert not home.path.exists()


def test_a_missing_key(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).unlink()
    error = refusal(lambda: Vault.open(home, settings, PROJECT))
    assert error.code == "landing.vault_key_missing"
    assert str(key_path(settings, PROJECT)) in error.text("zh")
    settings.vault_keys.rmdir()
    assert refusal(lambda: Vault.open(home, settings, PROJECT)).code == error.code


def test_a_foreign_key(filled: Vault, home: Home, settings: Settings) -> None:
    other = replace(settings, vault_keys=settings.vault_keys / "other")
    other.vault_keys.mkdir()
    init(Home(home.path.with_name("other")), other, PROJECT)
    assert refusal(lambda: Vault.open(home, other, PROJECT)).code == "landing.vault_key_foreign"


@pytest.mark.parametrize("cut", [0, 10, 200, -5])
def test_a_damaged_key(filled: Vault, home: Home, settings: Settings, cut: int) -> None:
    path = key_path(settings, PROJECT)
    path.write_bytes(path.read_bytes()[:cut])
    assert refusal(lambda: Vault.open(home, settings, PROJECT)).code == "landing.vault_key_damaged"


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_key_that_others_can_read(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).chmod(0o644)
    error = refusal(lambda: Vault.open(home, settings, PROJECT))
    assert error.code == "landing.secret_shared"
    assert "0644" in error.text("zh")


@pytest.mark.parametrize("old", ["created = 2", 'key = "', 'seal = "', "format = 1"])
def test_an_altered_record(filled: Vault, home: Home, settings: Settings, old: str) -> None:
    path = filled.path / "vault.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, f"{old[:-1]}1" if old[-1] == "2" else f"{old}0"))
    assert refusal(lambda: Vault.open(home, settings, PROJECT)).code in (
        "landing.vault_damaged",
        "landing.newer_format",
    )


def test_a_source_that_breaks_leaves_nothing(vault: Vault) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 200_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    broken = Broken(b"x" * 1_000_000)
    assert refusal(lambda: vault.put("a", broken)).code == "landing.vault_source"
    assert vault.entries() == ()
    assert not list((vault.path / "drafts").iterdir())


def test_a_vault_destroyed_while_open(filled: Vault, home: Home, settings: Settings) -> None:
    destroy(home, settings, PROJECT, confirm=PROJECT)
    assert refusal(lambda: filled.put("b", io.BytesIO(b""))).code == "landing.vault_gone"
    init(home, settings, PROJECT)
    assert refusal(lambda: filled.put("b", io.BytesIO(b""))).code == "landing.vault_gone"
    assert refusal(lambda: filled.workspace("a")).code == "landing.vault_gone"


class Meanwhile(io.BytesIO):
    """A source during whose reading something else happens."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(b"late")
        self.act: Callable[[], object] | None = act

    def read(self, size: int | None = -1, /) -> bytes:
        act, self.act = self.act, None
        if act:
            act()
        return super().read(size)


def test_a_name_that_is_taken_meanwhile(vault: Vault) -> None:
    late = Meanwhile(lambda: vault.put("a", io.BytesIO(b"early")))
    assert refusal(lambda: vault.put("a", late)).code == "landing.vault_name_taken"
    assert content(vault, "a") == b"early"
    assert not list((vault.path / "drafts").iterdir())


def test_a_vault_destroyed_meanwhile(filled: Vault, home: Home, settings: Settings) -> None:
    late = Meanwhile(lambda: destroy(home, settings, PROJECT, confirm=PROJECT))
    assert refusal(lambda: filled.put("a", late)).code == "landing.vault_gone"
    assert not filled.path.exists()


def test_a_workspace_and_its_key(vault: Vault, home: Home, settings: Settings) -> None:
    place = vault.workspace("migration-staging")
    assert place.is_dir()
    assert place.is_relative_to(vault.path)
    assert vault.workspace("migration-staging") == place
    if os.name != "nt":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    key = vault.subkey("migration-staging")
    assert len(key) == 32
    assert key == Vault.open(home, settings, PROJECT).subkey("migration-staging")
    others = {vault.subkey("other"), vault.key.material, vault.key.derive("seal")}
    assert key not in others
    assert len(others) == 3


@pytest.mark.parametrize("purpose", ["", "../x", "A", "a b", "张", "-a", "x" * 64])
def test_a_purpose_that_cannot_be(vault: Vault, purpose: str) -> None:
    assert refusal(lambda: vault.workspace(purpose)).code == "landing.vault_purpose"
    assert refusal(lambda: vault.subkey(purpose)).code == "landing.vault_purpose"


def test_processes_at_once_lose_nothing(
    vault: Vault, settings: Settings, at_once: Callable[..., list[str]]
) -> None:
    said = at_once(PUT, vault.home.path, settings.vault_keys, PROJECT)
    assert sorted(said) == ["first\n"] + ["landing.vault_name_taken\n"] * 3
    assert len(vault.entries()) == 21
    assert content(vault, "3-4") == b"3" * 100_000


@pytest.mark.needs("root", "mount")
def test_a_full_disk(mounted: Callable[..., Path], settings: Settings) -> None:
    home = Home(mounted("size=256k,mode=700") / "home")
    vault = init(home, settings, PROJECT)
    vault.put("a", io.BytesIO(b"a" * 1000))
    error = refusal(lambda: vault.put("b", io.BytesIO(b"b" * 1_000_000)))
    assert error.code == "evidence.disk_full"
    assert [entry.name for entry in vault.entries()] == ["a"]
    assert not list((vault.path / "drafts").iterdir())
    vault.put("c", io.BytesIO(b"c" * 1000))


@pytest.mark.needs("root", "mount")
def test_a_read_only_disk_can_be_read(mounted: Callable[..., Path], settings: Settings) -> None:
    point = mounted("size=256k,mode=700")
    home = Home(point / "home")
    init(home, settings, PROJECT).put("a", io.BytesIO(b"a"))
    mounted("ro", point)
    vault = Vault.open(home, settings, PROJECT)
    assert content(vault, "a") == b"a"
    assert refusal(lambda: vault.put("b", io.BytesIO(b""))).code == "evidence.read_only"
