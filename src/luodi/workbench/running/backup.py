"""Back the workbench up: database, keys, and what the installation remembers of the ledgers.

The vault is not part of it: patient-level data leaves the hospital's host in no file.  The archive
holds signing keys and is therefore encrypted, always.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from luodi import __version__
from luodi.evidence.model import now
from luodi.landing.home import Home
from luodi.workbench.core.models import Project, StoredRecord
from luodi.workbench.running import archive, snapshot

HOME = "home"
"""Folder in the archive with files of ``LUODI_HOME``."""

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    version: str
    made: str
    database: str
    migrations: tuple[str, ...]
    projects: int
    records: int
    files: int


def backup(path: Path, home: Home, passphrase: str) -> Manifest:
    """Write a backup to `path`; people may go on working."""
    files = kept_files(home)
    with tempfile.TemporaryDirectory(dir=home.path, prefix=".backup-") as place:
        database = snapshot.take(Path(place))
        manifest = Manifest(
            FORMAT,
            __version__,
            now().isoformat(timespec="seconds"),
            database.name,
            applied(),
            Project.objects.count(),
            StoredRecord.objects.count(),
            len(files),
        )
        with archive.writing(path, passphrase) as tar:
            archive.add(tar, "manifest.json", json.dumps(asdict(manifest)).encode())
            tar.add(database, database.name)
            for file in files:
                tar.add(file, f"{HOME}/{file.relative_to(home.path).as_posix()}")
    return manifest


def applied() -> tuple[str, ...]:
    """The migrations that the tables have seen."""
    found = MigrationRecorder(connection).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in found))


def kept_files(home: Home) -> list[Path]:
    """Files of the home that a backup holds: keys, public files, memories of the ledgers."""
    found = [
        *_under(home.keys),
        *_under(home.path / "organisations"),
        *_under(home.path / "files"),
        *(file for seen in home.path.glob("state/*/seen") for file in _under(seen)),
    ]
    vaults = home.keys / "vault"
    return [file for file in found if not file.is_relative_to(vaults)]


def _under(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(
        file for file in place.rglob("*") if file.is_file() and not file.name.endswith(".lock")
    )


def moment(manifest: Manifest) -> datetime:
    """When the backup was made."""
    return datetime.fromisoformat(manifest.made)
