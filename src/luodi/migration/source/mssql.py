"""SQL Server, 2000 to 2022, straight through FreeTDS (pymssql).

Never run against a server here: statements are tested as text, the driver by one that is made up.
Only SELECT is ever sent; a read-only intent is declared, and where the database allows it all
tables are read as of one moment (``SNAPSHOT`` isolation, SQL Server 2005).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.extras import require
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import mssql_catalogue as catalogue
from luodi.migration.source import plain, query
from luodi.migration.source.encoding import Coding
from luodi.migration.source.location import Location
from luodi.migration.source.model import Lost, Snapshot, Staged, Start, Value
from luodi.migration.source.relational import CONNECT, Record, Relational, each_counted

FETCH = 2_000
_TROUBLE = {
    18456: "migration.source_refused",
    18452: "migration.source_refused",
    18470: "migration.source_refused",
    4060: "migration.database_absent",
    916: "migration.database_refused",
    229: "migration.table_refused",
    230: "migration.table_refused",
    208: "migration.table_vanished",
    207: "migration.column_vanished",
    4413: "migration.view_broken",
    20002: "migration.source_unreachable",
    20009: "migration.source_unreachable",
    20012: "migration.source_unreachable",
    20013: "migration.source_unreachable",
}
_LOST = frozenset((0, 1205, 233, 10053, 10054, 20003, 20004, 20006, 20019, 20047))
"""Among them the victim of a deadlock, who has to ask again."""
_ALLOWED = """
SELECT CASE WHEN IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_MEMBER('db_owner') = 1
  OR IS_MEMBER('db_datawriter') = 1 THEN 1 ELSE 0 END
