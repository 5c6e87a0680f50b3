"""Where the workbench keeps its tables: an SQLite file by default, PostgreSQL for a team."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from luodi.landing.home import Home
from luodi.landing.settings import Settings

# A commit is a signed record of the ledger: it must survive a power cut (synchronous = full).
# An immediate transaction waits for its turn instead of failing half-way through.
_SQLITE = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;"


def databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES``, from `LUODI_DATABASE_URL`."""
    return {"default": _postgresql(settings) if settings.database_url else _sqlite(settings)}


def _sqlite(settings: Settings) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Home.of(settings).path / "workbench.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": settings.lock_timeout,
            "init_command": _SQLITE,
        },
    }


def _postgresql(settings: Settings) -> dict[str, Any]:
    parts = urlsplit(settings.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
