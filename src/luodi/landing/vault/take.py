"""Take an object out of the vault: from then on it is a plain file that somebody must mind."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained
from luodi.landing.vault.objects import VaultEntry
from luodi.landing.vault.store import Vault


@dataclass(frozen=True)
class Taken:
    """What was taken and where it lies now; ``vault`` is the vault's id."""

    vault: str
    path: Path
    entry: VaultEntry


def take(vault: Vault, name: str, path: Path) -> Taken:
    """Decrypt the object `name` into a new file that only this account can read.

    Raises
    ------
    WrongUse
        ``landing.take_exists``: nothing is written over.
    LuodiError
        ``landing.vault_object_absent``, ``landing.vault_object_damaged``; what was written of a
        damaged object is removed.
    """
    with explained(path), vault.get(name) as content:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise WrongUse("landing.take_exists", {"path": str(path)}) from None
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in content:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Taken(vault.record.vault, path, content.entry)
