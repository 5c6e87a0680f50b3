import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from luodi.evidence.catalogue import lookup
from luodi.evidence.errors import Cancelled, LuodiError, WrongUse
from luodi.evidence.progress import Cancellation, Recording
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault import destroy as verb
from luodi.landing.vault.destroy import destroy
from luodi.landing.vault.destroyed import Destruction, KeyFate, find_destruction
from luodi.landing.vault.init import init
from luodi.landing.vault.key import key_path
from luodi.landing.vault.status import status

PROJECT = "市一院 HIS"


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    return caught.value


def is_gone(vault: Vault) -> bool:
    return not vault.path.exists()


def test_it_works(filled: Vault, home: Home, settings: Settings) -> None:
    (filled.workspace("staging") / "db").write_bytes(b"x" * 100)
    watcher = Recording()
    done = destroy(home, settings, PROJECT, confirm=PROJECT, progress=watcher)
    assert is_gone(filled)
    assert not key_path(settings, PROJECT).exists()
    assert (done.project, done.vault) == (PROJECT, filled.record.vault)
    assert (done.objects, done.workspaces, done.workspace_bytes) == (2, 1, 100)
    assert done.bytes > 140_000
    assert done.key == filled.key.fingerprint
    assert done.key_fate is KeyFate.ERASED
    assert done.finished is not None
    assert done.started <= done.finished
    assert "landing.vault_caveat_media" in done.caveats
    assert all(lookup(code) for code in (done.method, *done.caveats))
    assert filled.key.material.hex() not in repr(done)
    assert watcher.steps[0].done == watcher.steps[0].total == 2


def test_the_key_is_overwritten_where_it_lay(filled: Vault, home: Home, settings: Settings) -> None:
    path = key_path(settings, PROJECT)
    link = path.with_name("second name of the same bytes")
    link.hardlink_to(path)
    destroy(home, settings, PROJECT, confirm=PROJECT)
    assert filled.key.material.hex().encode() not in link.read_bytes()
    assert not path.exists()
    assert link.read_bytes()


def test_the_account_can_be_had_again(filled: Vault, home: Home, settings: Settings) -> None:
    done = destroy(home, settings, PROJECT, confirm=PROJECT)
    assert destroy(home, settings, PROJECT, confirm=PROJECT) == done


def test_a_new_vault_after_the_old(filled: Vault, home: Home, settings: Settings) -> None:
    first = destroy(home, settings, PROJECT, confirm=PROJECT)
    init(home, settings, PROJECT)
    second = destroy(home, settings, PROJECT, confirm=PROJECT)
    assert second.vault != first.vault
    assert second.objects == 0


def test_without_the_name_once_more(filled: Vault, home: Home, settings: Settings) -> None:
    error = refusal(lambda: destroy(home, settings, PROJECT, confirm="yes"))
    assert error.code == "landing.vault_not_confirmed"
    assert isinstance(error, WrongUse)
    assert len(filled.entries()) == 2


def test_no_vault(home: Home, settings: Settings) -> None:
    act = refusal(lambda: destroy(home, settings, PROJECT, confirm=PROJECT))
    assert act.code == "landing.vault_absent"


def test_a_stick_that_is_not_plugged_in(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).rename(settings.vault_keys / "elsewhere")
    error = refusal(lambda: destroy(home, settings, PROJECT, confirm=PROJECT))
    assert error.code == "landing.vault_key_missing"
    assert "--without-key" in error.next_step("zh")
    assert len(filled.entries()) == 2
    done = destroy(home, settings, PROJECT, confirm=PROJECT, without_key=True)
    assert is_gone(filled)
    assert done.key_fate is KeyFate.MISSING
    assert done.method == "landing.vault_destroy_method_without_key"
    assert done.caveats[0] == "landing.vault_caveat_key_missing"


