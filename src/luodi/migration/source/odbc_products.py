"""What products behind ODBC drivers differ in: connection strings, first rows, read-only words."""

from __future__ import annotations

from collections.abc import Callable

from luodi.landing.systems import System
from luodi.migration.source import query
from luodi.migration.source.location import Location
from luodi.migration.source.model import Snapshot
from luodi.migration.source.query import Dialect

SYSTEM_SCHEMAS = frozenset(
    (
        "information_schema",
        "pg_catalog",
        "sys",
        "system",
        "sysdba",
        "syssso",
        "sysauditor",
        "ctisys",
    )
)
_LIMITS: tuple[tuple[str, Callable[[str, int], str]], ...] = (
    ("iris", query.top),
    ("cache", query.top),
    ("oracle", query.rownum),
    ("dm", query.limit_last),
    ("dameng", query.limit_last),
    ("kingbase", query.limit_last),
    ("postgres", query.limit_last),
    ("mysql", query.limit_last),
    ("mariadb", query.limit_last),
    ("sqlite", query.limit_last),
)
READ_ONLY: tuple[tuple[str, str, Snapshot], ...] = (
    (
        "postgres",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        Snapshot.WHOLE,
    ),
    (
        "kingbase",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        Snapshot.WHOLE,
    ),
    ("oracle", "SET TRANSACTION READ ONLY", Snapshot.WHOLE),
    ("dm", "SET TRANSACTION READ ONLY", Snapshot.NONE),
    ("dameng", "SET TRANSACTION READ ONLY", Snapshot.NONE),
    ("mysql", "SET SESSION TRANSACTION READ ONLY", Snapshot.NONE),
    ("mariadb", "SET SESSION TRANSACTION READ ONLY", Snapshot.NONE),
    ("sqlite", "PRAGMA query_only = ON", Snapshot.NONE),
)


def dialect_of(product: str, quote: str) -> Dialect:
    """How a product wants its statements; one that is not known is not asked for the first rows."""
    sign = quote.strip()

    def quoted(name: str) -> str:
        if sign == "[":
            return query.bracketed(name)
        return sign + name.replace(sign, sign * 2) + sign if sign else name

    def whole(statement: str, rows: int) -> str:
        return statement

    name = product.lower()
    words = name.split()
    known = (limit for word, limit in _LIMITS if name.startswith(word) or word in words)
    limit = query.top if "sql server" in name else next(known, whole)
    return Dialect(quoted, lambda _: "?", limit)


def connection_string(system: System, location: Location, password: str) -> str:
    """Put the connection string together: ``odbc://user@DSN`` or ``odbc://user@?Driver=…;…``."""
    given = system.url.partition("?")[2]
    parts = [given.strip(";")] if given else []
    if location.host:
        parts.append(f"DSN={location.host}")
    if location.database:
        parts.append(f"DATABASE={location.database}")
    for name, value in (("UID", location.user), ("PWD", password)):
        if value:
            parts.append(f"{name}={_braced(value)}")
    return ";".join(parts)


def _braced(value: str) -> str:
    """Put braces around a value that needs them; some drivers take them for part of the others."""
    if not any(sign in value for sign in "[]{}(),;?*=!@ "):
        return value
    return "{" + value.replace("}", "}}") + "}"
