r"""A file of many files, encrypted under a passphrase: scrypt (RFC 7914), then AES-256-GCM.

::

    LUODI-BACKUP 1\n  salt (16 bytes)  prefix (7 bytes)  { length (4 bytes)  sealed chunk }…

Inside is a tar stream, so nothing is laid out in clear on the way.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tarfile import TarFile, TarInfo
from tarfile import open as open_tar
from typing import BinaryIO

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from luodi.evidence.errors import LuodiError
from luodi.landing.vault.stream import PREFIX_SIZE, Stream

MAGIC = b"LUODI-BACKUP 1\n"
CHUNK = 1 << 20
SALT_SIZE = 16


class _Sealing(io.RawIOBase):
    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, prefix = secrets.token_bytes(SALT_SIZE), secrets.token_bytes(PREFIX_SIZE)
        file.write(MAGIC + salt + prefix)
        self._file, self._stream = file, Stream(_key(passphrase, salt), prefix, MAGIC)
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]  # tarfile gives bytes
        self._waiting += given
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(given)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, data: bytes, *, last: bool) -> None:
        sealed = self._stream.seal(self._number, data, last=last)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


@contextmanager
def writing(path: Path, passphrase: str) -> Iterator[TarFile]:
    """Write an archive at `path`, whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(draft, "xb", opener=_private) as file:
            sealing = _Sealing(file, passphrase)
            with open_tar(mode="w|", fileobj=sealing) as tar:
                yield tar
            sealing.finish()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)


def add(tar: TarFile, name: str, data: bytes) -> None:
    """Put a small file into an archive."""
    info = TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def extract(path: Path, passphrase: str, folder: Path) -> None:
    """Lay an archive out under `folder`, which must be private.

    Raises
    ------
    LuodiError
        ``workbench.running.not_a_backup``, ``wrong_passphrase``, ``damaged``: nothing of it may be
        used then.
    """
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise LuodiError("workbench.running.not_a_backup", {"path": str(path)})
        salt, prefix = file.read(SALT_SIZE), file.read(PREFIX_SIZE)
        stream = Stream(_key(passphrase, salt), prefix, MAGIC)
        plain = folder / ".tar"
        with plain.open("wb") as out:
            for chunk in _opened(file, stream, path):
                out.write(chunk)
    with open_tar(plain) as tar:
        tar.extractall(folder, filter="data")
    plain.unlink()


def _opened(file: BinaryIO, stream: Stream, path: Path) -> Iterator[bytes]:
    number, ended = 0, False
    while head := file.read(4):
        sealed = file.read(int.from_bytes(head, "big"))
        data = stream.open(number, sealed)
        if data is None:
            data = stream.open(number, sealed, last=True)
            ended = data is not None
        if data is None:
            first = number == 0
            code = "workbench.running.wrong_passphrase" if first else "workbench.running.damaged"
            raise LuodiError(code, {"path": str(path)})
        yield data
        number += 1
    if not ended:
        raise LuodiError("workbench.running.damaged", {"path": str(path)})
