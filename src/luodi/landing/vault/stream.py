"""AES-256-GCM over a sequence of chunks: the STREAM construction.

Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015, section 7.  The nonce of a chunk is a random 7-byte prefix, its
number in 4 bytes and one byte that is 1 for the last chunk; so no chunk can be left out, moved,
repeated, or taken for the end.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX_SIZE = 7
TAG_SIZE = 16
"""Bytes by which a chunk grows: the authentication tag of GCM (NIST SP 800-38D)."""


class Stream:
    """Seals and opens the chunks of one object under its own key.

    Parameters
    ----------
    key : bytes
        32 bytes, used for this object only.
    prefix : bytes
        7 random bytes.
    context : bytes
        What the object belongs to; authenticated with every chunk.
    """

    def __init__(self, key: bytes, prefix: bytes, context: bytes) -> None:
        self._cipher = AESGCM(key)
        self._prefix = prefix
        self._context = context

    def seal(self, number: int, data: bytes, *, last: bool = False) -> bytes:
        """Encrypt chunk `number`, counted from 0.  2³² chunks of 64 KiB are 256 TiB."""
        return self._cipher.encrypt(self._nonce(number, last), data, self._context)

    def open(self, number: int, data: bytes, *, last: bool = False) -> bytes | None:
        """Decrypt chunk `number`, or return None if it is not that chunk, whole and unchanged."""
        try:
            return self._cipher.decrypt(self._nonce(number, last), data, self._context)
        except InvalidTag:
            return None

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + (b"\1" if last else b"\0")
