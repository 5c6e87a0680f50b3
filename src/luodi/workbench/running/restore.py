"""Put a backup back, on this host or another, and say what the ledgers lost by that."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.workbench.core.models import Project, StoredRecord
from luodi.workbench.jobs.shown import someone_works
from luodi.workbench.running import archive, snapshot
from luodi.workbench.running.backup import FORMAT, HOME, Manifest, kept_files


@dataclass(frozen=True)
class Restored:
    """What was put back, and how many records of the ledger are gone with what stood before."""

    manifest: Manifest
    lost: int


def restore(
    path: Path, home: Home, settings: Settings, passphrase: str, *, replace: bool = False
) -> Restored:
    """Make this installation be what the backup holds.

    Nothing is touched before the whole archive was opened and found good.

    Raises
    ------
    LuodiError
        ``workbench.running.*``: the site runs, holds a project that nobody agreed to replace, or
        the archive is none, damaged, of a later version, or under another passphrase.
    """
    _refuse_running(settings)
    if Project.objects.exists() and not replace:
        raise LuodiError("workbench.running.not_empty", {"path": str(home.path)})
    before = StoredRecord.objects.count()
    with tempfile.TemporaryDirectory(dir=home.path, prefix=".restore-") as place:
        folder = Path(place)
        archive.extract(path, passphrase, folder)
        manifest = _manifest(folder, path)
        if manifest.database == snapshot.SQLITE and not snapshot.is_sqlite():
            raise LuodiError("workbench.running.other_database", {"path": str(path)})
        snapshot.put_back(folder)
        _replace_files(folder / HOME, home)
    call_command("migrate", interactive=False, verbosity=0)
    return Restored(manifest, max(0, before - StoredRecord.objects.count()))


def _refuse_running(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.settimeout(1)
        answers = probe.connect_ex(settings.listens_at) == 0
    if answers or someone_works():
        raise LuodiError("workbench.running.runs", {"address": settings.listen})


def _manifest(folder: Path, path: Path) -> Manifest:
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if said["format"] != FORMAT or not set(said["migrations"]) <= known:
        raise LuodiError("workbench.running.newer", {"path": str(path), "version": said["version"]})
    return Manifest(**{**said, "migrations": tuple(said["migrations"])})


def _replace_files(source: Path, home: Home) -> None:
    """Take the archive's files; memories of the ledger that it does not know go with the ledger."""
    for file in kept_files(home):
        if file.is_relative_to(home.path / "state"):
            file.unlink()
    for file in sorted(source.rglob("*")):
        if file.is_file():
            target = home.path / file.relative_to(source)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            target.chmod(0o600)
