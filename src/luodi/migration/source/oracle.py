"""Oracle, straight through python-oracledb: thin from 12.1 on, thick for 11g and older.

Never run against a server here: statements are tested as text, the driver by one that is made up.
All tables are read as of one system change number (``AS OF SCN``) where the account may look back,
else inside one read-only transaction.
"""

from __future__ import annotations

import contextlib
import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.extras import require
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import oracle_catalogue as catalogue
from luodi.migration.source import query
from luodi.migration.source.encoding import Coding
from luodi.migration.source.location import Location
from luodi.migration.source.model import Lost, Snapshot, Staged, Start, Value
from luodi.migration.source.relational import CONNECT, Record, Relational, each_counted

FETCH = 2_000
_TROUBLE = {
    **dict.fromkeys(("DPY-3010", "DPY-3015"), "migration.oracle_thick"),
    "DPI-1047": "migration.oracle_client",
    **dict.fromkeys(("ORA-01017", "ORA-28000", "ORA-28001"), "migration.source_refused"),
    **dict.fromkeys(("ORA-01045", "ORA-01005"), "migration.source_refused"),
    **dict.fromkeys(("DPY-6001", "DPY-6003", "ORA-12514"), "migration.database_absent"),
    "ORA-12505": "migration.database_absent",
    **dict.fromkeys(("DPY-6005", "DPY-6000", "ORA-12541"), "migration.source_unreachable"),
    **dict.fromkeys(("ORA-12170", "ORA-12545", "DPY-4024"), "migration.source_unreachable"),
    "ORA-00942": "migration.table_vanished",
    "ORA-00904": "migration.column_vanished",
    "ORA-01031": "migration.table_refused",
    "ORA-04063": "migration.view_broken",
    **dict.fromkeys(("ORA-01555", "ORA-08180", "ORA-22924"), "migration.oracle_too_old"),
}
_LOST = frozenset(
    (
        *("DPY-4011", "DPY-1001", "DPY-6009", "DPI-1010", "DPI-1080", "ORA-00028", "ORA-01012"),
        *("ORA-01033", "ORA-01089", "ORA-02396", "ORA-03113", "ORA-03114", "ORA-03135"),
        *("ORA-12537", "ORA-12547", "ORA-12570"),
    )
)
_SESSION = (
    "ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY",  # as keys are compared
    "SET TRANSACTION READ ONLY",
)
_NUMBERS = (
    "SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual",
    "SELECT TIMESTAMP_TO_SCN(SYSTIMESTAMP) FROM dual",
)
_CHARSET = "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'"


