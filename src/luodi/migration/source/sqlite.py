"""SQLite files.  A column's type binds no value: a text in an integer column is read as a text."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source import query
from luodi.migration.source.location import Location
from luodi.migration.source.model import Order, Snapshot, Staged, Value, Wire
from luodi.migration.source.relational import CONNECT, Record, Relational

FETCH = 5_000
_TYPE = re.compile(r"([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?")


class Sqlite(Relational):
    """A SQLite file, opened read-only, inside one transaction."""

    dialect = query.SQLITE

    def __init__(self, system: System, location: Location) -> None:
        super().__init__(system)
        self._path = location.file
        self.snapshot = Snapshot.WHOLE
        self.product = f"SQLite {sqlite3.sqlite_version}"
        self._open()

    def _open(self) -> None:
        if not self._path.is_file():
            raise LuodiError("migration.file_absent", {"path": str(self._path)})
        with self._explained(), explained(self._path):
            self._db = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro", uri=True, timeout=CONNECT, isolation_level=None
            )
            self._db.text_factory = self._text
            self._db.execute("PRAGMA query_only = ON")
            self._db.execute("BEGIN")
            self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins

    def _text(self, data: bytes) -> str:
        """Read a text; what is no UTF-8 was written by a program that did not care."""
        try:
            return data.decode(self.system.encoding or "utf-8")
        except UnicodeDecodeError:
            return data.decode("gb18030", "backslashreplace")

    def reopen(self) -> bool:
        self.close()
        self._open()
        return False

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def limit(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self._db.set_progress_handler(lambda: time.monotonic() > until, 100_000)

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with self._explained():
            names = self._db.execute(
                "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ).fetchall()
        progress.stage("migration.counting", len(names), "table")
        found = []
        for name, kind in names:
            with self._explained(Table(name=name, columns=())):
                found.append(self._table(name, view=kind == "view"))
            progress.advance()
        return tuple(found), ()

    def _table(self, name: str, *, view: bool) -> Table:
        quoted = query.double_quoted(name)
        info = self._db.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
        keys = sorted((row[5], row[1]) for row in info if row[5])
        columns = tuple(_column(row) for row in info if row[6] != 1)
        unique = []
        for index in self._db.execute(f"PRAGMA index_list({quoted})").fetchall():
            if index[2] and index[3] != "pk" and not index[4]:
                parts = self._db.execute(
                    f"PRAGMA index_info({query.double_quoted(index[1])})"
                ).fetchall()
                if all(part[2] for part in parts):
                    unique.append(tuple(part[2] for part in parts))
        primary = tuple(column for _, column in keys)
        (rows,) = self._db.execute(f"SELECT count(*) FROM {quoted}").fetchone()
        table = Table(
            name=name,
            columns=columns,
            primary_key=primary,
            unique=tuple(sorted(unique)),
            foreign_keys=self._foreign_keys(quoted),
            rows=rows,
            view=view,
        )
        if len(primary) == 1 and self._is_row_id(table):
            # INTEGER PRIMARY KEY is the row's own number and cannot be NULL, whatever is declared.
            columns = tuple(
                msgspec.structs.replace(column, nullable=False)
                if column.name == primary[0]
                else column
                for column in columns
            )
            table = msgspec.structs.replace(table, columns=columns)
        return table

    def _is_row_id(self, table: Table) -> bool:
        column = table.column(table.primary_key[0])
        return column is not None and column.type.upper() == "INTEGER"

    def _foreign_keys(self, quoted: str) -> tuple[ForeignKey, ...]:
        links: dict[int, list[Any]] = {}
        for row in self._db.execute(f"PRAGMA foreign_key_list({quoted})").fetchall():
            links.setdefault(row[0], []).append(row)
        return tuple(
            ForeignKey(
                columns=tuple(row[3] for row in rows),
                table=rows[0][2],
                references=tuple(row[4] or row[3] for row in rows),
            )
            for _, rows in sorted(links.items())
        )

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(_staged, table.columns))

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        """Take the row's own number; a table without one is ordered by its key where that is whole.

        A key that is text may hold bytes that are no text, and would not be met again.
        """
        names = {column.name.lower() for column in table.columns}
        free = [name for name in ("rowid", "_rowid_", "oid") if name not in names]
        if free and not table.view and self._has(table, free[0]):
            return Order.KEY, (free[0],)
        return super().order(table)

    def _has(self, table: Table, column: str) -> bool:
        try:
            self._db.execute(f"SELECT {column} FROM {query.double_quoted(table.name)} LIMIT 0")
        except sqlite3.Error:
            return False
        return True

    def orders(self, column: Column) -> bool:
        return super().orders(column) and column.kind is Kind.INTEGER

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        scale = column.scale
        if column.kind is not Kind.DECIMAL or scale is None:
            return None

        def plain(value: Value) -> Value:
            """Write a number with as many digits as its column declares, or with more."""
            if not isinstance(value, (int, float)):
                return value
            number = Decimal(repr(value))
            if not number.is_finite():
                return repr(value)
            exponent = number.as_tuple().exponent
            digits = max(scale, -exponent if isinstance(exponent, int) else 0)
            return f"{number:.{digits}f}"

        return plain

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        with self._explained(table):
            cursor = self._db.execute(statement, values)
            while rows := cursor.fetchmany(FETCH):
                yield rows

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = table.full_name if table else ""
            params = {
                "system": self.system.id,
                "table": name,
                "path": str(self._path),
                "reason": error.sqlite_errorname or type(error).__name__,
            }
            text = str(error)
            if "no such table" in text:
                raise LuodiError("migration.table_vanished", params) from None
            if "no such column" in text:
                raise LuodiError("migration.column_vanished", params) from None
            if params["reason"] in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
                raise LuodiError("migration.file_damaged", params) from None
            raise LuodiError("migration.source_trouble", params) from None


def _column(row: tuple[Any, ...]) -> Column:
    _, name, declared, not_null, default, _, hidden = row
    found = _TYPE.fullmatch(declared or "")
    first, second = (
        (int(part) if part else None for part in (found[2], found[3])) if found else (None, None)
    )
    kind = _kind((declared or "").upper())
    return Column(
        name=name,
        type=declared or "",
        kind=kind,
        nullable=not not_null,
        length=first if kind is Kind.TEXT else None,
        precision=first if kind is Kind.DECIMAL else None,
        scale=(second or 0) if kind is Kind.DECIMAL and first else None,
        default=default,
        generated=hidden in (2, 3),
    )


def _kind(declared: str) -> Kind:
    """What a declared type means to a person; to SQLite it is a preference (Datatypes, 3)."""
    if "INT" in declared:
        return Kind.INTEGER
    if "CHAR" in declared or "CLOB" in declared or "TEXT" in declared:
        return Kind.TEXT
    if "BLOB" in declared:
        return Kind.BINARY
    if "REAL" in declared or "FLOA" in declared or "DOUB" in declared:
        return Kind.FLOAT
    if "BOOL" in declared:
        return Kind.BOOLEAN
    if "DATETIME" in declared or "TIMESTAMP" in declared:
        return Kind.DATETIME
    if "DATE" in declared:
        return Kind.DATE
    if "TIME" in declared:
        return Kind.TIME
    return Kind.DECIMAL if "DEC" in declared or "NUM" in declared else Kind.OTHER


def _staged(column: Column) -> Staged:
    """Stage as declared what SQLite itself converts; dates are texts or numbers of any form."""
    match column.kind:
        case Kind.INTEGER | Kind.BOOLEAN:
            wire, type_ = Wire.INTEGER, "BIGINT"
        case Kind.FLOAT:
            wire, type_ = Wire.FLOAT, "DOUBLE"
        case Kind.DECIMAL if column.precision and column.precision <= 38:
            wire, type_ = Wire.TEXT, f"DECIMAL({column.precision}, {column.scale or 0})"
        case Kind.BINARY:
            wire, type_ = Wire.BINARY, "BLOB"
        case _:
            wire, type_ = Wire.TEXT, "VARCHAR"
    return Staged(name=column.name, type=type_, wire=wire)
