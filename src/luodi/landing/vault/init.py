"""Begin a vault: its key first in memory, then ``vault.toml``, then the key file."""

from __future__ import annotations

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.landing.files import private_folder
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault.destroyed import refuse_destroyed
from luodi.landing.vault.drafts import clear
from luodi.landing.vault.key import KeyState, find_key, key_folder, new_key, store_key
from luodi.landing.vault.layout import (
    files_in,
    lock_path,
    objects,
    read_vault_record,
    work,
    write_vault_record,
)
from luodi.landing.vault.store import Vault


def init(home: Home, settings: Settings, project: str) -> Vault:
    """Begin a project's vault.

    What an interrupted `init` left behind, a vault without a key and without content, is begun
    anew.

    Raises
    ------
    WrongUse
        ``landing.vault_exists``; ``landing.vault_key_taken`` where the key of another vault lies;
        ``landing.vault_key_inside``.
    LuodiError
        ``landing.vault_key_folder_missing``; ``landing.vault_half_destroyed``; ``evidence.*``
        where the disk says no.
    """
    folder = home.vault(project)
    keys = key_folder(home, settings)
    clear(home, project)
    with home.locked(lock_path(home, project)):
        refuse_destroyed(home, project)
        found = find_key(settings, project, vault := _vault_id(home, project))
        if vault and (found.state is not KeyState.MISSING or _has_content(home, project)):
            raise WrongUse("landing.vault_exists", {"project": project, "path": str(folder)})
        if found.state is not KeyState.MISSING:
            params = {"path": str(found.path), "other": str(keys), "project": project}
            raise WrongUse("landing.vault_key_taken", params)
        private_folder(folder)
        key = new_key(project)
        record = write_vault_record(folder, key)
        store_key(settings, key)
    return Vault(home, record, key)


def _vault_id(home: Home, project: str) -> str:
    """Id of the vault that is here, or an empty text."""
    try:
        return read_vault_record(home, project).vault
    except LuodiError as error:
        if error.code != "landing.vault_absent":
            raise
        return ""


def _has_content(home: Home, project: str) -> bool:
    folder = home.vault(project)
    return bool(files_in(objects(folder)) or files_in(work(folder)))
