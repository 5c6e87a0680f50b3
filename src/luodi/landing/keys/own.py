"""The installation's own signing key: one file, made on first use, never made again in silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.model import Side, now
from luodi.evidence.suite import Signer, new_signer, suite_named
from luodi.landing.files import Record, read_record, read_secret, write_record
from luodi.landing.home import Home
from luodi.landing.keys.text import PublicKey, fingerprint, format_key
from luodi.landing.settings import Settings

DAMAGED = "landing.key_damaged"


class KeyFile(Record, frozen=True, kw_only=True):
    """``keys/signing.toml``.  The public key is there to notice damage to the private one."""

    suite: str
    name: str
    side: Side
    created: datetime
    public: str
    private: str

    def __repr__(self) -> str:
        return f"KeyFile(name={self.name!r}, public={self.public!r})"


@dataclass(frozen=True)
class KeyCard:
    """What may be shown of a signing key.  ``text`` is the line to send to others."""

    name: str
    side: Side
    suite: str
    writer: str
    fingerprint: str
    text: str


def own_signer(home: Home, settings: Settings) -> Signer:
    """Return the signing key, making it on first use for the settings' actor, side and suite.

    Raises
    ------
    LuodiError
        ``landing.key_damaged``, ``landing.secret_shared``, ``landing.newer_format``, or the disk
        says no.
    """
    signer = find_signer(home)
    if signer is not None:
        return signer
    with home.locked(lock_path(home)):
        return find_signer(home) or make_key(home, settings)


def find_signer(home: Home) -> Signer | None:
    """Return the signing key, or None where none was made yet; makes none.

    Raises
    ------
    LuodiError
        As `own_signer`.
    """
    path = key_path(home)
    with explained(path):
        if not path.exists():
            return None
    return decode(path, read_secret(path))


def show(signer: Signer) -> KeyCard:
    """Everything about a signing key that others may know."""
    public = PublicKey(signer.suite.name, signer.side, signer.public_key, signer.name)
    return KeyCard(
        name=signer.name,
        side=signer.side,
        suite=signer.suite.name,
        writer=signer.writer,
        fingerprint=fingerprint(signer.public_key),
        text=format_key(public),
    )


def make_key(home: Home, settings: Settings) -> Signer:
    """Make a key and store it, over the one that is there; the caller holds the lock."""
    signer = new_signer(settings.actor, settings.side, settings.suite)
    record = KeyFile(
        suite=signer.suite.name,
        name=signer.name,
        side=signer.side,
        created=now(),
        public=signer.public_key.hex(),
        private=signer.private.hex(),
    )
    write_record(key_path(home), record)
    return signer


def decode(path: Path, data: bytes) -> Signer:
    """Read a key file and make sure that its two halves belong together."""
    record = read_record(path, KeyFile, DAMAGED, data)
    suite = suite_named(record.suite)
    try:
        signer = Signer(suite, bytes.fromhex(record.private), record.name, record.side)
    except ValueError:
        signer = None
    if signer is None or len(signer.private) != 32 or signer.public_key.hex() != record.public:
        raise LuodiError(DAMAGED, {"path": str(path), "reason": "private"})
    return signer


def key_path(home: Home) -> Path:
    """Where the signing key is."""
    return home.keys / "signing.toml"


def lock_path(home: Home) -> Path:
    """Lock that guards the signing key and the trusted keys."""
    return home.keys / ".lock"
