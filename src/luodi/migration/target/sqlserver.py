"""SQL Server as a target, by pymssql.  Never run against a real server: see ``docs/targets.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from typing import Any

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Column, Kind, Table
from luodi.migration.target import sqlserver_catalogue as catalogue
from luodi.migration.target.calling import Calling
from luodi.migration.target.error_numbers import ErrorNumbers
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks
from luodi.migration.target.model import Part, TargetTable

ROWS = 500
"""Rows of one INSERT; the product takes 1000."""
SESSION = (
    "SET LANGUAGE us_english; SET DATEFORMAT ymd; SET XACT_ABORT OFF; SET NOCOUNT ON; "
    "SET ANSI_NULLS ON; SET ANSI_WARNINGS ON; SET ANSI_PADDING ON; SET ARITHABORT ON; "
    "SET CONCAT_NULL_YIELDS_NULL ON; SET QUOTED_IDENTIFIER ON"
)
"""What a value's meaning depends on: too long is refused, a text of digits is no local date."""
_NUMBERS = ErrorNumbers(
    refused=frozenset(
        (220, 232, 241, 242, 245, 248, 295, 334, 515, 544, 547, 2601, 2627, 2628, 8114, 8115, 8152)
    ),
    raised=range(50000, 1 << 31),  # by RAISERROR and THROW
    lost=frozenset((20002, 20003, 20004, 20006, 20009, 20047, 10054)),
    rights=frozenset((229, 230, 262, 916, 2760, 4060, 18456)),
    full=frozenset((1101, 1105, 9002)),
)


class _Words:
    mark = "%s"
    begin = "BEGIN TRANSACTION"
    lock = ""
    hint = " WITH (UPDLOCK, HOLDLOCK)"
    overriding = ""
    text = "nvarchar"
    whole = ""
    judge = ""

    def quote(self, name: str) -> str:
        return "[" + name.replace("]", "]]").replace("%", "%%") + "]"

    def name(self, table: Table) -> str:
        return ".".join(self.quote(part) for part in (table.schema, table.name) if part)

    def tables_like(self, table: Table) -> str:
        schema = f"N'{table.schema}'" if table.schema else "SCHEMA_NAME()"
        return (
            f"SELECT name FROM sys.tables WHERE name = N'{table.name}' "
            f"AND schema_id = SCHEMA_ID({schema})"
        )

    def image(self, table: Table) -> str:
        """Each value behind its length in bytes, so that no two rows are written alike."""
        parts = ", ".join(map(self._written, table.columns))
        hashed = f"HASHBYTES('SHA2_256', CONCAT(N'', {parts}))"
        return f"CAST(SUBSTRING({hashed}, 1, 8) AS bigint)"

    def _written(self, column: Column) -> str:
        value = self.quote(column.name)
        style = {Kind.DATETIME: ", 126", Kind.FLOAT: ", 3"}.get(column.kind, "")
        written = f"CONVERT(nvarchar(max), {value}{style})"
        if column.kind is Kind.BINARY:
            written = f"CONVERT(nvarchar(max), CONVERT(varbinary(max), {value}), 1)"
        length = f"DATALENGTH({value})"
        return f"CASE WHEN {value} IS NULL THEN N'~' ELSE CONCAT({length}, N':', {written}) END"

    def total(self, value: str) -> str:
        return f"COALESCE(SUM(CAST({value} AS decimal(38, 0))), 0)"


