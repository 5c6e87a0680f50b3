"""PostgreSQL, and what speaks its protocol."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.types import numeric, string
from psycopg.types.bool import BoolLoader

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import query
from luodi.migration.source.location import Location
from luodi.migration.source.model import Lost, Snapshot, Staged, Value, Wire
from luodi.migration.source.postgresql_catalogue import read_tables, staged
from luodi.migration.source.relational import CONNECT, Record, Relational, each_counted

FETCH, FETCH_WIDE = 5_000, 200
_SETTINGS = {
    "default_transaction_read_only": "on",
    "row_security": "off",  # a policy that hides rows must be an error, not a smaller table
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "datestyle": "ISO",
    "extra_float_digits": "3",
    "bytea_output": "hex",
}
_LOADERS: dict[str, Any] = {
    "int2": numeric.IntLoader,
    "int4": numeric.IntLoader,
    "int8": numeric.IntLoader,
    "oid": numeric.IntLoader,
    "float4": numeric.FloatLoader,
    "float8": numeric.FloatLoader,
    "bytea": string.ByteaLoader,
    "bool": BoolLoader,
}
"""All else stays the text that the server wrote: infinite dates, NaN, arrays, time zones."""
_TROUBLE = {
    "28P01": "migration.source_refused",
    "28000": "migration.source_refused",
    "3D000": "migration.database_absent",
    "42501": "migration.table_refused",
    "42P01": "migration.table_vanished",
    "3F000": "migration.table_vanished",
    "42703": "migration.column_vanished",
}
_LOST = ("08", "57P0", "25P03")
"""Beginnings of the SQLSTATE of a connection that is no more (PostgreSQL, appendix A)."""


class PostgreSql(Relational):
    """A PostgreSQL database as of one moment.

    One connection holds the snapshot, another reads in it: when that one is cut, the next goes on
    as of the same moment.
    """

    dialect = query.POSTGRESQL

    def __init__(self, system: System, location: Location, password: str) -> None:
        super().__init__(system)
        self._location = location
        self._password = password
        self.snapshot = Snapshot.WHOLE
        self._open()

    def _open(self) -> None:
        self._holder = self._connect()
        with self._explained():
            row = self._holder.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            self._moment: str = _word(row[0])
            self._read()
            version = self._reader.info.server_version
            self.product = f"PostgreSQL {version // 10000}.{version % 10000}"

    def _read(self) -> None:
        self._reader = self._connect()
        with self._explained():
            self._reader.execute(f"SET TRANSACTION SNAPSHOT '{self._moment}'")

    def _connect(self) -> psycopg.Connection[Any]:
        place = self._location
        with self._explained():
            address = make_conninfo(
                host=place.host,
                port=place.port,
                user=place.user or None,
                password=self._password or None,
                dbname=place.database or None,
                connect_timeout=CONNECT,
                application_name="luodi",
                options=" ".join(f"-c {name}={value}" for name, value in _SETTINGS.items()),
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                sslmode=place.query.get("sslmode"),
                sslrootcert=place.query.get("sslrootcert"),
            )
            connection = psycopg.connect(address)
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            _load_as_text(connection)
            # A server without an encoding hands out bytes, whatever they are.
            kept = connection.info.parameter_status("server_encoding")
            self._bytes = kept == "SQL_ASCII"
            connection.execute(f"SET client_encoding TO {'SQL_ASCII' if self._bytes else 'UTF8'}")
        return connection

    def reopen(self) -> bool:
        self._close(self._reader)
        try:
            self._holder.execute("SELECT 1")
            self._read()
        except (psycopg.Error, LuodiError):
            self._close(self._holder)
            self._open()
            return False
        return True

    def close(self) -> None:
        for connection in (self._reader, self._holder):
            self._close(connection)

    def _close(self, connection: psycopg.Connection[Any]) -> None:
        with contextlib.suppress(psycopg.Error):
            connection.close()

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with self._explained():
            tables = read_tables(self._all, self._reader.info.server_version, self.system.schemas)
        return each_counted(tables, self._counted, progress)

    def limit(self, seconds: float) -> None:
        with self._explained():
            self._reader.execute(f"SET statement_timeout = {math.ceil(seconds * 1000)}")

    def _counted(self, table: Table) -> Table:
        with self._explained(table), self._reader.transaction():
            ((rows,),) = self._all(f"SELECT count(*) FROM {self.relation(table)}")
        return msgspec.structs.replace(table, rows=rows)

    def relation(self, table: Table) -> str:
        """Name a table without the tables that inherit from it, which are tables of their own."""
        name = query.full_name(table, self.dialect)
        with self._explained(table):
            found = self._all(
                "SELECT 1 FROM pg_class WHERE oid = %s::regclass AND relkind = 'r'", (name,)
            )
        return f"ONLY {name}" if found else name

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(staged, table.columns))

    def expression(self, column: Column) -> str:
        name = super().expression(column)
        return f"{name}::numeric" if column.type == "money" else name

    def orders(self, column: Column) -> bool:
        return super().orders(column) and not (self._bytes and column.kind is Kind.TEXT)

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        if not self._bytes or column.kind in (Kind.INTEGER, Kind.FLOAT, Kind.BINARY, Kind.BOOLEAN):
            return None
        return self._text

    def _text(self, data: Value) -> Value:
        if not isinstance(data, bytes):
            return data
        try:
            return data.decode(self.system.encoding or "utf-8")
        except UnicodeDecodeError:
            return data.decode("gb18030", "backslashreplace")

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        wide = any(as_.wire is Wire.BINARY for as_ in self.staged(table))
        size = FETCH_WIDE if wide else FETCH
        with self._explained(table), self._reader.cursor(name="luodi") as cursor:
            cursor.execute(statement, list(values) or None)
            while rows := cursor.fetchmany(size):
                yield rows

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        found = self._reader.execute(statement, values or None).fetchall()
        return [tuple(map(_word, row)) for row in found]

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        """Say what the server refused; its own words may quote a value and are never repeated."""
        try:
            yield
        except psycopg.Error as error:
            raise self._trouble(error, table) from None

    def _trouble(self, error: psycopg.Error, table: Table | None) -> LuodiError:
        state = error.sqlstate or ""
        params = {
            "system": self.system.id,
            "table": table.full_name if table else "",
            "user": self._location.user,
            "database": self._location.database,
            "variable": self.system.variable,
            "host": self._location.host,
            "port": str(self._location.port),
            "seconds": str(CONNECT),
            "reason": f"{type(error).__name__} {state}".strip(),
        }
        if state.startswith(_LOST):
            return Lost(self.system.id, state)
        if state:
            return LuodiError(_TROUBLE.get(state, "migration.source_trouble"), params)
        if not isinstance(error, psycopg.OperationalError):
            return LuodiError("migration.source_trouble", params)
        return self._without_state(str(error), params)

    def _without_state(self, words: str, params: dict[str, str]) -> LuodiError:
        """Tell how a connection failed: the library gives no state, only the server's words.

        They are in the server's language, but which of the two spoke can be told: a server says
        FATAL, and names a database that it has not.
        """
        if "no password supplied" in words:
            return LuodiError("migration.source_refused", params)
        if "FATAL" in words or "致命错误" in words:
            absent = f'"{self._location.database}"' in words and (
                "does not exist" in words or "不存在" in words
            )
            code = "migration.database_absent" if absent else "migration.source_refused"
            return LuodiError(code, params)
        if "connection failed" in words or "timeout expired" in words:
            return LuodiError("migration.source_unreachable", params)
        return Lost(self.system.id, "closed")


def _word(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _load_as_text(connection: psycopg.Connection[Any]) -> None:
    text = string.TextLoader
    for info in connection.adapters.types:
        connection.adapters.register_loader(info.oid, _LOADERS.get(info.name, text))
        if info.array_oid:
            connection.adapters.register_loader(info.array_oid, text)
