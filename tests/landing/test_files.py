import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.landing.files import (
    Record,
    locked,
    private_folder,
    read_record,
    read_secret,
    write_record,
)

posix = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


class Note(Record, frozen=True, kw_only=True):
    text: str
    number: int | None = None


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    return caught.value


def test_it_works(tmp_path: Path) -> None:
    path = tmp_path / "带 空格" / "note.toml"
    write_record(path, Note(text="好"))
    assert read_record(path, Note, "landing.key_damaged") == Note(text="好")
    assert path.read_text(encoding="utf-8").startswith("format = 1\n")
    assert list(path.parent.iterdir()) == [path]


@posix
def test_folders_and_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_record(tmp_path / "a" / "b" / "note.toml", Note(text=""))
    finally:
        os.umask(before)
    for path, mode in (("a", 0o700), ("a/b", 0o700), ("a/b/note.toml", 0o600)):
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == mode


@pytest.mark.parametrize("place", ["file", "file/below", "file/below/deeper"])
def test_a_file_in_the_way(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    assert refusal(lambda: private_folder(tmp_path / place)).code == "landing.not_a_folder"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_can_reach(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"s3cret")
    path.chmod(mode)
    error = refusal(lambda: read_secret(path))
    assert error.code == "landing.secret_shared"
    assert f"{mode:04o}" in error.text("zh")
    assert "chmod 600" in error.next_step("zh")
    path.chmod(0o600)
    assert read_secret(path) == b"s3cret"


@pytest.mark.parametrize("text", ["", "text = 1", "text = 'a'\nmore = 1", "= s3cret", "format = 0"])
def test_a_damaged_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.toml"
    path.write_text(text)
    error = refusal(lambda: read_record(path, Note, "landing.key_damaged"))
    assert error.code == "landing.key_damaged"
    assert error.params["path"] == str(path)
    assert "s3cret" not in str(error.params["reason"])


def test_a_record_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "note.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert refusal(lambda: read_record(path, Note, "landing.key_damaged")).params["reason"]


def test_a_record_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "note.toml"
    path.write_text("format = 2\nunheard_of = true\n")
    error = refusal(lambda: read_record(path, Note, "landing.key_damaged"))
    assert error.code == "landing.newer_format"
    assert error.params["format"] == 2


def test_a_lock_that_stays_taken(tmp_path: Path) -> None:
    path = tmp_path / "state" / ".lock"
    with locked(path, 1):
        caught: list[LuodiError] = []
        waiter = threading.Thread(target=lambda: caught.append(refusal(lambda: take(path, 0.1))))
        waiter.start()
        waiter.join()
    assert caught[0].code == "landing.busy"
    assert "0.1" in caught[0].text("zh")
    take(path, 0.1)


def take(path: Path, timeout: float) -> None:
    with locked(path, timeout):
        pass


@pytest.mark.needs("root", "mount")
def test_a_full_disk_keeps_the_old_record(mounted: Callable[..., Path]) -> None:
    path = mounted("size=64k,mode=700") / "note.toml"
    write_record(path, Note(text="old"))
    error = refusal(lambda: write_record(path, Note(text="x" * 100_000)))
    assert error.code == "evidence.disk_full"
    assert read_record(path, Note, "landing.key_damaged").text == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.needs("root", "mount")
def test_a_read_only_disk(mounted: Callable[..., Path]) -> None:
    point = mounted("size=64k,mode=700")
    mounted("ro", point)
    assert refusal(lambda: write_record(point / "n", Note(text=""))).code == "evidence.read_only"
    assert refusal(lambda: private_folder(point / "a")).code == "evidence.read_only"
    assert refusal(lambda: take(point / ".lock", 0.1)).code == "evidence.read_only"
