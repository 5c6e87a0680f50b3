"""MySQL and MariaDB."""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec
import pymysql
import pymysql.converters
import pymysql.cursors
from pymysql.constants import FIELD_TYPE

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import query
from luodi.migration.source.encoding import Coding
from luodi.migration.source.location import Location
from luodi.migration.source.model import Lost, Snapshot, Staged, Value, Wire
from luodi.migration.source.mysql_catalogue import read_tables, staged
from luodi.migration.source.mysql_rows import rows_of
from luodi.migration.source.relational import CONNECT, Record, Relational, each_counted

FETCH = 2_000
_LOST = frozenset((0, 1053, 1317, 1927, 2006, 2013, 2014, 2055))
_TROUBLE = {
    1044: "migration.database_refused",
    1045: "migration.source_refused",
    1698: "migration.source_refused",
    1049: "migration.database_absent",
    1142: "migration.table_refused",
    1143: "migration.table_refused",
    1356: "migration.view_broken",
    1146: "migration.table_vanished",
    1054: "migration.column_vanished",
}
_CONNECT_TROUBLE = frozenset((2002, 2003, 2005))


def _bits(data: bytes) -> int:
    return int.from_bytes(data, "big")


_DECODERS: dict[Any, Any] = {
    **dict.fromkeys(
        (
            FIELD_TYPE.TINY,
            FIELD_TYPE.SHORT,
            FIELD_TYPE.LONG,
            FIELD_TYPE.LONGLONG,
            FIELD_TYPE.INT24,
            FIELD_TYPE.YEAR,
        ),
        int,
    ),
    FIELD_TYPE.FLOAT: float,
    FIELD_TYPE.DOUBLE: float,
    FIELD_TYPE.BIT: _bits,
}
"""All else stays the text that the server wrote: zero dates, times beyond a day, decimals."""

_CONVERSIONS: dict[Any, Any] = {**pymysql.converters.encoders, **_DECODERS}


class MySql(Relational):
    """A MySQL or MariaDB database inside one consistent, read-only transaction."""

    dialect = query.MYSQL

    def __init__(self, system: System, location: Location, password: str) -> None:
        super().__init__(system)
        self._location = location
        self._password = password
        self.snapshot = Snapshot.WHOLE
        self._coding = Coding.named(system.encoding) if system.encoding else None
        self._open()

    def _open(self) -> None:
        place = self._location
        with self._explained():
            self._connection = pymysql.connect(
                host=place.host,
                port=place.port,
                user=place.user,
                password=self._password,
                database=place.database,
                charset="utf8mb4",
                use_unicode=not self.system.encoding,
                connect_timeout=CONNECT,
                conv=_CONVERSIONS,
                cursorclass=pymysql.cursors.SSCursor,
                autocommit=True,
            )
            _keep_alive(self._connection)
            (version,) = self._first("SELECT VERSION()")
            self.product = _product(version if isinstance(version, str) else version.decode())
            if self.system.encoding:
                # Columns hold other bytes than their character set says: read them as they are.
                self._do("SET character_set_results = NULL")
            self._do("SET SESSION net_write_timeout = 600")
            self._do("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._do("SET SESSION TRANSACTION READ ONLY")
            self._do("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def reopen(self) -> bool:
        self.close()
        self._open()
        return False

    def close(self) -> None:
        with contextlib.suppress(pymysql.Error, OSError):
            # Not close(): that would read a half-read result to its end.
            cast(Any, self._connection)._force_close()

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with self._explained():
            tables, findings = read_tables(self._all, self._location.database, self.system.schemas)
        counted, uncounted = each_counted(tables, self._counted, progress)
        return counted, (*findings, *uncounted)

    def limit(self, seconds: float) -> None:
        with self._explained():
            (version,) = self._first("SELECT VERSION()")
            if "mariadb" in str(version).lower():
                self._do(f"SET SESSION max_statement_time = {seconds}")
            else:
                self._do(f"SET SESSION max_execution_time = {math.ceil(seconds * 1000)}")

    def _counted(self, table: Table) -> Table:
        with self._explained(table):
            (rows,) = self._first(f"SELECT COUNT(*) FROM {query.full_name(table, self.dialect)}")
        return msgspec.structs.replace(table, rows=int(rows))

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(staged, table.columns))

    def expression(self, column: Column) -> str:
        name = super().expression(column)
        # The server writes a FLOAT with six digits only; as a double it is written exactly.
        return f"{name} + 0e0" if column.type.startswith("float") else name

    def orders(self, column: Column) -> bool:
        # A text that was read as other bytes than the server means would not be met again.
        return super().orders(column) and not (self._coding and column.kind is Kind.TEXT)

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        if self._coding is None or staged(column).wire is not Wire.TEXT:
            return None
        return self._text

    def _text(self, data: Value) -> Value:
        if self._coding is None or not isinstance(data, bytes):
            return data
        try:
            return self._coding.decode(data)
        except UnicodeDecodeError:
            return self._coding.readable(data)

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        with self._explained(table):
            cursor = self._connection.cursor()
            cursor.execute(statement, values or None)
            ended = False
            try:
                yield from rows_of(cursor, FETCH)
                ended = True
            finally:
                if not ended:
                    self.close()

    def _do(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def _first(self, statement: str) -> tuple[Any, ...]:
        return self._all(statement)[0]

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        """Say what the server refused; its own words may quote a value and are never repeated."""
        try:
            yield
        except pymysql.Error as error:
            code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            raise self._trouble(code, type(error).__name__, table) from None
        except OSError as error:
            raise Lost(self.system.id, type(error).__name__) from None

    def _trouble(self, code: int, kind: str, table: Table | None) -> LuodiError:
        system = self.system.id
        if code in _CONNECT_TROUBLE:
            return LuodiError(
                "migration.source_unreachable",
                {
                    "system": system,
                    "host": self._location.host,
                    "port": str(self._location.port),
                    "seconds": CONNECT,
                },
            )
        if code in _LOST:
            return Lost(system, str(code))
        name = table.full_name if table else ""
        return LuodiError(
            _TROUBLE.get(code, "migration.source_trouble"),
            {
                "system": system,
                "table": name,
                "user": self._location.user,
                "database": self._location.database,
                "variable": self.system.variable,
                "reason": f"{kind} {code}",
            },
        )


def _product(version: str) -> str:
    number = version.split("-")[0]
    return f"MariaDB {number}" if "mariadb" in version.lower() else f"MySQL {number}"


def _keep_alive(connection: Any) -> None:
    """Notice within a minute that the other side is gone, however long a statement may take."""
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        option = getattr(socket, name, None)
        if option is not None:
            with contextlib.suppress(OSError):
                connection._sock.setsockopt(socket.IPPROTO_TCP, option, value)
