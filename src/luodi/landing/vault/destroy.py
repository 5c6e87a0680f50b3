"""Destroy a vault: the key first, then everything it could open.

Once the key is gone the rest is noise, so that is the first step and the one that counts (NIST
SP 800-88 rev. 1, §2.6, cryptographic erase).  Every step can be repeated: an interrupted
destruction is continued by calling it again, and a finished one gives its account again, so that
no certificate is lost between the disk and the ledger.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained, sync_folder
from luodi.evidence.model import now
from luodi.evidence.progress import Progress, Silent
from luodi.landing.files import write_record
from luodi.landing.home import Home
from luodi.landing.names import visible
from luodi.landing.settings import Settings
from luodi.landing.vault.destroyed import (
    Destruction,
    KeyFate,
    destruction_path,
    find_destruction,
)
from luodi.landing.vault.key import (
    FoundKey,
    KeyState,
    find_key,
    overwrite_key,
    remove_key,
)
from luodi.landing.vault.layout import (
    files_in,
    lock_path,
    objects,
    read_vault_record,
    record_path,
    size_of,
    work,
)

_OURS = (KeyState.PRESENT, KeyState.SHARED)
_ALWAYS = ("landing.vault_caveat_copies", "landing.vault_caveat_media")


def destroy(
    home: Home,
    settings: Settings,
    project: str,
    *,
    confirm: str,
    without_key: bool = False,
    progress: Progress | None = None,
) -> Destruction:
    """Destroy a project's vault and its key.

    Parameters
    ----------
    confirm : str
        The project's name once more.
    without_key : bool
        Go on where the key is not at its place; the certificate will say so.

    Returns
    -------
    Destruction
        What the certificate says.  The same again when the vault was destroyed before.

    Raises
    ------
    WrongUse
        ``landing.vault_not_confirmed``; ``landing.vault_absent``.
    LuodiError
        ``landing.vault_key_missing``, ``_foreign``, ``_damaged`` unless `without_key`;
        ``evidence.*`` where the disk says no.  The next call goes on from there.
    """
    if confirm != project:
        raise WrongUse(
            "landing.vault_not_confirmed", {"project": project, "said": visible(confirm)}
        )
    watcher = progress or Silent()
    with home.locked(lock_path(home, project)):
        known = find_destruction(home, project)
        if known is not None and known.finished and not record_path(home.vault(project)).exists():
            return known
        if known is None or known.finished:
            known = _begin(home, settings, project, without_key)
        known = _erase(home, settings, known, without_key)
        _remove(home.vault(project), watcher)
        return _note(home, known, finished=now())


def _begin(home: Home, settings: Settings, project: str, without_key: bool) -> Destruction:
    """Count, decide about the key, and note it, before anything is touched."""
    folder = home.vault(project)
    record = read_vault_record(home, project)
    found = find_key(settings, project, record.vault)
    if found.state not in _OURS and not without_key:
        found.require(project, remedy="landing.vault_destroy_without_key")
    spaces, space_bytes = len(files_in(work(folder))), size_of(work(folder))
    destruction = Destruction(
        project=project,
        vault=record.vault,
        created=record.created,
        key=record.key,
        key_fate=_fate(found),
        key_path=str(found.path),
        objects=len(files_in(objects(folder))),
        bytes=size_of(objects(folder)),
        workspaces=spaces,
        workspace_bytes=space_bytes,
        started=now(),
        method=_method(found),
        caveats=_caveats(found, space_bytes),
    )
    return _note(home, destruction)


def _fate(found: FoundKey) -> KeyFate:
    return KeyFate.ERASING if found.state in _OURS else KeyFate(found.state.value)


def _method(found: FoundKey) -> str:
    """How it was destroyed, as a message code."""
    whole = "landing.vault_destroy_method"
    return whole if found.state in _OURS else f"{whole}_without_key"


def _caveats(found: FoundKey, space_bytes: int) -> tuple[str, ...]:
    """What nobody can promise, as message codes."""
    key = () if found.state in _OURS else (f"landing.vault_caveat_key_{found.state}",)
    spaces = ("landing.vault_caveat_workspaces",) if space_bytes else ()
    return (*key, *_ALWAYS, *spaces)


def _erase(home: Home, settings: Settings, known: Destruction, without_key: bool) -> Destruction:
    """Erase the key, going on where an earlier attempt was cut short.

    It is unlinked only after its overwriting was noted.  So a key that is not there before that
    was not erased by us: the stick is not plugged in, or it is another one.
    """
    project = known.project
    if known.key_fate is KeyFate.ERASING:
        found = find_key(settings, project, known.vault)
        if found.state in (KeyState.MISSING, KeyState.FOREIGN):
            if not without_key:
                found.require(project, remedy="landing.vault_destroy_without_key")
            caveats = _caveats(found, known.workspace_bytes)
            method = _method(found)
            return _note(home, known, key_fate=_fate(found), method=method, caveats=caveats)
        overwrite_key(found.path)
        known = _note(home, known, key_fate=KeyFate.OVERWRITTEN, key_path=str(found.path))
    if known.key_fate is KeyFate.OVERWRITTEN:
        found = find_key(settings, project, known.vault)
        if found.state is KeyState.DAMAGED and found.path == Path(known.key_path):
            remove_key(found.path)
        known = _note(home, known, key_fate=KeyFate.ERASED)
    return known


def _remove(folder: Path, progress: Progress) -> None:
    """Remove the folder, ``vault.toml`` last, so that a vault is to be seen until all is gone."""
    files = files_in(objects(folder))
    progress.stage("landing.vault_stage_destroy", len(files), "object")
    for path in files:
        with explained(path):
            path.unlink()
        progress.advance()
    with explained(folder):
        for path in files_in(folder):
            if path == record_path(folder):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        record_path(folder).unlink(missing_ok=True)
        if folder.is_dir():
            folder.rmdir()
            sync_folder(folder.parent)


def _note(home: Home, known: Destruction, **changes: object) -> Destruction:
    known = msgspec.structs.replace(known, **changes)
    write_record(destruction_path(home, known.project), known)
    return known
