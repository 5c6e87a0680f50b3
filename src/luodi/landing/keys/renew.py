"""A new signing key in place of the old one, which is kept and goes on counting for the past."""

from __future__ import annotations

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.model import now
from luodi.evidence.suite import Signer
from luodi.landing.files import private_folder
from luodi.landing.home import Home
from luodi.landing.keys.own import DAMAGED, decode, key_path, lock_path, make_key
from luodi.landing.keys.trusted import TrustedKey, retired, store, stored_keys
from luodi.landing.settings import Settings


def new_key(home: Home, settings: Settings) -> Signer:
    """Make another signing key, for the settings' actor, side and suite.

    The old file moves to ``keys/retired/`` and its public key stays trusted until somebody says
    `distrust`.  A damaged file, or one that others could read, is replaced in the same way.  At no
    moment is there no key: the old one is copied first and then overwritten whole.
    """
    with home.locked(lock_path(home)):
        path = key_path(home)
        with explained(path):
            data = path.read_bytes() if path.exists() else None
        if data is not None:
            _retire(home, data)
        return make_key(home, settings)


def _retire(home: Home, data: bytes) -> None:
    when = now()
    try:
        old = decode(key_path(home), data)
    except LuodiError as error:
        if error.code != DAMAGED:
            raise
        name = f"damaged-{when:%Y%m%dT%H%M%S%fZ}"
    else:
        name = old.writer
        key = TrustedKey(old.name, old.side, old.suite.name, old.public_key)
        others = [other for other in stored_keys(home) if other.writer != old.writer]
        store(home, [*others, retired(key, when)])
    folder = private_folder(home.retired_keys)
    write_atomic(folder / f"{name}.toml", data, private=True)
