"""Open a source, whatever its product."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from luodi.landing.systems import System
from luodi.migration.source.location import Product, locate
from luodi.migration.source.model import Source

_KINDS = {
    Product.MYSQL: ("mysql", "MySql"),
    Product.POSTGRESQL: ("postgresql", "PostgreSql"),
    Product.SQLITE: ("sqlite", "Sqlite"),
    Product.TEXT: ("text", "TextFiles"),
    Product.EXCEL: ("excel", "ExcelFiles"),
    Product.DBF: ("dbf", "DbfFiles"),
    Product.DUCKDB: ("duckdb", "DuckDb"),
    Product.ODBC: ("odbc", "Odbc"),
    Product.MSSQL: ("mssql", "MsSql"),
    Product.ORACLE: ("oracle", "Oracle"),
    Product.PARQUET: ("parquet", "ParquetFiles"),
}
_SERVERS = frozenset(
    (Product.MYSQL, Product.POSTGRESQL, Product.MSSQL, Product.ORACLE, Product.ODBC)
)


@contextmanager
def opened(system: System, base: Path, password: Callable[[System], str]) -> Iterator[Source]:
    """Open a source read-only; its module, and with it its driver, is imported now.

    Parameters
    ----------
    base : Path
        Folder that a relative file lies below.
    password : callable
        Asked for the password of a system that is a server; an empty one is none.

    Raises
    ------
    WrongUse
        As `locate`.
    LuodiError
        ``migration.source_unreachable``, ``migration.source_refused``,
        ``migration.database_absent``; ``evidence.extra_missing``.
    """
    location = locate(system, base)
    module, name = _KINDS[location.product]
    make = getattr(importlib.import_module(f"luodi.migration.source.{module}"), name)
    if location.product in _SERVERS:
        source = cast(Source, make(system, location, password(system)))
    else:
        source = cast(Source, make(system, location))
    try:
        yield source
    finally:
        source.close()