def test_the_key_of_another_vault_is_left_alone(
    filled: Vault, home: Home, settings: Settings
) -> None:
    other = replace(settings, vault_keys=settings.vault_keys / "other")
    other.vault_keys.mkdir()
    init(Home(home.path.with_name("other")), other, PROJECT)
    before = key_path(other, PROJECT).read_bytes()
    error = refusal(lambda: destroy(home, other, PROJECT, confirm=PROJECT))
    assert error.code == "landing.vault_key_foreign"
    done = destroy(home, other, PROJECT, confirm=PROJECT, without_key=True)
    assert done.key_fate is KeyFate.FOREIGN
    assert key_path(other, PROJECT).read_bytes() == before


def test_a_damaged_key_file_is_left_alone(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).write_bytes(b"?")
    key_path(settings, PROJECT).chmod(0o600)
    done = destroy(home, settings, PROJECT, confirm=PROJECT, without_key=True)
    assert done.key_fate is KeyFate.DAMAGED
    assert key_path(settings, PROJECT).exists()


def test_cancelled_and_called_again(filled: Vault, home: Home, settings: Settings) -> None:
    class Impatient(Recording):
        def advance(self, units: int = 1) -> None:
            self.cancellation.request()
            super().advance(units)

    watcher = Impatient(Cancellation())
    with pytest.raises(Cancelled):
        destroy(home, settings, PROJECT, confirm=PROJECT, progress=watcher)
    known = find_destruction(home, PROJECT)
    assert known is not None
    assert known.finished is None
    assert known.key_fate is KeyFate.ERASED
    for act in (
        lambda: Vault.open(home, settings, PROJECT),
        lambda: init(home, settings, PROJECT),
        lambda: status(home, settings, PROJECT),
        lambda: filled.put("b", io.BytesIO(b"")),
    ):
        assert refusal(act).code == "landing.vault_half_destroyed"
    done = destroy(home, settings, PROJECT, confirm=PROJECT)
    assert done.objects == 2
    assert done.started == known.started
    assert is_gone(filled)


STEPS = ["_note", "overwrite_key", "remove_key", "_remove"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("turn", [1, 2, 3, 4])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step(
    filled: Vault,
    home: Home,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    turn: int,
    after: bool,
) -> None:
    calls: list[str] = []
    real = getattr(verb, step)

    def crash(*words: object, **more: object) -> object:
        calls.append(step)
        if len(calls) != turn:
            return real(*words, **more)
        if after:
            real(*words, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(verb, step, crash)
        try:
            destroy(home, settings, PROJECT, confirm=PROJECT)
        except KeyboardInterrupt:
            pass
        else:
            assert len(calls) < turn
    done: Destruction = destroy(home, settings, PROJECT, confirm=PROJECT)
    assert done.key_fate is KeyFate.ERASED
    assert done.finished
    assert done.objects == 2
    assert is_gone(filled)
    assert not key_path(settings, PROJECT).exists()


def test_a_stick_pulled_out_before_the_key_was_overwritten(
    filled: Vault, home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def pulled(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(verb, "overwrite_key", pulled)
        with pytest.raises(KeyboardInterrupt):
            destroy(home, settings, PROJECT, confirm=PROJECT)
    away = tmp_path / "away"
    shutil.move(settings.vault_keys, away)
    error = refusal(lambda: destroy(home, settings, PROJECT, confirm=PROJECT))
    assert error.code == "landing.vault_key_missing"
    assert not is_gone(filled)
    done = destroy(home, replace(settings, vault_keys=away), PROJECT, confirm=PROJECT)
    assert done.key_fate is KeyFate.ERASED
    assert Path(done.key_path).parent == away


@pytest.mark.needs("root", "mount")
def test_a_read_only_disk_destroys_nothing(
    mounted: Callable[..., Path], settings: Settings
) -> None:
    point = mounted("size=256k,mode=700")
    home = Home(point / "home")
    vault = init(home, settings, PROJECT)
    mounted("ro", point)
    error = refusal(lambda: destroy(home, settings, PROJECT, confirm=PROJECT))
    assert error.code == "evidence.read_only"
    assert key_path(settings, PROJECT).exists()
    assert vault.path.exists()