class SqlServerTarget(Calling):
    """A SQL Server database."""

    product = "mssql"
    lanes = 2
    words = _Words()

    def __init__(
        self,
        id: str,
        parameters: Mapping[str, Any],
        kept: Marks | None = None,
        manner: Manner | None = None,
    ) -> None:
        try:
            import pymssql
        except ImportError:
            raise LuodiError(
                "migration.target_driver", {"product": "SQL Server", "extra": "mssql"}
            ) from None
        self._driver = pymssql
        self._parameters = dict(parameters)
        self._identities: dict[str, str] = {}
        super().__init__(id, kept, manner)

    def _connect(self) -> Any:
        with self.explained():
            lane = self._driver.connect(
                **self._parameters, autocommit=True, charset="UTF-8", login_timeout=10
            )
            self.ask(SESSION, (), lane)
            return lane

    def bound(self, value: object) -> object:
        """Times as ISO 8601 writes them, with no more digits than they have: a datetime takes 3."""
        match value:
            case bool():
                return int(value)
            case datetime() | time():
                fraction = value.microsecond
                precision = "milliseconds" if fraction % 1000 == 0 else "microseconds"
                return value.isoformat(timespec=precision if fraction else "seconds")
            case date():
                return value.isoformat()
        return value

    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        found = catalogue.describe(self.ask, self.words.quote, names)
        for full, described in found.items():
            for source in described.key_sources:
                if source.name == f"{full}.{source.column}":
                    self._identities[full] = source.column
        return found

    def lock(self) -> bool:
        ((answer,),) = self.ask(
            "DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = N'luodi', "
            "@LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; SELECT @answer"
        )
        return int(answer) >= 0

    # --- keys -----------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        """Take a range of a sequence; an identity is counted on from."""
        source = table.key_source(column)
        if source is None or count == 0 or table.full_name in self._identities:
            return super().reserve(table, column, count)
        self._behind(table, column)
        with self.explained():
            ((first,),) = self.ask(
                "DECLARE @first sql_variant; EXEC sys.sp_sequence_get_range @sequence_name = %s, "
                "@range_size = %s, @range_first_value = @first OUTPUT; "
                "SELECT CAST(@first AS bigint)",
                (source.name, count),
            )
        return int(first)

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Move sequences behind keys that were brought along; an identity moves by itself."""
        for table, column in keys:
            if table.key_source(column) and table.full_name not in self._identities:
                self._behind(table, column)
        super().complete(batch, keys)

    def _behind(self, table: TargetTable, column: str) -> None:
        """Have a sequence go on behind the highest key that is there."""
        source = table.key_source(column)
        assert source is not None  # looked up by who calls
        name = self.words.name(table.table)
        with self.explained():
            ((top,),) = self.ask(f"SELECT max({self.words.quote(column)}) FROM {name}")
            ((following,),) = self.ask(catalogue.SEQUENCE, (source.name,))
            if top is not None and int(top) >= int(following):
                self.ask(f"ALTER SEQUENCE {source.name} RESTART WITH {int(top) + 1}")

    # --- writing --------------------------------------------------------------------------------

    def put(self, lane: Any, part: Part) -> int:
        """Write rows; a key that the product would hand out itself is taken when told so."""
        identity = self._identities.get(part.table.full_name)
        if part.update or identity not in part.rows.columns:
            return super().put(lane, part)
        name = self.words.name(part.table)
        self.ask(f"SET IDENTITY_INSERT {name} ON", (), lane)
        try:
            return super().put(lane, part)
        finally:  # one table of a session has it at a time
            with suppress(Exception):
                self.ask(f"SET IDENTITY_INSERT {name} OFF", (), lane)

    def many(self, lane: Any, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Insert many rows by one statement: the driver sends each of `executemany` by itself."""
        head, sign, marks = sql.partition(" VALUES ")
        if not sign or not sql.startswith("INSERT "):
            super().many(lane, sql, rows)
            return
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            statement = f"{head} VALUES {', '.join([marks] * len(some))}"
            self.ask(statement, [value for row in some for value in row], lane)

    # --- procedures -----------------------------------------------------------------------------

    def procedures(self, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
        return catalogue.procedures(self.ask, names)

    def call(self, lane: Any, procedure: Table, values: dict[str, object], result: str) -> object:
        given = [f"@{name} = %s" for name in values]
        if result:
            given.append(f"@{result} = @luodi_result OUTPUT")
        lines = self.ask(
            "DECLARE @luodi_result nvarchar(4000); "
            f"EXEC {self.words.name(procedure)} {', '.join(given)}; SELECT @luodi_result",
            [*values.values()],
            lane,
        )
        return lines[-1][0] if lines else None

    def still_one_transaction(self, lane: Any) -> bool:
        ((open_,),) = self.ask("SELECT @@TRANCOUNT", (), lane)
        return int(open_) == 1

    # --- errors ---------------------------------------------------------------------------------

    def lacks_rights(self, error: Exception) -> bool:
        return isinstance(error, self._driver.Error) and _number(error) in _NUMBERS.rights

    @contextmanager
    def explained(self) -> Iterator[None]:
        try:
            yield
        except self._driver.Error as error:
            raise _NUMBERS.told(_number(error), self.id) from None


def _number(error: Exception) -> int:
    """The server's number, which the driver gives first, or in a pair."""
    first = error.args[0] if error.args else 0
    if isinstance(first, tuple) and first:
        first = first[0]
    return first if isinstance(first, int) else 0
