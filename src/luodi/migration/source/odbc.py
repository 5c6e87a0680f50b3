"""Anything with an ODBC driver: 达梦, 金仓, Caché and IRIS, SQL Server, Oracle.

Tested against SQLite and PostgreSQL through their drivers; the statements for other products are
tested as text.  The catalogue is what the driver's catalogue functions tell (ODBC 3.8, SQLTables,
SQLColumns, SQLPrimaryKeys, SQLForeignKeys).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.extras import require
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.source import plain, query
from luodi.migration.source.location import Location
from luodi.migration.source.model import Lost, Snapshot, Staged, Value
from luodi.migration.source.mssql_catalogue import nvarchar
from luodi.migration.source.odbc_products import (
    READ_ONLY,
    SYSTEM_SCHEMAS,
    connection_string,
    dialect_of,
)
from luodi.migration.source.relational import CONNECT, Record, Relational, each_counted

FETCH = 2_000
_KINDS = {
    **dict.fromkeys((-5, 4, 5, -6), Kind.INTEGER),
    **dict.fromkeys((2, 3), Kind.DECIMAL),
    **dict.fromkeys((6, 7, 8), Kind.FLOAT),
    **dict.fromkeys((1, 12, -1, -8, -9, -10, -11), Kind.TEXT),
    **dict.fromkeys((-2, -3, -4), Kind.BINARY),
    **dict.fromkeys((9, 91), Kind.DATE),
    **dict.fromkeys((10, 92), Kind.TIME),
    **dict.fromkeys((11, 93), Kind.DATETIME),
    -7: Kind.BOOLEAN,
}
"""SQL data types by their numbers (ODBC 3.8, appendix D)."""
_NARROW = (1, 12, -1)
_TROUBLE = {
    "28000": "migration.source_refused",
    "28P01": "migration.source_refused",
    "08001": "migration.source_unreachable",
    "HYT00": "migration.source_unreachable",
    "HYT01": "migration.source_unreachable",
    "IM002": "migration.odbc_name",
    "IM003": "migration.odbc_name",
    "01000": "migration.odbc_name",
    "42501": "migration.table_refused",
    "42000": "migration.table_refused",
    "42S02": "migration.table_vanished",
    "42P01": "migration.table_vanished",
    "42S22": "migration.column_vanished",
    "42703": "migration.column_vanished",
}
_LOST = frozenset(("08S01", "08003", "08007", "57P01"))


class Odbc(Relational):
    """A database behind an ODBC driver."""

    def __init__(self, system: System, location: Location, password: str) -> None:
        super().__init__(system)
        self._odbc: Any = require("pyodbc")
        self._location = location
        self._password = password
        self._open()

    def _open(self) -> None:
        with self._explained():
            self._db = self._odbc.connect(
                connection_string(self.system, self._location, self._password),
                autocommit=False,
                readonly=True,
                timeout=CONNECT,
            )
            name = str(self._db.getinfo(self._odbc.SQL_DBMS_NAME))
            self.product = f"{name} {self._db.getinfo(self._odbc.SQL_DBMS_VER)}"
            sign = str(self._db.getinfo(self._odbc.SQL_IDENTIFIER_QUOTE_CHAR))
            self.dialect = dialect_of(name, sign)  # type: ignore[misc]  # known once it is open
            self._hold(name.lower())

    def _hold(self, name: str) -> None:
        """Have the server refuse to write, where it has words for that."""
        self.snapshot = Snapshot.NONE
        self._held = False
        for word, statement, snapshot in READ_ONLY:
            if word in name.split() or name.startswith(word):
                with contextlib.suppress(self._odbc.Error):
                    self._db.execute(statement)
                    self.snapshot, self._held = snapshot, True
                return

    def reopen(self) -> bool:
        self.close()
        self._open()
        return False

    def close(self) -> None:
        with contextlib.suppress(self._odbc.Error):
            self._db.rollback()
            self._db.close()

    def limit(self, seconds: float) -> None:
        self._db.timeout = math.ceil(seconds)  # not every driver heeds it

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        findings: list[Finding] = []
        if not self._held:
            params: dict[str, str | int] = {"system": self.system.id}
            findings.append(Finding(code="migration.not_held_read_only", params=params))
        with self._explained():
            listed = [
                row
                for row in self._db.cursor().tables().fetchall()
                if str(row[3]).upper() in ("TABLE", "VIEW") and self._wanted(row[1])
            ]
            schemas = {row[1] for row in listed}
            tables = [self._table(row, alone=len(schemas) == 1) for row in listed]
        counted, uncounted = each_counted(tables, self._counted, progress)
        return counted, (*findings, *uncounted)

    def _counted(self, table: Table) -> Table:
        with self._explained(table):
            name = query.full_name(table, self.dialect)
            (rows,) = self._db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()
        return msgspec.structs.replace(table, rows=int(rows))

    def _wanted(self, schema: str | None) -> bool:
        if self.system.schemas:
            return schema in self.system.schemas
        return (schema or "").lower() not in SYSTEM_SCHEMAS

    def _table(self, row: Any, *, alone: bool) -> Table:
        _, schema, name, kind, remarks = row[:5]
        cursor = self._db.cursor()
        columns = tuple(map(_column, cursor.columns(table=name, schema=schema).fetchall()))
        keys: list[Any] = []
        links: dict[str, list[Any]] = {}
        with contextlib.suppress(self._odbc.Error):
            keys = sorted(
                self._db.cursor().primaryKeys(table=name, schema=schema).fetchall(),
                key=lambda key: key[4],
            )
        with contextlib.suppress(self._odbc.Error):
            found = self._db.cursor().foreignKeys(foreignTable=name, foreignSchema=schema)
            for link in found.fetchall():
                links.setdefault(str(link[11]), []).append(link)
        return Table(
            name=name,
            schema="" if alone and not self.system.schemas else schema or "",
            columns=columns,
            comment=remarks or "",
            primary_key=tuple(key[3] for key in keys),
            foreign_keys=tuple(
                ForeignKey(
                    columns=tuple(link[7] for link in group),
                    table=group[0][2],
                    references=tuple(link[3] for link in group),
                )
                for group in links.values()
            ),
            view=str(kind).upper() == "VIEW",
        )

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(plain.staged, table.columns))

    def orders(self, column: Column) -> bool:
        return super().orders(column) and column.kind in (Kind.INTEGER, Kind.TEXT, Kind.DECIMAL)

    def expression(self, column: Column) -> str:
        name = super().expression(column)
        if self.system.nvarchar and "sql server" in self.product.lower():
            return nvarchar(name, column)
        return name

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        if column.kind in (Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.DATETIME):
            return plain.plain
        return None

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        with self._explained(table):
            cursor = self._db.cursor()
            cursor.execute(statement, *values)
            while rows := cursor.fetchmany(FETCH):
                yield list(map(tuple, rows))

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        """Say what the driver refused; its own words may quote a value and are never repeated."""
        try:
            yield
        except self._odbc.Error as error:
            state = str(error.args[0]) if error.args else ""
            if state in _LOST:
                raise Lost(self.system.id, state) from None
            raise LuodiError(
                _TROUBLE.get(state, "migration.source_trouble"),
                {
                    "system": self.system.id,
                    "table": table.full_name if table else "",
                    "user": self._location.user,
                    "variable": self.system.variable,
                    "host": self._location.host,
                    "port": str(self._location.port),
                    "seconds": CONNECT,
                    "reason": f"ODBC {state}",
                },
            ) from None


def _column(row: Any) -> Column:
    name, number, type_, size = row[3], row[4], row[5], row[6]
    scale, nullable, remarks, default = row[8], row[10], row[11], row[12]
    kind = _KINDS.get(number, Kind.OTHER)
    return Column(
        name=name,
        type=f"{type_}({size})" if kind is Kind.TEXT and size else str(type_),
        kind=kind,
        nullable=nullable != 0,
        comment=remarks or "",
        length=int(size) if kind in (Kind.TEXT, Kind.BINARY) and size else None,
        precision=int(size) if kind is Kind.DECIMAL and size else None,
        scale=int(scale or 0) if kind is Kind.DECIMAL else None,
        default=default,
    )
