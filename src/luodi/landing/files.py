"""Private folders, private files, small records and locks; the one place that asks about modes.

Whole-or-nothing writing is `luodi.evidence.files.write_atomic`; this adds what secrets need.
"""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar, cast

import msgspec
import tomli_w

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_atomic

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""Mode bits by which group or others reach a file."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the small TOML files kept under ``LUODI_HOME``; the first line names the format."""

    format: Literal[1] = 1


R = TypeVar("R", bound=Record)


def private_folder(path: Path) -> Path:
    """Create a folder, and the missing ones above it, open to its owner alone (mode 0700).

    Folders that exist keep the mode they have.

    Raises
    ------
    LuodiError
        ``landing.not_a_folder`` where a file stands in the way; ``evidence.*`` for a disk that
        is full, read-only or closed to this user.
    """
    with explained(path):
        missing = [part for part in (path, *path.parents) if not part.exists()]
        for part in reversed(missing):
            try:
                part.mkdir(mode=0o700, exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                raise LuodiError("landing.not_a_folder", {"path": str(part)}) from None
        if not path.is_dir():
            raise LuodiError("landing.not_a_folder", {"path": str(path)})
    return path


def is_shared(mode: int) -> bool:
    """Tell whether a mode lets group or others in.  Windows keeps access lists, not modes."""
    return os.name != "nt" and bool(mode & OTHERS)


def read_secret(path: Path) -> bytes:
    """Read a file that nobody but its owner may be able to read.

    On a file system that cannot keep modes, such as FAT on a USB stick, there is nothing to set
    right, and the mode is not asked about.

    Raises
    ------
    LuodiError
        ``landing.secret_shared``, or ``evidence.*`` where the disk says no.
    """
    with explained(path), path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if is_shared(mode) and _keeps_modes(path.parent):
            raise LuodiError("landing.secret_shared", {"path": str(path), "mode": f"{mode:04o}"})
        return file.read()


def _keeps_modes(folder: Path) -> bool:
    """Try it: make a 0600 file and look.  A stick that cannot be written is taken at its word."""
    probe = folder / f".mode.{secrets.token_hex(4)}"
    try:
        probe.touch(mode=0o600, exist_ok=False)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        return not stat.S_IMODE(probe.stat().st_mode) & OTHERS
    finally:
        probe.unlink()


def write_record(path: Path, record: Record) -> None:
    """Put a record at `path` whole, readable by its owner alone."""
    private_folder(path.parent)
    plain = msgspec.to_builtins(record, builtin_types=(datetime,))
    text = tomli_w.dumps(cast(dict[str, object], _without_none(plain)))
    write_atomic(path, text.encode(), private=True)


def _without_none(value: object) -> object:
    """TOML has no null: what is not there is left out."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


def read_record(path: Path, kind: type[R], damaged: str, data: bytes | None = None) -> R:
    """Read a record of one kind.

    Parameters
    ----------
    damaged : str
        Message code for a file that cannot be understood; it gets ``path`` and ``reason``.
    data : bytes, optional
        The file's content where it was read already.

    Raises
    ------
    LuodiError
        `damaged`, or ``landing.newer_format`` for a file of a later version.
    """
    if data is None:
        with explained(path):
            data = path.read_bytes()
    try:
        table = tomllib.loads(data.decode())
        found = table.get("format")
        if isinstance(found, int) and found > 1:
            raise LuodiError(
                "landing.newer_format", {"path": str(path), "format": found, "known": 1}
            )
        return msgspec.convert(table, kind)
    except (ValueError, msgspec.ValidationError) as error:
        # Parser messages name a line or a field, never a value: a key cannot leak through them.
        reason = "UTF-8" if isinstance(error, UnicodeError) else str(error)
        raise LuodiError(damaged, {"path": str(path), "reason": reason}) from None


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file at `path`; one holder at a time among all processes of this host.

    Parameters
    ----------
    timeout : float
        How long to wait for another holder, in seconds.

    Raises
    ------
    LuodiError
        ``landing.busy`` when it stays taken.
    """
    from filelock import FileLock, Timeout  # whoever only reads need not wait for its import

    private_folder(path.parent)
    lock = FileLock(path, timeout=timeout, mode=0o600)
    try:
        with explained(path):
            try:
                lock.acquire()
            except Timeout:
                params = {"path": str(path), "seconds": f"{timeout:g}"}
                raise LuodiError("landing.busy", params) from None
        yield
    finally:
        lock.release()
