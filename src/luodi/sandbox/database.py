"""A database that the sandbox fills: SQLite, PostgreSQL, MySQL or MariaDB, opened for writing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pymysql

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.landing.systems import System
from luodi.migration.source.location import Location, Product, locate

SYSTEM = "sandbox"
"""Name of the system in messages, and of its password: ``LUODI_PASSWORD_SANDBOX``."""
Database: TypeAlias = Any
"""A connection of the DB-API."""


def database_at(url: str, base: Path | None = None) -> Location:
    """Take the URL of a database apart, or the name of a SQLite file that need not exist.

    Raises
    ------
    WrongUse
        ``sandbox.database_unknown``, and as `locate`.
    """
    location = locate(System(id=SYSTEM, url=url), base or Path())
    if location.product not in (Product.SQLITE, Product.POSTGRESQL, Product.MYSQL):
        raise WrongUse("sandbox.database_unknown", {"product": location.product.value})
    return location


def is_database(url: str) -> bool:
    """Tell a database from a folder: a folder has neither a scheme nor a known ending."""
    return "://" in url or Path(url).suffix.lower() in (".db", ".sqlite", ".sqlite3", ".db3")


@contextlib.contextmanager
def opened(location: Location, password: str) -> Iterator[Database]:
    """Open a database; what is done inside is committed together, or nothing of it.

    Raises
    ------
    LuodiError
        ``sandbox.database_refused`` with the state the database names.
    """
    with _explained(location):
        db = _connect(location, password)
        try:
            yield db
            db.commit()
        finally:
            db.close()


def _connect(location: Location, password: str) -> Database:
    if location.product is Product.SQLITE:
        with explained(location.file):
            return sqlite3.connect(location.file)
    if location.product is Product.POSTGRESQL:
        return psycopg.connect(
            host=location.host,
            port=location.port,
            user=location.user or None,
            password=password or None,
            dbname=location.database or None,
        )
    return pymysql.connect(
        host=location.host,
        port=location.port,
        user=location.user,
        password=password,
        database=location.database or None,
        charset="utf8mb4",
        local_infile=True,
    )


@contextlib.contextmanager
def _explained(location: Location) -> Iterator[None]:
    """Say by its state what a database refuses; its own sentence may quote rows."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or type(error).__name__
    except pymysql.MySQLError as error:
        state = str(error.args[0]) if error.args else type(error).__name__
    except sqlite3.Error as error:
        state = getattr(error, "sqlite_errorname", None) or type(error).__name__
    else:
        return
    raise LuodiError(
        "sandbox.database_refused", {"product": location.product.value, "state": state}
    ) from None
