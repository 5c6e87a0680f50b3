"""Look at a vault; works without its key."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from luodi.evidence.files import explained
from luodi.landing.files import is_shared
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault.destroyed import refuse_destroyed
from luodi.landing.vault.drafts import clear
from luodi.landing.vault.key import KeyState, find_key
from luodi.landing.vault.layout import (
    drafts,
    files_in,
    objects,
    read_vault_record,
    size_of,
    walk,
    work,
)


@dataclass(frozen=True)
class VaultStatus:
    """State of a vault.

    ``bytes`` and ``workspace_bytes`` are what lies on the disk, encrypted; ``drafts`` counts
    objects being written now; ``modes`` lists the modes found inside, ``shared`` how many files
    and folders others can reach; ``key_fingerprint`` names the key this vault wants.
    """

    project: str
    path: Path
    vault: str
    created: datetime
    objects: int
    bytes: int
    workspaces: int
    workspace_bytes: int
    drafts: int
    modes: tuple[str, ...]
    shared: int
    key: KeyState
    key_path: Path
    key_fingerprint: str


def status(home: Home, settings: Settings, project: str) -> VaultStatus:
    """Look at a project's vault.

    Raises
    ------
    WrongUse
        ``landing.vault_absent``.
    LuodiError
        ``landing.vault_damaged``, ``landing.vault_half_destroyed``.
    """
    refuse_destroyed(home, project)
    record = read_vault_record(home, project)
    folder = home.vault(project)
    clear(home, project)
    found = find_key(settings, project, record.vault)
    with explained(folder):
        modes = [stat.S_IMODE(path.lstat().st_mode) for path in (folder, *walk(folder))]
        return VaultStatus(
            project=project,
            path=folder,
            vault=record.vault,
            created=record.created,
            objects=len(files_in(objects(folder))),
            bytes=size_of(objects(folder)),
            workspaces=len(files_in(work(folder))),
            workspace_bytes=size_of(work(folder)),
            drafts=len(files_in(drafts(folder))),
            modes=tuple(f"{mode:04o}" for mode in sorted(set(modes))),
            shared=sum(is_shared(mode) for mode in modes),
            key=found.state,
            key_path=found.path,
            key_fingerprint=record.key,
        )
