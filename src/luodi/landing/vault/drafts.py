"""Objects being written: invisible until whole, and cleared away when their writer has died.

A writer holds its draft: by `flock` on POSIX, by having it open on Windows, where an open file
cannot be removed.  Either ends with the process, whatever killed it.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_all
from luodi.landing.files import private_folder
from luodi.landing.home import Home
from luodi.landing.vault.layout import drafts, files_in, lock_path

if sys.platform != "win32":
    import fcntl


class Draft:
    """A new file under ``drafts/``; create it, and end it, while holding the vault's lock."""

    def __init__(self, folder: Path) -> None:
        self.path = private_folder(drafts(folder)) / secrets.token_hex(8)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with explained(self.path):
            self._handle: int | None = os.open(self.path, flags, 0o600)
            _hold(self._handle)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        assert self._handle is not None
        write_all(self._handle, data)

    def sync(self) -> None:
        """Have the disk confirm what was written."""
        assert self._handle is not None
        os.fsync(self._handle)

    def close(self) -> None:
        """Let go of the file; it stays."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def discard(self) -> None:
        """Let go of the file and remove it if it is still a draft."""
        self.close()
        with suppress(OSError):
            self.path.unlink()


def clear(home: Home, project: str) -> None:
    """Remove drafts whose writer is gone.

    This is housekeeping: on a read-only disk, or while another process holds the vault, it is
    left for the next time.
    """
    folder = home.vault(project)
    with suppress(LuodiError, OSError):
        if not files_in(drafts(folder)):
            return
        with home.locked(lock_path(home, project)):
            for path in files_in(drafts(folder)):
                with suppress(OSError):
                    if not _is_held(path):
                        path.unlink()


def _hold(handle: int) -> None:
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
