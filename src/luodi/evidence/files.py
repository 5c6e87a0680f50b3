"""Writing files so that a crash leaves the old content or the new, never half of either."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from luodi.evidence.errors import LuodiError

_CODES = {
    errno.ENOSPC: "evidence.disk_full",
    errno.EDQUOT: "evidence.disk_full",
    errno.EFBIG: "evidence.disk_full",
    errno.EROFS: "evidence.read_only",
    errno.EACCES: "evidence.no_access",
    errno.EPERM: "evidence.no_access",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an operating-system error about `path` into a sentence with a next step."""
    try:
        yield
    except OSError as error:
        code = _CODES.get(error.errno or 0, "evidence.file_trouble")
        # The symbol, for the system's own sentence is English whoever reads it.
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        params = {"path": str(path), "reason": reason}
        raise LuodiError(code, params) from error


def write_atomic(path: Path, data: bytes, *, private: bool = False, durable: bool = True) -> None:
    """Put `data` at `path` whole.

    A private file is readable by its owner alone from its first byte.  A durable one survives a
    power cut once this returns; the other may fall back to its old content.

    Raises
    ------
    LuodiError
        The disk is full, read-only, or closed to this user; the old content stands.
    """
    with explained(path):
        path.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            write_new(draft, data, mode=0o600 if private else 0o644, durable=durable)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)


def write_new(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Write a file from its first byte, and have the disk confirm it when asked."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, mode)
    try:
        write_all(handle, data)
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)


def overwrite(
    path: Path, data: bytes, width: int, *, private: bool = False, durable: bool = True
) -> None:
    """Put `data`, padded with blanks to `width`, over a small file in place.

    Only the file's own bytes change, no directory, so this stays fast on a busy disk.  A reader may
    meet half of it; what is written this way has to show by itself that it is whole.  A file that
    is not there yet, or of another size, is put there durably, for later writing to stand on.
    """
    line = data.rstrip(b"\n").ljust(width - 1) + b"\n"
    if not path.exists() or path.stat().st_size != len(line):
        write_atomic(path, line, private=private)
        return
    handle = os.open(path, os.O_WRONLY | _BINARY)
    try:
        write_all(handle, line)
        if durable:
            _sync(handle)
    finally:
        os.close(handle)


def extend(path: Path, data: bytes, size: int) -> None:
    """Add `data` behind the `size` bytes of a file, durably; trouble leaves it at that size."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)
    try:
        write_all(handle, data)
        _sync(handle)
    except OSError:
        os.ftruncate(handle, size)
        _sync(handle)
        raise
    finally:
        os.close(handle)


def shorten(path: Path, size: int) -> None:
    """Cut a file to `size` bytes, durably."""
    handle = os.open(path, os.O_WRONLY | _BINARY)
    try:
        os.ftruncate(handle, size)
        _sync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; a short write is followed by the rest, or by the error that stopped it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_file(path: Path) -> None:
    """Have the disk confirm what somebody else wrote into a file."""
    handle = os.open(path, os.O_RDWR | _BINARY)  # Windows syncs only what may be written to
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable; Windows keeps its own order and has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Have the disk confirm a file's bytes and size, not its times."""

_BINARY: int = getattr(os, "O_BINARY", 0)
