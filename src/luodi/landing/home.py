"""``LUODI_HOME``: where an installation keeps its keys, its vaults and the state of its runs.

::

    keys/              the signing key, the keys it trusts, the retired ones
    keys/vault/        keys of vaults, unless LUODI_VAULT_KEYS names another place
    vault/<project>/   patient-level data, encrypted
    state/<project>/   state of runs; never bundled
"""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from luodi.evidence.files import explained, write_new
from luodi.landing.files import locked, private_folder
from luodi.landing.names import check_project
from luodi.landing.settings import Settings


@dataclass(frozen=True)
class Home:
    """The folder of one installation.

    Parameters
    ----------
    path : Path
        Absolute.
    lock_timeout : float
        How long to wait for another process, in seconds.
    """

    path: Path
    lock_timeout: float = 10.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The home that the settings name; nothing is created yet."""
        return cls(settings.home, settings.lock_timeout)

    @property
    def keys(self) -> Path:
        """Folder of the signing key and of what it trusts."""
        return self.path / "keys"

    @property
    def retired_keys(self) -> Path:
        """Folder of signing keys that were replaced."""
        return self.keys / "retired"

    def vault(self, project: str) -> Path:
        """Folder of a project's vault."""
        return self.path / "vault" / check_project(project)

    def state(self, project: str) -> Path:
        """Folder for the state of a project's runs."""
        return self.path / "state" / check_project(project)

    def prepare(self) -> Self:
        """Create the home, open to its owner alone, and make sure that it can be written.

        Raises
        ------
        LuodiError
            ``landing.not_a_folder``; ``evidence.*`` for a disk that is full, read-only or closed
            to this user.
        """
        for folder in (self.path, self.keys, self.path / "vault", self.path / "state"):
            private_folder(folder)
        probe = self.path / f".probe.{secrets.token_hex(4)}"
        with explained(self.path):
            try:
                write_new(probe, b"\0" * 4096, mode=0o600)
            finally:
                probe.unlink(missing_ok=True)
        return self

    def locked(self, path: Path) -> AbstractContextManager[None]:
        """Hold the lock file at `path` as long as this home's settings wait for one."""
        return locked(path, self.lock_timeout)
