"""The keys this installation trusts: its own, and those a person here has put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.evidence.model import Side, now
from luodi.evidence.suite import writer_of
from luodi.landing.files import Record, read_record, write_record
from luodi.landing.home import Home
from luodi.landing.keys.own import find_signer, lock_path
from luodi.landing.keys.text import check_key, fingerprint, parse_key
from luodi.landing.names import is_plain, visible

_DAMAGED = "landing.trusted_damaged"


@dataclass(frozen=True)
class TrustedKey:
    """A key whose signatures count here.

    ``own`` marks this installation's present key; ``retired`` is when one of its earlier keys was
    replaced: what that key signed before still counts.
    """

    name: str
    side: Side
    suite: str
    public_key: bytes
    added: datetime | None = None
    retired: datetime | None = None
    own: bool = False

    @property
    def writer(self) -> str:
        """Name of the chain this key writes."""
        return writer_of(self.public_key)

    @property
    def fingerprint(self) -> str:
        """For reading aloud."""
        return fingerprint(self.public_key)


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    side: str
    suite: str
    public: str
    added: datetime
    retired: datetime | None = None


class _File(Record, frozen=True, kw_only=True):
    key: tuple[_Row, ...] = ()


def trust(
    home: Home, key_text: str, *, side: Side | None = None, name: str | None = None
) -> TrustedKey:
    """Trust the key in a line of text from now on.

    Parameters
    ----------
    side, name : optional
        What this installation calls the key where that differs from what the line says.

    Raises
    ------
    WrongUse
        ``landing.key_text_*``; ``landing.key_trusted_already``; ``landing.key_name_taken`` where
        another key goes by that name, for that is what a substituted key looks like.
    """
    public = parse_key(key_text)
    if name is not None and not is_plain(name):
        raise WrongUse("landing.key_text_wrong", {"part": "name", "value": visible(name)})
    key = TrustedKey(
        name=name or public.name,
        side=side or public.side,
        suite=public.suite,
        public_key=public.public_key,
        added=now(),
    )
    with home.locked(lock_path(home)):
        known = trusted_keys(home)
        if key.writer in known:
            params = {"name": known[key.writer].name, "writer": key.writer}
            raise WrongUse("landing.key_trusted_already", params)
        for other in known.values():
            if other.name == key.name and other.retired is None:
                params = {"name": key.name, "writer": other.writer}
                raise WrongUse("landing.key_name_taken", params)
        store(home, [*stored_keys(home), key])
    return key


def distrust(home: Home, name: str) -> TrustedKey:
    """Stop trusting a key, named by its name or its writer.

    Raises
    ------
    WrongUse
        ``landing.key_not_trusted``, ``landing.key_is_own``, ``landing.key_ambiguous``.
    """
    with home.locked(lock_path(home)):
        known = trusted_keys(home)
        found = [key for key in known.values() if name in (key.name, key.writer)]
        others = [key for key in found if not key.own]
        if not others:
            code = "landing.key_is_own" if found else "landing.key_not_trusted"
            raise WrongUse(code, {"name": visible(name)})
        if len(others) > 1:
            writers = tuple(key.writer for key in others)
            raise WrongUse("landing.key_ambiguous", {"name": visible(name), "writers": writers})
        store(home, [key for key in stored_keys(home) if key.writer != others[0].writer])
    return others[0]


def trusted_keys(home: Home) -> Mapping[str, TrustedKey]:
    """Every trusted key by its writer, this installation's own among them once it exists.

    Raises
    ------
    LuodiError
        ``landing.trusted_damaged``, and what `find_signer` raises.
    """
    keys = {key.writer: key for key in stored_keys(home)}
    signer = find_signer(home)
    if signer is not None:
        keys[signer.writer] = TrustedKey(
            signer.name, signer.side, signer.suite.name, signer.public_key, own=True
        )
    return keys


def stored_keys(home: Home) -> tuple[TrustedKey, ...]:
    """The keys in ``keys/trusted.toml``."""
    path = trusted_path(home)
    with explained(path):
        if not path.exists():
            return ()
    rows = read_record(path, _File, _DAMAGED).key
    keys = tuple(_key(path, place, row) for place, row in enumerate(rows, start=1))
    if len({key.writer for key in keys}) < len(keys):
        raise LuodiError(_DAMAGED, {"path": str(path), "reason": "one key twice"})
    return keys


def store(home: Home, keys: Iterable[TrustedKey]) -> None:
    """Write ``keys/trusted.toml``; the caller holds the lock."""
    rows = tuple(
        _Row(
            name=key.name,
            side=key.side,
            suite=key.suite,
            public=key.public_key.hex(),
            added=key.added or now(),
            retired=key.retired,
        )
        for key in keys
    )
    write_record(trusted_path(home), _File(key=rows))


def retired(key: TrustedKey, when: datetime) -> TrustedKey:
    """An own key as it is remembered once another has taken its place."""
    return replace(key, own=False, added=when, retired=when)


def trusted_path(home: Home) -> Path:
    """Where the trusted keys are listed."""
    return home.keys / "trusted.toml"


def _key(path: Path, place: int, row: _Row) -> TrustedKey:
    try:
        public = check_key(row.suite, row.side, row.public, row.name)
    except LuodiError as error:
        reason = f"key {place}: {error}"
        raise LuodiError(_DAMAGED, {"path": str(path), "reason": reason}) from None
    return TrustedKey(
        name=public.name,
        side=public.side,
        suite=public.suite,
        public_key=public.public_key,
        added=row.added,
        retired=row.retired,
    )
