"""Every setting of Luodi, typed, read from ``LUODI_*``, and wrong ones refused by name.

The table is ``settings.toml``, which `luodi doctor` and the handbook show as well.
"""

from __future__ import annotations

import difflib
import getpass
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, Self, TypeAlias, cast
from urllib.parse import parse_qs, urlsplit

import msgspec
import platformdirs

from luodi.evidence.catalogue import Lang, Param
from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Side
from luodi.landing.names import LONGEST, is_plain, visible

PREFIX = "LUODI_"
LONGEST_WAIT = 86_400.0
"""A day; whoever waits longer for a lock has another problem."""


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table.  An empty ``default`` is worked out, as the meaning says."""

    type: Literal[
        "path", "choice", "name", "seconds", "database", "address", "hosts", "email", "token"
    ]
    zh: str
    en: str
    default: str = ""
    allowed: tuple[str, ...] = ()

    def meaning(self, lang: Lang) -> str:
        """What the setting is for."""
        return self.zh if lang == "zh" else self.en


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables that begin alike and end with a system's id.  They hold secrets: never shown."""

    zh: str
    en: str

    def meaning(self, lang: Lang) -> str:
        """What the variables are for."""
        return self.zh if lang == "zh" else self.en


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    others: tuple[str, ...]
    family: dict[str, Family]
    setting: dict[str, Setting]


@cache
def _table() -> _Table:
    source = resources.files("luodi") / "landing" / "settings.toml"
    return msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), _Table)


def known_settings() -> Mapping[str, Setting]:
    """Every setting by the name of its variable, in the table's order."""
    return _table().setting


def families() -> Mapping[str, Family]:
    """Variables that are known by their beginning."""
    return _table().family


Language: TypeAlias = Literal["zh", "en", "auto"]
PlainHttp: TypeAlias = Literal["loopback", "anywhere"]


@dataclass(frozen=True)
class Settings:
    """The settings in effect.

    ``lock_timeout`` is in seconds, both paths are absolute.  ``database_url`` may hold a password
    and is not part of what is printed; empty, it means the SQLite file under ``home``.
    """

    home: Path
    lang: Language
    actor: str
    side: Side
    suite: str
    vault_keys: Path
    lock_timeout: float
    database_url: str = field(default="", repr=False)
    listen: str = "127.0.0.1:8000"
    plain_http: PlainHttp = "loopback"
    hosts: tuple[str, ...] = ()

    email_url: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)

    @property
    def listens_at(self) -> tuple[str, int]:
        """Host, without brackets, and port that the workbench listens on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from an environment.

        An empty value is an unset one; blanks around a value are dropped, because ``set X=y &&``
        on Windows leaves one.

        Raises
        ------
        WrongUse
            ``landing.setting_*``: names the variable, its value and what is allowed.
        """
        _refuse_unknown(environ)
        given = {name: environ.get(name, "").strip() for name in known_settings()}
        home = _path(given, "LUODI_HOME") or default_home()
        return cls(
            home=home,
            lang=cast(Language, _choice(given, "LUODI_LANG")),
            actor=_name(given, "LUODI_ACTOR") or login_name(),
            side=Side(_choice(given, "LUODI_SIDE")),
            suite=_choice(given, "LUODI_SUITE"),
            vault_keys=_path(given, "LUODI_VAULT_KEYS") or home / "keys" / "vault",
            lock_timeout=_seconds(given, "LUODI_LOCK_TIMEOUT"),
            database_url=_database(given, "LUODI_DATABASE_URL"),
            listen=_address(given, "LUODI_LISTEN"),
            plain_http=cast(PlainHttp, _choice(given, "LUODI_PLAIN_HTTP")),
            hosts=_hosts(given, "LUODI_HOSTS"),
            email_url=_email(given, "LUODI_EMAIL_URL"),
            metrics_token=_token(given, "LUODI_METRICS_TOKEN"),
        )


def read_settings() -> Settings:
    """Read the settings of this process."""
    return Settings.read(os.environ)


def default_home() -> Path:
    """Where ``LUODI_HOME`` is when nobody says otherwise."""
    return platformdirs.user_data_path("luodi", appauthor=False)


def login_name() -> str:
    """Name of the login; an account without one, as in some containers, is ``unknown``."""
    try:
        name = getpass.getuser().strip()
    except (OSError, KeyError, ImportError):
        return "unknown"
    return name if is_plain(name) else "unknown"


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = known_settings()
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in known or name in _table().others:
            continue
        if any(name.startswith(beginning) for beginning in families()):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        if near:
            raise WrongUse("landing.setting_misspelt", {"name": visible(name), "near": near[0]})
        raise WrongUse("landing.setting_unknown", {"name": visible(name), "known": tuple(known)})


def _choice(given: Mapping[str, str], name: str) -> str:
    setting = known_settings()[name]
    value = given[name] or setting.default
    if value not in setting.allowed:
        params: dict[str, Param] = {"name": name, "value": visible(value)}
        params["allowed"] = setting.allowed
        raise WrongUse("landing.setting_choice", params)
    return value


def _path(given: Mapping[str, str], name: str) -> Path | None:
    """A relative path would mean another folder after every ``cd``: another key, another vault."""
    if not given[name]:
        return None
    try:
        path = Path(given[name]).expanduser()
    except RuntimeError:
        path = Path(given[name])
    if not path.is_absolute() or "\0" in given[name]:
        raise WrongUse("landing.setting_path", {"name": name, "value": visible(given[name])})
    return path


def _name(given: Mapping[str, str], name: str) -> str:
    if given[name] and not is_plain(given[name]):
        params: dict[str, Param] = {"name": name, "value": visible(given[name])}
        params["longest"] = LONGEST
        raise WrongUse("landing.setting_name", params)
    return given[name]


def _seconds(given: Mapping[str, str], name: str) -> float:
    value = given[name] or known_settings()[name].default
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_WAIT:
        params: dict[str, Param] = {"name": name, "value": visible(value)}
        params["longest"] = int(LONGEST_WAIT)
        raise WrongUse("landing.setting_seconds", params)
    return seconds


def _database(given: Mapping[str, str], name: str) -> str:
    """The address is checked and not quoted: it may hold a password."""
    value = given[name]
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1
        usable = usable and (parts.port or 5432) > 0
    except ValueError:
        usable = False
    if not usable:
        raise WrongUse("landing.setting_database", {"name": name})
    return value


def _email(given: Mapping[str, str], name: str) -> str:
    """The address is checked and not quoted: it may hold a password."""
    value = given[name]
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("smtp", "smtp+tls", "smtps") and bool(parts.hostname)
        usable = usable and (parts.port or 25) > 0 and "@" in parse_qs(parts.query)["sender"][0]
    except (ValueError, KeyError):
        usable = False
    if not usable:
        raise WrongUse("landing.setting_email", {"name": name})
    return value


def _token(given: Mapping[str, str], name: str) -> str:
    """Long enough that nobody guesses it; never quoted."""
    value = given[name]
    if value and not re.fullmatch(r"[!-~]{20,200}", value):
        raise WrongUse("landing.setting_token", {"name": name})
    return value


_HOST = re.compile(r"[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\]")


def _address(given: Mapping[str, str], name: str) -> str:
    value = given[name] or known_settings()[name].default
    host, _, port = value.rpartition(":")
    if not _HOST.fullmatch(host) or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise WrongUse("landing.setting_address", {"name": name, "value": visible(value)})
    return value


def _hosts(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in given[name].split(",") if host.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise WrongUse("landing.setting_hosts", {"name": name, "value": visible(host)})
    return hosts