class Oracle(Relational):
    """An Oracle database: what one user owns, or the schemas that are named."""

    dialect = query.ORACLE

    def __init__(self, system: System, location: Location, password: str) -> None:
        super().__init__(system)
        self._driver: Any = require("oracledb")
        self._location = location
        self._password = password
        self.snapshot = Snapshot.WHOLE
        self._coding = Coding.named(system.encoding) if system.encoding else None
        self._moment: int | None = None
        self._looks_back: dict[str, bool] = {}
        self._open()

    def _open(self) -> None:
        place = self._location
        with self._explained():
            if "thick" in place.query:
                self._driver.init_oracle_client(lib_dir=place.query["thick"] or None)
            named = {"sid": place.query["sid"]} if "sid" in place.query else {}
            self._db = self._driver.connect(
                user=place.user,
                password=self._password,
                host=place.host,
                port=place.port,
                tcp_connect_timeout=CONNECT,
                expire_time=1,
                **(named or {"service_name": place.database}),
            )
            self._db.outputtypehandler = self._fetched
            for statement in _SESSION:
                self._do(statement)
            self.product = f"Oracle {self._db.version}"
            ((charset,),) = self._all(_CHARSET)
            self._charset = str(charset)
        if self._moment is None:
            self._moment = self._number()

    def _number(self) -> int | None:
        for statement in _NUMBERS:
            with contextlib.suppress(self._driver.Error):
                ((number,),) = self._all(statement)
                return int(number)
        return None

    def _fetched(self, cursor: Any, metadata: Any) -> Any:
        """Have numbers come as text, which is exact, and large objects as what they hold."""
        kinds = self._driver
        long = {
            kinds.DB_TYPE_CLOB: kinds.DB_TYPE_LONG,
            kinds.DB_TYPE_NCLOB: kinds.DB_TYPE_LONG_NVARCHAR,
            kinds.DB_TYPE_BLOB: kinds.DB_TYPE_LONG_RAW,
        }
        if metadata.type_code == kinds.DB_TYPE_NUMBER:
            return cursor.var(kinds.DB_TYPE_VARCHAR, size=64, arraysize=cursor.arraysize)
        if metadata.type_code in long:
            return cursor.var(long[metadata.type_code], arraysize=cursor.arraysize)
        return None

    def reopen(self) -> bool:
        self.close()
        self._open()
        return self._moment is not None and all(self._looks_back.values())

    def close(self) -> None:
        with contextlib.suppress(self._driver.Error):
            self._db.close()

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with self._explained():
            found = catalogue.read_tables(self._all, self.system.schemas)
        said = []
        if self._coding is None and self._charset in catalogue.NARROW_CHARSETS:
            params: dict[str, str | int] = {"system": self.system.id, "charset": self._charset}
            said.append(Finding(code="migration.oracle_charset", params=params))
        counted, uncounted = each_counted(found, self._counted, progress)
        return counted, (*said, *uncounted)

    def limit(self, seconds: float) -> None:
        self._db.call_timeout = math.ceil(seconds * 1000)

    def _counted(self, table: Table) -> Table:
        with self._explained(table):
            ((rows,),) = self._all(f"SELECT COUNT(*) FROM {self.relation(table)}")
        return msgspec.structs.replace(table, rows=int(rows))

    def relation(self, table: Table) -> str:
        """Name a table as it was when the source was opened, where the account may see that."""
        name = query.full_name(table, self.dialect)
        if self._moment is None or table.view:
            return name
        then = f"{name} AS OF SCN {self._moment}"
        if name not in self._looks_back:
            try:
                self._all(f"SELECT 1 FROM {then} WHERE ROWNUM < 1")
                self._looks_back[name] = True
            except self._driver.Error:
                self._looks_back[name] = False
        return then if self._looks_back[name] else name

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(catalogue.staged, table.columns))

    def expression(self, column: Column) -> str:
        name = super().expression(column)
        if self._coding is not None and catalogue.is_narrow(column):
            return catalogue.as_hex(name, column)
        return catalogue.written(name, column)

    def orders(self, column: Column) -> bool:
        # A text that was read as other bytes than the server means would not be met again, nor
        # would a moment with more digits than Python has.
        met = not (self._coding and catalogue.is_narrow(column))
        return super().orders(column) and met and not column.type.startswith("TIMESTAMP")

    def convert(self, column: Column) -> Callable[[Value], Value] | None:
        if self._coding is not None and catalogue.is_narrow(column):
            return self._text
        if column.kind is Kind.INTEGER:
            return lambda value: int(str(value))
        if column.kind is Kind.DECIMAL:
            return lambda value: _number_as_text(str(value), column.scale)
        # The sign of a year takes a place, which is blank for those after Christ.
        return (lambda value: str(value).lstrip()) if column.kind is Kind.DATETIME else None

    def _text(self, digits: Value) -> Value:
        data = bytes.fromhex(str(digits))
        if self._coding is None:
            return data
        try:
            return self._coding.decode(data)
        except UnicodeDecodeError:
            return self._coding.readable(data)

    def _bound(self, table: Table, keys: Sequence[str], start: Start) -> Start:
        """Compare moments with moments: a text would be read as the session's settings say."""
        start = super()._bound(table, keys, start)

        def typed(name: str, value: Any) -> Any:
            column = table.column(name)
            moment = column is not None and column.kind is Kind.DATETIME
            return _moment(value) if moment and isinstance(value, str) else value

        key = start.key and tuple(map(typed, keys, start.key))
        since = start.since and (start.since[0], typed(*start.since))
        return replace(start, key=key, since=since)

    def fetch(
        self, table: Table, statement: str, values: Sequence[object]
    ) -> Iterator[list[Record]]:
        with self._explained(table), contextlib.closing(self._db.cursor()) as cursor:
            cursor.arraysize = FETCH
            cursor.execute(statement, list(values))
            while rows := cursor.fetchmany(FETCH):
                yield rows

    def _do(self, statement: str) -> None:
        with contextlib.closing(self._db.cursor()) as cursor:
            cursor.execute(statement)

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with contextlib.closing(self._db.cursor()) as cursor:
            cursor.execute(statement, list(values))
            return [tuple(row) for row in cursor.fetchall()]

    @contextlib.contextmanager
    def _explained(self, table: Table | None = None) -> Iterator[None]:
        """Say what the server refused; its own words may quote a value and are never repeated."""
        try:
            yield
        except self._driver.Error as error:
            code = str(getattr(error.args[0], "full_code", "") if error.args else "")
            if code in _LOST:
                raise Lost(self.system.id, code) from None
            raise LuodiError(
                _TROUBLE.get(code, "migration.source_trouble"),
                {
                    "system": self.system.id,
                    "table": table.full_name if table else "",
                    "user": self._location.user,
                    "database": self._location.query.get("sid") or self._location.database,
                    "variable": self.system.variable,
                    "host": self._location.host,
                    "port": str(self._location.port),
                    "seconds": CONNECT,
                    "reason": f"{type(error).__name__} {code}".strip(),
                },
            ) from None


def _number_as_text(text: str, scale: int | None) -> str:
    """Write a number with as many digits as its column declares, or with more."""
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    digits = max(scale or 0, -exponent if isinstance(exponent, int) else 0)
    return f"{number:.{digits}f}"


def _moment(text: str) -> datetime.datetime | str:
    try:
        return datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
