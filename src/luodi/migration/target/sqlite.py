"""SQLite files as a target: small systems, tests, and the sandbox's own HIS."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.model import Table
from luodi.migration.source.location import Location, Product
from luodi.migration.source.sqlite import Sqlite as SqliteSource
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks
from luodi.migration.target.model import Check, KeySource, Reference, TargetTable
from luodi.migration.target.protocol import Refused
from luodi.migration.target.relational import Relational
from luodi.migration.target.sqlite_checks import checks_of


class _Words:
    mark = "?"
    begin = "BEGIN IMMEDIATE"
    lock = ""
    hint = ""
    overriding = ""
    text = "varchar"
    whole = ""
    judge = ""

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def name(self, table: Table) -> str:
        return self.quote(table.name)

    def tables_like(self, table: Table) -> str:
        return f"SELECT name FROM sqlite_master WHERE type = 'table' AND name = '{table.name}'"

    def image(self, table: Table) -> str:
        return f"luodi_image({', '.join(self.quote(c.name) for c in table.columns)})"

    def total(self, value: str) -> str:
        return f"luodi_total({value})"


class _Total:
    """An exact sum: SQLite's own overflows at 64 bits."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, value: int | None) -> None:
        self.total += value or 0

    def finalize(self) -> str:
        return str(self.total)


def _image(*values: object) -> int:
    digest = hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


class SqliteTarget(Relational):
    """A SQLite file."""

    product = "sqlite"
    words = _Words()

    def __init__(
        self, id: str, path: Path, kept: Marks | None = None, manner: Manner | None = None
    ) -> None:
        self._path = path
        self._file_lock = FileLock(str(path) + ".luodi-lock", timeout=0)
        super().__init__(id, kept, manner)

    def _connect(self) -> Any:
        if not self._path.is_file():
            raise LuodiError("migration.file_absent", {"path": str(self._path)})
        with self.explained():
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            db.execute("PRAGMA foreign_keys = ON")
            db.create_function("luodi_image", -1, _image, deterministic=True)
            db.create_aggregate("luodi_total", 1, _Total)  # type: ignore[arg-type] # it sums to text
            return db

    def bound(self, value: object) -> object:
        match value:
            case Decimal():
                return str(value)
            case datetime():
                return value.isoformat(" ")
            case date() | time():
                return value.isoformat()
        return value

    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        source = SqliteSource(
            System(id=self.id, url=str(self._path)), Location(Product.SQLITE, path=self._path)
        )
        try:
            tables, _ = source.tables(Silent())
        finally:
            source.close()
        wanted = set(names)
        with self.explained():
            return {
                table.full_name: self._described(table, tables)
                for table in tables
                if table.full_name in wanted
            }

    def _described(self, table: Table, tables: tuple[Table, ...]) -> TargetTable:
        quoted = self.words.quote(table.name)
        triggers = self.ask(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table.name,)
        )
        (made,) = self.ask("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,))[0]
        sources = []
        key = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if key is not None and key.type.upper() == "INTEGER":
            (top,) = self.ask(f"SELECT max({self.words.quote(key.name)}) FROM {quoted}")[0]
            highest = int(top or 0)
            sources.append(
                KeySource(column=key.name, name=table.name, next=highest + 1, highest=highest)
            )
        return TargetTable(
            table=table,
            rows=table.rows or 0,
            checks=tuple(
                Check(name=f"check {number}", expression=each)
                for number, each in enumerate(checks_of(str(made or "")), start=1)
            ),
            triggers=tuple(str(line[0]) for line in triggers),
            key_sources=tuple(sources),
            references=tuple(
                Reference(table=other.full_name, key=foreign)
                for other in tables
                for foreign in other.foreign_keys
                if foreign.table == table.full_name
            ),
        )

    def lock(self) -> bool:
        try:
            self._file_lock.acquire()
        except Timeout:
            return False
        return True

    def lacks_rights(self, error: Exception) -> bool:
        name = str(getattr(error, "sqlite_errorname", ""))
        return name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"))

    @contextmanager
    def explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            raise Refused(str(error.sqlite_errorname or "").removeprefix("SQLITE_")) from None
        except OverflowError:
            raise Refused("TOOBIG") from None
        except sqlite3.Error as error:
            state = str(getattr(error, "sqlite_errorname", "") or type(error).__name__)
            params = {"target": self.id, "state": state}
            if state.startswith("SQLITE_READONLY"):
                raise LuodiError("migration.target_rights", params) from None
            if state.startswith("SQLITE_FULL"):
                raise LuodiError("migration.target_full", params) from None
            if state.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise LuodiError("migration.target_busy", params) from None
            raise LuodiError("migration.target_failed", params) from None

    def close(self) -> None:
        super().close()
        self._file_lock.release()
