"""Where a system is: a product with host and database, or files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from luodi.evidence.errors import WrongUse
from luodi.landing.systems import System, check_url


class Product(StrEnum):
    """What a source is read with."""

    MYSQL = "mysql"
    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    MSSQL = "mssql"
    ORACLE = "oracle"
    ODBC = "odbc"
    TEXT = "text"
    EXCEL = "excel"
    DBF = "dbf"
    PARQUET = "parquet"


_SCHEMES = {
    "mysql": Product.MYSQL,
    "mariadb": Product.MYSQL,
    "postgresql": Product.POSTGRESQL,
    "postgres": Product.POSTGRESQL,
    "mssql": Product.MSSQL,
    "sqlserver": Product.MSSQL,
    "oracle": Product.ORACLE,
    "odbc": Product.ODBC,
}
_FILE_SCHEMES = {
    "sqlite": Product.SQLITE,
    "duckdb": Product.DUCKDB,
    "csv": Product.TEXT,
    "text": Product.TEXT,
    "excel": Product.EXCEL,
    "dbf": Product.DBF,
    "parquet": Product.PARQUET,
}
_ENDINGS = {
    ".csv": Product.TEXT,
    ".tsv": Product.TEXT,
    ".tab": Product.TEXT,
    ".txt": Product.TEXT,
    ".xls": Product.EXCEL,
    ".xlsx": Product.EXCEL,
    ".xlsm": Product.EXCEL,
    ".xlsb": Product.EXCEL,
    ".dbf": Product.DBF,
    ".parquet": Product.PARQUET,
    ".db": Product.SQLITE,
    ".sqlite": Product.SQLITE,
    ".sqlite3": Product.SQLITE,
    ".db3": Product.SQLITE,
    ".duckdb": Product.DUCKDB,
}
KNOWN = (*_SCHEMES, *_ENDINGS)
PORTS = {
    Product.MYSQL: 3306,
    Product.POSTGRESQL: 5432,
    Product.MSSQL: 1433,
    Product.ORACLE: 1521,
}
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):(.*)", re.DOTALL)  # one letter is a drive
_SQLITE_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True)
class Location:
    """A URL taken apart; ``path`` for files, the rest for servers."""

    product: Product
    host: str = ""
    port: int = 0
    user: str = ""
    database: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    @property
    def file(self) -> Path:
        """The file or folder of a product that reads files."""
        if self.path is None:
            raise ValueError(f"{self.product} is reached over the network")
        return self.path


def locate(system: System, base: Path) -> Location:
    """Take a system's URL apart; a relative file lies below `base`.

    Raises
    ------
    WrongUse
        ``migration.location_unknown``, ``migration.location_incomplete``, and as `check_url`.
    """
    check_url(system)
    scheme = _SCHEME.fullmatch(system.url)
    name = scheme[1].lower() if scheme else ""
    if scheme and name in _SCHEMES:
        return _server(system, _SCHEMES[name])
    if scheme and name in _FILE_SCHEMES:
        rest = scheme[2]
        if rest.startswith("//"):  # sqlite:///relative.db, sqlite:////absolute.db, as SQLAlchemy
            rest = rest[3:]
        return Location(_FILE_SCHEMES[name], path=(base / rest).absolute())
    path = (base / system.url).absolute()
    product = _ENDINGS.get(path.suffix.lower()) or _looked_into(path)
    if product is None:
        raise WrongUse("migration.location_unknown", {"system": system.id, "known": KNOWN})
    return Location(product, path=path)


def _looked_into(path: Path) -> Product | None:
    """Tell a folder of files of one kind, and a database without an ending, by what is inside."""
    if path.is_dir():
        kinds = {
            _ENDINGS[file.suffix.lower()]
            for file in path.iterdir()
            if file.suffix.lower() in _ENDINGS
        }
        return kinds.pop() if len(kinds) == 1 else None
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(16)
        if head == _SQLITE_MAGIC:
            return Product.SQLITE
        if head[8:12] == b"DUCK":
            return Product.DUCKDB
    return None


def _server(system: System, product: Product) -> Location:
    incomplete = WrongUse("migration.location_incomplete", {"system": system.id})
    try:
        parts = urlsplit(system.url)
        port = parts.port or PORTS.get(product, 0)
    except ValueError:
        raise incomplete from None
    if not parts.hostname and not parts.query:
        raise incomplete
    return Location(
        product,
        host=parts.hostname or "",
        port=port,
        user=unquote(parts.username or ""),
        database=unquote(parts.path.strip("/")),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def source_of(place: str, base: Path | None = None) -> System:
    """Describe a source that no landing folder names: a URL, a file, a folder of files.

    Its id is made from the name of the file or database: ``patients.csv`` is ``patients``.

    Raises
    ------
    WrongUse
        As `locate`.
    """
    unnamed = System(id="source", url=place)
    location = locate(unnamed, base or Path())
    name = location.path.stem if location.path else location.database or location.host
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:63]
    return System(id=plain if re.match("[a-z]", plain) else "source", url=place)
