"""`Vault`: put, get, list and remove objects, and give engines their own place and key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, sync_folder
from luodi.landing.files import private_folder
from luodi.landing.home import Home
from luodi.landing.names import is_plain, visible
from luodi.landing.settings import Settings
from luodi.landing.vault.destroyed import refuse_destroyed
from luodi.landing.vault.drafts import Draft, clear
from luodi.landing.vault.key import VaultKey, find_key
from luodi.landing.vault.layout import (
    VaultRecord,
    check_seal,
    files_in,
    lock_path,
    objects,
    read_vault_record,
    work,
)
from luodi.landing.vault.objects import Source, VaultEntry, VaultObject, write_object

LONGEST_NAME = 200
"""Longest name of an object, in characters; every one of them may take 4 bytes."""
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Vault:
    """A project's vault, opened with its key.

    Errors name an object by the first digits of its file name, never by its own name, which may
    be a patient's.
    """

    home: Home
    record: VaultRecord
    key: VaultKey

    @classmethod
    def open(cls, home: Home, settings: Settings, project: str) -> Self:
        """Open a vault; drafts that a crash left behind are cleared away.

        Raises
        ------
        WrongUse
            ``landing.vault_absent``.
        LuodiError
            ``landing.vault_key_missing``, ``_foreign``, ``_damaged``; ``landing.secret_shared``;
            ``landing.vault_damaged``; ``landing.vault_half_destroyed``.
        """
        refuse_destroyed(home, project)
        record = read_vault_record(home, project)
        key = find_key(settings, project, record.vault).require(project)
        check_seal(home.vault(project), record, key)
        clear(home, project)
        return cls(home, record, key)

    @property
    def project(self) -> str:
        """The project it belongs to."""
        return self.record.project

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.home.vault(self.project)

    def put(self, name: str, source: Source, *, replace: bool = False) -> VaultEntry:
        """Encrypt everything that `source` gives under `name`.

        The object appears whole or not at all, and once this returns a power cut does not take
        it back.

        Raises
        ------
        WrongUse
            ``landing.vault_name``; ``landing.vault_name_taken`` unless `replace`.
        LuodiError
            ``landing.vault_source``; ``landing.vault_gone`` if it was destroyed meanwhile;
            ``evidence.*`` where the disk says no.
        """
        identity = self._identity(name)
        with self._locked():
            self._check_free(identity, replace)
            draft = Draft(self.path)
        try:
            with explained(draft.path):
                entry = write_object(draft.write, source, self.key, identity, name)
                draft.sync()
            with self._locked(), explained(self.path):
                self._check_free(identity, replace)
                folder = private_folder(objects(self.path))
                draft.close()
                draft.path.replace(folder / identity)
                sync_folder(folder)
        except BaseException:
            draft.discard()
            raise
        return entry

    @contextmanager
    def get(self, name: str) -> Iterator[VaultObject]:
        """Open an object: ``with vault.get(name) as content: for piece in content: …``.

        Raises
        ------
        LuodiError
            ``landing.vault_object_absent``, ``landing.vault_object_damaged``.
        """
        identity = self._identity(name)
        path = objects(self.path) / identity
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise self._absent(identity) from None
        except OSError:
            with explained(path):
                raise
        with file:
            yield VaultObject(file, self.key, identity)

    def entries(self) -> tuple[VaultEntry, ...]:
        """List the objects by name; their headers and trailers are authenticated.

        Raises
        ------
        LuodiError
            ``landing.vault_object_damaged`` for the first that is not whole.
        """
        found = []
        for path in files_in(objects(self.path)):
            with explained(path), path.open("rb") as file:
                found.append(VaultObject(file, self.key, path.name).entry)
        return tuple(sorted(found, key=lambda entry: entry.name))

    def remove(self, name: str) -> None:
        """Remove an object, a damaged one too.

        Raises
        ------
        LuodiError
            ``landing.vault_object_absent``.
        """
        identity = self._identity(name)
        path = objects(self.path) / identity
        with self._locked(), explained(path):
            self._check_here()
            if not path.exists():
                raise self._absent(identity)
            path.unlink()
            sync_folder(path.parent)

    def workspace(self, purpose: str) -> Path:
        """Return a private folder (mode 0700) for an engine that encrypts by itself.

        It is counted by `status` and removed by `destroy`; whatever is written into it must be
        encrypted, with `subkey` for its key.

        Parameters
        ----------
        purpose : str
            Small letters, digits and hyphens: ``migration-staging``.
        """
        _check_purpose(purpose)
        with self._locked():
            self._check_here()
            return private_folder(work(self.path) / purpose)

    def subkey(self, purpose: str) -> bytes:
        """Derive 32 bytes for one purpose; gone for ever with the vault's key."""
        return self.key.derive("engine", _check_purpose(purpose))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.home.locked(lock_path(self.home, self.project)):
            yield

    def _check_here(self) -> None:
        """The vault may have been destroyed, and another begun, since it was opened."""
        try:
            refuse_destroyed(self.home, self.project)
            same = read_vault_record(self.home, self.project).vault == self.record.vault
        except WrongUse:
            same = False
        if not same:
            raise LuodiError("landing.vault_gone", {"project": self.project})

    def _check_free(self, identity: str, replace: bool) -> None:
        self._check_here()
        if not replace and (objects(self.path) / identity).exists():
            raise WrongUse("landing.vault_name_taken", self._params(identity))

    def _identity(self, name: str) -> str:
        if not is_plain(name, LONGEST_NAME):
            raise WrongUse("landing.vault_name", {"length": len(name), "longest": LONGEST_NAME})
        return self.key.identity(name)

    def _params(self, identity: str) -> dict[str, str]:
        return {"object": identity[:12], "project": self.project}

    def _absent(self, identity: str) -> LuodiError:
        return LuodiError("landing.vault_object_absent", self._params(identity))


def _check_purpose(purpose: str) -> str:
    if not _PURPOSE.fullmatch(purpose):
        raise WrongUse("landing.vault_purpose", {"purpose": visible(purpose)})
    return purpose
