"""The key of a vault: one file outside the vault, and everything that is derived from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, sync_folder, write_all
from luodi.evidence.model import now
from luodi.landing.files import Record, private_folder, read_record, read_secret, write_record
from luodi.landing.home import Home
from luodi.landing.names import check_project
from luodi.landing.settings import Settings

KEY_SIZE = 32
_DAMAGED = "landing.vault_key_damaged"


class KeyState(StrEnum):
    """What was found where a vault's key should be."""

    PRESENT = "present"
    SHARED = "shared"
    MISSING = "missing"
    FOREIGN = "foreign"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class VaultKey:
    """Key of one vault of one project; ``vault`` is the vault's id, 32 hexadecimal digits."""

    project: str
    vault: str
    material: bytes = field(repr=False)

    def derive(self, use: str, purpose: str = "", salt: bytes = b"") -> bytes:
        """Derive 32 bytes for one purpose: HKDF-SHA256 (RFC 5869), bound to project and vault."""
        info = "\0".join(("luodi-vault-1", use, self.project, purpose)).encode()
        salt = bytes.fromhex(self.vault) + salt
        return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=info).derive(self.material)

    def identity(self, name: str) -> str:
        """File name of the object called `name`: an HMAC, so that a listing shows nothing."""
        return hmac.new(self.derive("names"), name.encode(), hashlib.sha256).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Names the key in reports without helping anyone to find it; 64 hexadecimal digits."""
        return self.derive("fingerprint").hex()


class _KeyFile(Record, frozen=True, kw_only=True):
    project: str
    vault: str
    created: datetime
    key: str
    check: str

    def __repr__(self) -> str:
        return f"_KeyFile(project={self.project!r}, vault={self.vault!r})"


@dataclass(frozen=True)
class FoundKey:
    """What lies where the key should be; ``key`` is there unless it is missing or damaged."""

    state: KeyState
    path: Path
    key: VaultKey | None = None

    def require(self, project: str, remedy: str | None = None) -> VaultKey:
        """Return the key if it is the right one and nobody else can read it.

        Raises
        ------
        LuodiError
            ``landing.vault_key_missing``, ``_foreign``, ``_damaged``; ``landing.secret_shared``.
        """
        if self.state is KeyState.PRESENT and self.key is not None:
            return self.key
        params = {"path": str(self.path), "project": project}
        if self.state is KeyState.SHARED:
            params["mode"] = f"{self.path.stat().st_mode & 0o777:04o}"
            raise LuodiError("landing.secret_shared", params)
        raise LuodiError(f"landing.vault_key_{self.state}", params, remedy)


def new_key(project: str) -> VaultKey:
    """Make a key, and with it the id of a vault."""
    return VaultKey(project, secrets.token_hex(16), secrets.token_bytes(KEY_SIZE))


def key_path(settings: Settings, project: str) -> Path:
    """Where the key of a project's vault belongs."""
    return settings.vault_keys / f"{check_project(project)}.key"


def key_folder(home: Home, settings: Settings) -> Path:
    """Return the folder for new keys; the default one is created.

    A folder that the settings name must exist: where the stick is not plugged in, creating it
    would quietly put the key onto the disk that it should be kept away from.

    Raises
    ------
    LuodiError
        ``landing.vault_key_folder_missing``.
    WrongUse
        ``landing.vault_key_inside``: key and vault would lie together.
    """
    folder = settings.vault_keys
    if folder.resolve().is_relative_to((home.path / "vault").resolve()):
        raise WrongUse("landing.vault_key_inside", {"path": str(folder)})
    if folder.is_relative_to(home.path):
        return private_folder(folder)
    if not folder.is_dir():
        raise LuodiError("landing.vault_key_folder_missing", {"path": str(folder)})
    return folder


def store_key(settings: Settings, key: VaultKey) -> None:
    """Write the key file."""
    digits = key.material.hex()
    record = _KeyFile(
        project=key.project,
        vault=key.vault,
        created=now(),
        key=digits,
        check=_check(key.project, key.vault, digits),
    )
    write_record(key_path(settings, key.project), record)


def find_key(settings: Settings, project: str, vault: str) -> FoundKey:
    """Look for the key of one vault.

    Raises
    ------
    LuodiError
        The place cannot be read at all, or the file is of a newer version.
    """
    path = key_path(settings, project)
    try:
        data = read_secret(path)
        state = KeyState.PRESENT
    except LuodiError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return FoundKey(KeyState.MISSING, path)
        if error.code != "landing.secret_shared":
            raise
        with explained(path):
            data = path.read_bytes()
        state = KeyState.SHARED
    try:
        record = read_record(path, _KeyFile, _DAMAGED, data)
    except LuodiError as error:
        if error.code != _DAMAGED:
            raise
        return FoundKey(KeyState.DAMAGED, path)
    if record.check != _check(record.project, record.vault, record.key):
        return FoundKey(KeyState.DAMAGED, path)
    key = VaultKey(record.project, record.vault, bytes.fromhex(record.key))
    ours = (record.project, record.vault) == (project, vault)
    return FoundKey(state if ours else KeyState.FOREIGN, path, key)


def overwrite_key(path: Path) -> None:
    """Overwrite a key file in place with random bytes and have the disk confirm it."""
    with explained(path):
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            write_all(handle, secrets.token_bytes(os.fstat(handle).st_size))
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_key(path: Path) -> None:
    """Remove a key file; after `overwrite_key` nothing but noise is in it."""
    with explained(path):
        path.unlink()
        sync_folder(path.parent)


def _check(project: str, vault: str, digits: str) -> str:
    return hashlib.sha256("\0".join((project, vault, digits)).encode()).hexdigest()[:16]
