"""What lies where in a vault, and the one readable file in it.

::

    vault.toml     which vault this is and which key it wants; sealed with that key
    objects/       one file per object, named by an HMAC of the object's name
    drafts/        objects being written
    work/<purpose>/  folders of engines that encrypt by themselves
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from luodi.evidence.canonical import canonical_json
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.evidence.model import now
from luodi.landing.files import Record, read_record, write_record
from luodi.landing.home import Home
from luodi.landing.vault.key import VaultKey

DAMAGED = "landing.vault_damaged"


class VaultRecord(Record, frozen=True, kw_only=True):
    """``vault.toml``.  ``key`` is the fingerprint of the vault's key."""

    project: str
    vault: str
    created: datetime
    key: str
    seal: str = ""


def objects(folder: Path) -> Path:
    """Folder of the objects."""
    return folder / "objects"


def drafts(folder: Path) -> Path:
    """Folder of objects being written."""
    return folder / "drafts"


def work(folder: Path) -> Path:
    """Folder of the workspaces."""
    return folder / "work"


def record_path(folder: Path) -> Path:
    """The one readable file."""
    return folder / "vault.toml"


def lock_path(home: Home, project: str) -> Path:
    """Lock of a project's vault; outside of it, so that it outlives its destruction."""
    return home.state(project) / "vault.lock"


def write_vault_record(folder: Path, key: VaultKey) -> VaultRecord:
    """Write ``vault.toml`` for a new vault."""
    record = VaultRecord(project=key.project, vault=key.vault, created=now(), key=key.fingerprint)
    record = msgspec.structs.replace(record, seal=_seal(record, key))
    write_record(record_path(folder), record)
    return record


def read_vault_record(home: Home, project: str) -> VaultRecord:
    """Read ``vault.toml``.

    Raises
    ------
    WrongUse
        ``landing.vault_absent``: this project has no vault here.
    LuodiError
        ``landing.vault_damaged``, ``landing.newer_format``.
    """
    path = record_path(home.vault(project))
    with explained(path):
        if not path.exists():
            raise WrongUse("landing.vault_absent", {"project": project})
    record = read_record(path, VaultRecord, DAMAGED)
    if record.project != project:
        raise LuodiError(DAMAGED, {"path": str(path), "reason": "project"})
    return record


def check_seal(folder: Path, record: VaultRecord, key: VaultKey) -> None:
    """Make sure that ``vault.toml`` is as the key's holder wrote it.

    Raises
    ------
    LuodiError
        ``landing.vault_damaged``.
    """
    if not hmac.compare_digest(record.seal.encode(), _seal(record, key).encode()):
        params = {"path": str(record_path(folder)), "reason": "seal"}
        raise LuodiError(DAMAGED, params)


def files_in(folder: Path) -> list[Path]:
    """Files directly in a folder, by name; none where there is no such folder."""
    with explained(folder):
        return sorted(path for path in folder.iterdir()) if folder.is_dir() else []


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; links are not followed."""
    return sum(path.lstat().st_size for path in walk(folder) if not path.is_dir())


def walk(folder: Path) -> Iterator[Path]:
    """Every file and folder below `folder`; what disappears meanwhile is left out."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if os.path.lexists(path):
                yield path


def _seal(record: VaultRecord, key: VaultKey) -> str:
    fields = msgspec.structs.asdict(msgspec.structs.replace(record, seal=""))
    return hmac.new(key.derive("seal"), canonical_json(fields), hashlib.sha256).hexdigest()
