"""A crash leaves the old content or the new, never half of either."""

import errno
import os

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import (
    explained,
    extend,
    overwrite,
    shorten,
    sync_folder,
    write_all,
    write_atomic,
    write_new,
)


def test_it_works(tmp_path):
    path = tmp_path / "新建 文件夹" / "a.toml"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead")
def test_a_private_file_is_private_from_its_first_byte(tmp_path, monkeypatch):
    modes, real = [], os.write

    def look(handle, data):
        modes.append(os.fstat(handle).st_mode & 0o777)
        return real(handle, data)

    monkeypatch.setattr(os, "write", look)
    write_atomic(tmp_path / "key", b"secret", private=True)
    assert modes == [0o600]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_trouble_leaves_the_old_content_and_no_draft(tmp_path, monkeypatch, failing):
    path = tmp_path / "a"
    write_atomic(path, b"old")

    def fail(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(LuodiError) as full:
        write_atomic(path, b"new")
    assert full.value.code == "evidence.disk_full"
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_an_interruption_leaves_the_old_content_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomic(path, b"old")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, b"new")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_what_need_not_last_is_not_synced(tmp_path, monkeypatch):
    def fail(*args):
        raise AssertionError("synced")

    monkeypatch.setattr(os, "fsync", fail)
    write_atomic(tmp_path / "a", b"data", durable=False)
    assert (tmp_path / "a").read_bytes() == b"data"


def test_a_durable_file_is_synced_before_its_name(tmp_path, monkeypatch):
    steps, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("sync") or real(handle))
    replace = type(tmp_path).replace
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda *names: steps.append("rename") or replace(*names)
    )
    write_atomic(tmp_path / "a", b"data")
    assert steps == (["sync", "rename"] if os.name == "nt" else ["sync", "rename", "sync"])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EFBIG, "disk_full"),
        (errno.EROFS, "read_only"),
        (errno.EACCES, "no_access"),
        (errno.EPERM, "no_access"),
        (errno.EIO, "file_trouble"),
        (errno.EISDIR, "file_trouble"),
    ],
)
def test_an_operating_system_error_becomes_a_sentence(tmp_path, number, code):
    with pytest.raises(LuodiError) as trouble, explained(tmp_path):
        raise OSError(number, os.strerror(number))
    assert trouble.value.code == f"evidence.{code}"
    assert str(tmp_path) in trouble.value.text("zh")


def test_an_error_without_a_number_is_named_by_its_type(tmp_path):
    with pytest.raises(LuodiError) as trouble, explained(tmp_path):
        raise TimeoutError
    assert trouble.value.params["reason"] == "TimeoutError"


def test_other_errors_pass(tmp_path):
    with pytest.raises(ZeroDivisionError), explained(tmp_path):
        _ = 1 / 0
    with pytest.raises(LuodiError, match="Stopped"), explained(tmp_path):
        raise LuodiError("evidence.cancelled")


def test_a_short_write_is_followed_by_the_rest(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:3]))
    write_new(tmp_path / "a", b"0123456789")
    extend(tmp_path / "a", b"abcdefgh", 10)
    assert (tmp_path / "a").read_bytes() == b"0123456789abcdefgh"


def test_a_new_file_begins_empty(tmp_path):
    (tmp_path / "a").write_bytes(b"longer than before")
    write_new(tmp_path / "a", b"short", durable=False)
    assert (tmp_path / "a").read_bytes() == b"short"


@pytest.mark.parametrize("failing", ["os.write", "luodi.evidence.files._sync"])
def test_a_file_that_cannot_be_extended_keeps_its_size(tmp_path, monkeypatch, failing):
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    real = os.write

    def fail(handle, *data):
        if data:
            real(handle, data[0][:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(failing, fail)
    with pytest.raises(OSError, match="No space"):
        extend(path, b"abcdefgh", 10)
    assert path.read_bytes() == b"0123456789"


@pytest.fixture
def syncs(monkeypatch):
    """Sizes of the files the disk was asked to confirm."""
    sizes = []
    monkeypatch.setattr(
        "luodi.evidence.files._sync", lambda handle: sizes.append(os.fstat(handle).st_size)
    )
    return sizes


def test_extending_is_durable_and_so_is_taking_it_back(tmp_path, monkeypatch, syncs):
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    extend(path, b"abc", 10)
    real = os.write

    def fail(handle, data):
        real(handle, data[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(OSError, match="No space"):
        extend(path, b"abcdefgh", 13)
    shorten(path, 10)
    assert (path.read_bytes(), syncs) == (b"0123456789", [13, 13, 10])


def test_a_small_file_is_overwritten_in_place(tmp_path, syncs):
    path = tmp_path / "a"
    overwrite(path, b"one\n", 16)
    before = path.stat().st_ino
    overwrite(path, b"three\n", 16)
    overwrite(path, b"two", 16, durable=False)
    assert path.read_bytes() == b"two".ljust(15) + b"\n"
    assert (path.stat().st_ino, syncs, list(tmp_path.iterdir())) == (before, [16], [path])


@pytest.mark.parametrize("present", [None, b"", b"short", b"longer than the sixteen bytes"])
def test_what_is_written_in_place_later_is_put_there_durably(tmp_path, monkeypatch, present):
    """Or the name of a file that was synced in place could be gone after a power cut."""
    path, steps = tmp_path / "a", []
    if present is not None:
        path.write_bytes(present)
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("sync"))
    overwrite(path, b"one", 16, durable=False)
    assert path.read_bytes() == b"one".ljust(15) + b"\n"
    assert len(steps) == (1 if os.name == "nt" else 2)


def test_what_is_too_long_is_written_whole(tmp_path):
    for line in (b"x" * 40, b"y" * 40, b"z" * 60, b"short"):
        overwrite(tmp_path / "a", line, 16)
        assert (tmp_path / "a").read_bytes() == line.ljust(15) + b"\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead")
def test_a_private_small_file_stays_private(tmp_path):
    path = tmp_path / "home" / "a"
    for line in (b"one", b"two", b"longer than sixteen bytes"):
        overwrite(path, line, 16, private=True)
        assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_extending_makes_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        extend(tmp_path / "a", b"data", 0)
    assert not (tmp_path / "a").exists()


def test_nothing_is_written_for_nothing():
    write_all(-1, b"")


def test_a_folder_is_synced(tmp_path):
    sync_folder(tmp_path)
