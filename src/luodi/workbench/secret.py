"""The secret that sessions and forms are signed with: a file of this installation, made once."""

from __future__ import annotations

import secrets
from pathlib import Path

from luodi.evidence.files import explained, write_new
from luodi.landing.files import read_secret
from luodi.landing.home import Home


def secret_of(home: Home) -> str:
    """Read the secret; before the first start, one that lasts as long as this process."""
    path = _path(home)
    with explained(path):
        if not path.exists():
            return secrets.token_urlsafe(48)
    return read_secret(path).decode("ascii").strip()


def make_secret(home: Home) -> None:
    """Make the secret where there is none."""
    path = _path(home)
    with home.locked(home.keys / ".lock"):
        if not path.exists():
            write_new(path, secrets.token_urlsafe(48).encode("ascii"), mode=0o600)


def _path(home: Home) -> Path:
    return home.keys / "workbench.secret"
