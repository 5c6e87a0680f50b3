"""Signature suites: which digest links a chain and which key signs its head.

The opening record of a chain names its suite, so that a project may ask for SM2 with SM3 (GB/T
32918, GB/T 32905) beside Ed25519 with SHA-256 (RFC 8032, FIPS 180-4), and old chains stay
readable whatever the next project asks for.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Side

DEFAULT_SUITE = "ed25519-sha256"


class PrivateKey(Protocol):
    """A private key ready to sign."""

    def sign(self, data: bytes) -> bytes: ...


class Suite(Protocol):
    """A digest and a signature scheme.  Keys and signatures are raw bytes."""

    name: str

    def digest(self, data: bytes) -> str:
        """Digest of `data`, 64 hexadecimal digits."""

    def generate(self) -> bytes:
        """Make a private key."""

    def public(self, private: bytes) -> bytes:
        """Derive the public key."""

    def load(self, private: bytes) -> PrivateKey:
        """Prepare a private key for signing."""

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        """Tell whether `signature` is that of `data` under `public`."""


class Ed25519Sha256:
    """Ed25519 (RFC 8032) over SHA-256 chains."""

    name = DEFAULT_SUITE

    def digest(self, data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def generate(self) -> bytes:
        return secrets.token_bytes(32)

    def public(self, private: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def load(self, private: bytes) -> PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(private)

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Sm2Sm3:
    """SM2 signatures (GB/T 32918.2) over SM3 chains (GB/T 32905), by the extra ``luodi[gm]``.

    The signer's identity is the standard's default, 1234567812345678.
    """

    name = "sm2-sm3"

    def digest(self, data: bytes) -> str:
        from cryptography.hazmat.primitives import hashes

        state = hashes.Hash(hashes.SM3())
        state.update(data)
        return state.finalize().hex()

    def generate(self) -> bytes:
        order = int(_gmssl().default_ecc_table["n"], 16)
        return (secrets.randbelow(order - 2) + 1).to_bytes(32, "big")

    def public(self, private: bytes) -> bytes:
        generator = _gmssl().default_ecc_table["g"]
        point: str = _curve()._kg(int.from_bytes(private, "big"), generator)
        return bytes.fromhex(point)

    def load(self, private: bytes) -> PrivateKey:
        return _Sm2Key(private, self.public(private))

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        try:
            return bool(_curve(public=public).verify_with_sm3(signature.hex(), data))
        except (ValueError, IndexError, TypeError):
            return False


@dataclass(frozen=True)
class _Sm2Key:
    private: bytes
    public: bytes

    def sign(self, data: bytes) -> bytes:
        """Sign with a nonce of our own: gmssl's is not random enough to keep the key secret."""
        nonce = Sm2Sm3().generate().hex()
        return bytes.fromhex(_curve(self.private, self.public).sign_with_sm3(data, nonce))


def _curve(private: bytes = b"", public: bytes = b"") -> Any:
    """The curve with a key; gmssl's constructor would strip every leading 0 and 4 of `public`."""
    curve = _gmssl().CryptSM2(private_key=private.hex(), public_key="")
    curve.public_key = public.hex()
    return curve


def _gmssl() -> Any:
    from luodi.evidence.extras import require

    return require("gmssl.sm2")


SUITES: tuple[Suite, ...] = (Ed25519Sha256(), Sm2Sm3())


def suite_named(name: str) -> Suite:
    """Find a suite by the name an opening record gives.

    Raises
    ------
    LuodiError
        ``evidence.suite_unknown``: the chain was made by a newer version.
    """
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise LuodiError(
        "evidence.suite_unknown", {"suite": name, "known": tuple(s.name for s in SUITES)}
    )


def writer_of(public_key: bytes) -> str:
    """Name the chain that `public_key` signs.

    The name is the key's fingerprint, so nobody can begin another chain under it.
    """
    return "w" + hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True)
class Signer:
    """An installation's signing key with the name and side it signs for.

    ``writer`` is the name of the chain it writes.
    """

    suite: Suite
    private: bytes = field(repr=False)
    name: str
    side: Side
    public_key: bytes = field(init=False)
    writer: str = field(init=False)
    _key: PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", self.suite.public(self.private))
        object.__setattr__(self, "writer", writer_of(self.public_key))
        object.__setattr__(self, "_key", self.suite.load(self.private))

    def sign(self, data: bytes) -> str:
        """Sign `data`; hexadecimal."""
        return self._key.sign(data).hex()


def new_signer(name: str, side: Side, suite: str = DEFAULT_SUITE) -> Signer:
    """Make a signing key."""
    chosen = suite_named(suite)
    return Signer(chosen, chosen.generate(), name, side)
