"""A public key as one line of text, to be sent in a chat and typed in again if need be.

::

    luodi-key:1:<suite>:<side>:<public key, hex>:<name, percent-encoded>:<checksum>

The checksum, the first 8 hexadecimal digits of SHA-256 over everything before it, finds a slip of
the finger.  It proves nothing about who sent the line; comparing fingerprints by telephone does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import quote, unquote

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Side
from luodi.evidence.suite import suite_named
from luodi.landing.names import is_plain, visible

_PREFIX = "luodi-key"
_VERSION = "1"
PUBLIC_SIZES = {"ed25519-sha256": 32, "sm2-sm3": 64}
"""Length of a public key, in bytes: RFC 8032 §5.1.5; GB/T 32918.1, x ‖ y."""


@dataclass(frozen=True)
class PublicKey:
    """A public key with the name and side it signs for."""

    suite: str
    side: Side
    public_key: bytes
    name: str


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a public key in 16 groups of 4 hexadecimal digits, for reading aloud."""
    digits = hashlib.sha256(public_key).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def format_key(key: PublicKey) -> str:
    """Write a public key as one line."""
    name = quote(key.name, safe="")
    body = f"{_PREFIX}:{_VERSION}:{key.suite}:{key.side}:{key.public_key.hex()}:{name}"
    return f"{body}:{_checksum(body)}"


def parse_key(text: str) -> PublicKey:
    """Read the line that `format_key` writes.

    Blanks and line breaks that a mail program put in are dropped, a full-width colon is a colon.

    Raises
    ------
    WrongUse
        ``landing.key_text_*``: not a key, mistyped, of a newer version, or not usable.
    """
    line = "".join(text.split()).replace("：", ":")
    body, _, checksum = line.rpartition(":")
    if not line.startswith(f"{_PREFIX}:"):
        # Not quoted: it may be a secret pasted by mistake.
        raise WrongUse("landing.key_text_foreign")
    if _checksum(body) != checksum:
        raise WrongUse("landing.key_text_mistyped")
    _, version, *rest = body.split(":")
    if version != _VERSION or len(rest) != 4:
        raise WrongUse("landing.key_text_newer", {"version": visible(version)})
    suite, side, digits, name = rest
    return check_key(suite, side, digits, unquote(name))


def check_key(suite: str, side: str, digits: str, name: str) -> PublicKey:
    """Make a public key of its parts.

    Raises
    ------
    LuodiError
        ``evidence.suite_unknown``; ``landing.key_text_wrong`` naming the part that is wrong.
    """
    suite_named(suite)
    if side not in list(Side):
        raise WrongUse("landing.key_text_wrong", {"part": "side", "value": visible(side)})
    try:
        public_key = bytes.fromhex(digits)
    except ValueError:
        public_key = b""
    if len(public_key) != PUBLIC_SIZES[suite]:
        raise WrongUse("landing.key_text_wrong", {"part": "public key", "value": visible(digits)})
    if not is_plain(name):
        raise WrongUse("landing.key_text_wrong", {"part": "name", "value": visible(name)})
    return PublicKey(suite, Side(side), public_key, name)


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()[:8]
