"""One object of a vault as a file.

::

    "luodiv1", LF | salt (32) | nonce prefix (7) | header (1024) | content … | trailer (40)

Header, content in pieces of 64 KiB, and trailer are the chunks of one `Stream`.  The header holds
the name and the time, padded so that its length says nothing; the trailer holds the size and the
SHA-256 of the content.  As both sit at known places, an object is listed without reading it, and
one that was cut short or grew is refused before its first byte is handed out.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import now
from luodi.landing.vault.key import VaultKey
from luodi.landing.vault.stream import PREFIX_SIZE, TAG_SIZE, Stream

MAGIC = b"luodiv1\n"
SALT_SIZE = 32
CHUNK = 64 * 1024
"""Bytes of content in a chunk; every chunk is full but the last."""
HEADER = 1024
TRAILER = 8 + 32
_CLEAR = len(MAGIC) + SALT_SIZE + PREFIX_SIZE
_OVERHEAD = _CLEAR + HEADER + TRAILER + 2 * TAG_SIZE


class Source(Protocol):
    """Anything that content can be read from: a file, a pipe, `io.BytesIO`."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class VaultEntry:
    """An object as it is listed: size in bytes and digest are those of the content."""

    name: str
    size: int
    sha256: str
    added: datetime


class _Header(msgspec.Struct, frozen=True):
    name: str
    added: datetime


def write_object(
    write: Callable[[bytes], None], source: Source, key: VaultKey, identity: str, name: str
) -> VaultEntry:
    """Encrypt `source` as the object `identity`.

    Parameters
    ----------
    write : callable
        Takes the encrypted bytes, in order.
    identity : str
        File name of the object; bound into its key and into every chunk.

    Raises
    ------
    LuodiError
        ``landing.vault_source`` when the source cannot be read to its end.
    """
    clear = MAGIC + secrets.token_bytes(SALT_SIZE + PREFIX_SIZE)
    stream = _stream(clear, key, identity)
    header = _Header(name, now())
    write(clear)
    write(stream.seal(0, msgspec.json.encode(header).ljust(HEADER)))
    size, number, digest = 0, 0, hashlib.sha256()
    for number, data in enumerate(_chunks(source), start=1):
        digest.update(data)
        size += len(data)
        write(stream.seal(number, data))
    write(stream.seal(number + 1, size.to_bytes(8, "big") + digest.digest(), last=True))
    return VaultEntry(name, size, digest.hexdigest(), header.added)


class VaultObject:
    """An object opened for reading; iterate over it for its content.

    Every piece was authenticated before it is handed out.  Damage inside the content is noticed
    when that piece is reached, so act on the content only after the last piece.

    Raises
    ------
    LuodiError
        ``landing.vault_object_damaged``.
    """

    def __init__(self, file: BinaryIO, key: VaultKey, identity: str) -> None:
        self._file = file
        self._damage = LuodiError(
            "landing.vault_object_damaged", {"object": identity[:12], "project": key.project}
        )
        total = os.fstat(file.fileno()).st_size
        full, rest = divmod(total - _OVERHEAD, CHUNK + TAG_SIZE)
        clear = file.read(_CLEAR)
        if total < _OVERHEAD or not clear.startswith(MAGIC) or 0 < rest <= TAG_SIZE:
            raise self._damage
        self._chunks = full + bool(rest)
        self._stream = _stream(clear, key, identity)
        header = self._open(0, HEADER)
        file.seek(total - TRAILER - TAG_SIZE)
        trailer = self._open(self._chunks + 1, TRAILER, last=True)
        known = msgspec.json.decode(header, type=_Header)
        size = int.from_bytes(trailer[:8], "big")
        self.entry = VaultEntry(known.name, size, trailer[8:].hex(), known.added)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(_CLEAR + HEADER + TAG_SIZE)
        left = self.entry.size
        for number in range(1, self._chunks + 1):
            yield self._open(number, min(left, CHUNK))
            left -= CHUNK

    def _open(self, number: int, size: int, *, last: bool = False) -> bytes:
        data = self._stream.open(number, self._file.read(size + TAG_SIZE), last=last)
        if data is None:
            raise self._damage
        return data


def _stream(clear: bytes, key: VaultKey, identity: str) -> Stream:
    salt, prefix = clear[len(MAGIC) : -PREFIX_SIZE], clear[-PREFIX_SIZE:]
    context = "\0".join((key.project, key.vault, identity)).encode()
    return Stream(key.derive("object", identity, salt), prefix, clear + context)


def _chunks(source: Source) -> Iterator[bytes]:
    """Full chunks and one shorter rest, however little a pipe gives at a time."""
    pending = bytearray()
    while data := _read(source, CHUNK - len(pending)):
        pending += data
        if len(pending) == CHUNK:
            yield bytes(pending)
            pending.clear()
    if pending:
        yield bytes(pending)


def _read(source: Source, size: int) -> bytes:
    try:
        return source.read(size)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LuodiError("landing.vault_source", {"reason": reason}) from error