"""
_SNAPSHOT = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"


class MsSql(Relational):
    """A SQL Server database."""

    dialect = query.MSSQL

    def __init__(self, system: System, location: Location, password: str) -> None:
        super().__init__(system)
        self._driver: Any = require("pymssql")
        self._location = location
        self._password = password
        self._coding = Coding.named(system.encoding) if system.encoding else None
        self._collations: dict[tuple[str, str], str] = {}
        self._open()

    def _open(self) -> None:
        place = self._location
        instance = place.query.get("instance", "")
        with self._explained():
            self._db = self._driver.connect(
                server=f"{place.host}\\{instance}" if instance else place.host,
                port=str(place.port),
                user=place.user,
                password=self._password,
                database=place.database,
                login_timeout=CONNECT,
                charset="UTF-8",
                appname="luodi",
                tds_version=place.query.get("tds"),
                encryption=place.query.get("encryption"),
                read_only=True,
                autocommit=True,
            )
            ((version, collation),) = self._all(
                "SELECT CAST(SERVERPROPERTY('ProductVersion') AS VARCHAR(32)), "
                "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS VARCHAR(128))"
            )
            self._version = int(str(version).partition(".")[0])
            self._collation = str(collation or "")
            self.product = f"SQL Server {version}"
            self.snapshot = self._hold()

    def _hold(self) -> Snapshot:
        """Read as of one moment, where the database keeps what that takes."""
        allowed = self._version >= catalogue.SQL_2005 and self._all(_SNAPSHOT) == [(1,)]
        if not allowed:
            self._do("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return Snapshot.NONE
        self._do("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
        self._do("BEGIN TRANSACTION")
        return Snapshot.WHOLE

    def reopen(self) -> bool:
        self.close()
        self._open()
        return False

    def close(self) -> None:
        with contextlib.suppress(self._driver.Error):
            self._db.close()

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with self._explained():
            writes = self._all(_ALLOWED) == [(1,)]
            found, self._collations, said = catalogue.read_tables(
                self._all, self._version, self.system.schemas
            )
        if self._coding is not None:
            said = []  # whoever declares the encoding knows
        if writes:
            params: dict[str, str | int] = {"system": self.system.id}
            said.append(Finding(code="migration.not_held_read_only", params=params))
        counted, uncounted = each_counted(found, self._counted, progress)
        return counted, (*said, *uncounted)

    def _counted(self, table: Table) -> Table:
        with self._explained(table):
            ((rows,),) = self._all(f"SELECT COUNT_BIG(*) FROM {self.relation(table)}")
        return msgspec.structs.replace(table, rows=int(rows))

    def relation(self, table: Table) -> str:
        """Name a table with its schema: a reader's own may be another."""
        owned = msgspec.structs.replace(table, schema=table.schema or catalogue.DEFAULT)
        return query.full_name(owned, self.dialect)

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(catalogue.digits(column, plain.staged(column)) for column in table.columns)

    def scan(self, table: Table, start: Start) -> Iterator[Any]:
        self._table = table
        return super().scan(table, start)

    def expression(self, column: Column) -> str:
        name = super().expression(column)
        if catalogue.is_narrow(column):
            if self._coding is not None:
                return catalogue.as_bytes(name, column, self._version)
            if self.system.nvarchar or self._another(column):
                return catalogue.nvarchar(name, column, self._version)
        return catalogue.written(name, column, self._version)

    def _another(self, column: Column) -> bool:
        """Tell a column of another collation than its database, of which the driver knows none."""
        found = self._collations.get((self._table.full_name, column.name), "")
        return found not in ("", self._collation)

    def orders(self, column: Column) -> bool:
        """Tell whether the server orders parameters, which are Unicode, as it does the column.

        Windows' collations do; the older ones, ``SQL_…``, have another order for narrow types.
        """
        if not super().orders(column):
            return False
        if column.kind is not Kind.TEXT or not catalogue.is_narrow(column):
            return True
        return self._coding is None and not self._collation.startswith("SQL_")

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        if self._coding is not None and catalogue.is_narrow(column):
            return self._text
        return plain.plain if column.kind is Kind.DECIMAL else None

    def _text(self, data: Value) -> Value:
        if self._coding is None or not isinstance(data, bytes):
            return data
        try:
            return self._coding.decode(data)
        except UnicodeDecodeError:
            return self._coding.readable(data)

    def _bound(self, table: Table, keys: Sequence[str], start: Start) -> Start:
        """Write moments with a T: otherwise the login's language says what is a day."""
        start = super()._bound(table, keys, start)

        def plainly(name: str, value: Value) -> Value:
            column = table.column(name)
            if column is not None and column.kind is Kind.DATETIME and isinstance(value, str):
                return value.replace(" ", "T", 1)
            return value

        key = start.key and tuple(map(plainly, keys, start.key))
        since = start.since and (start.since[0], plainly(*start.since))
        return replace(start, key=key, since=since)

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        with self._explained(table), contextlib.closing(self._db.cursor()) as cursor:
            cursor.execute(statement, tuple(values))
            while rows := cursor.fetchmany(FETCH):
                yield rows

    def _do(self, statement: str) -> None:
        with contextlib.closing(self._db.cursor()) as cursor:
            cursor.execute(statement)

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(self._db.cursor()) as cursor:
            cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        """Say what the server refused; its own words may quote a value and are never repeated."""
        try:
            yield
        except self._driver.Error as error:
            number = _number(error)
            if number in _LOST:
                raise Lost(self.system.id, str(number)) from None
            raise LuodiError(
                _TROUBLE.get(number, "migration.source_trouble"),
                {
                    "system": self.system.id,
                    "table": table.full_name if table else "",
                    "user": self._location.user,
                    "database": self._location.database,
                    "variable": self.system.variable,
                    "host": self._location.host,
                    "port": str(self._location.port),
                    "seconds": CONNECT,
                    "reason": f"{type(error).__name__} {number}",
                },
            ) from None


def _number(error: Exception) -> int:
    """Find the server's own number: the driver gives it alone, or in a pair with its words."""
    found = error.args[0] if error.args else 0
    if isinstance(found, tuple):
        found = found[0] if found else 0
    # A login that was refused ends as a connection that failed; the server's word is in the text.
    if found in (20002, 20018) and b"18456" in str(error).encode():
        return 18456
    return found if isinstance(found, int) else 0
