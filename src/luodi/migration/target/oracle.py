"""Oracle as a target, by python-oracledb.  Never run against a real server: see the handbook.

Oracle keeps '' as NULL and quotes names as its catalogue spells them, mostly in capitals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from luodi.evidence.errors import LuodiError
from luodi.migration.model import Table
from luodi.migration.target import oracle_catalogue as catalogue
from luodi.migration.target.calling import Calling
from luodi.migration.target.error_numbers import ErrorNumbers
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks, TableMarks
from luodi.migration.target.model import Obstacle, TargetTable
from luodi.migration.target.oracle_words import OracleWords, numbered

SESSION = (
    "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS' "
    "NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6' NLS_NUMERIC_CHARACTERS = '.,' "
    "NLS_LANGUAGE = 'AMERICAN' TIME_ZONE = '+00:00'"
)
_NUMBERS = ErrorNumbers(
    refused=frozenset(
        (
            *(1, 1400, 1401, 1407, 1438, 1722, 1839, 1841, 1843, 1847, 1861),
            *(2290, 2291, 2292, 12899, 32795),
        )
    ),
    raised=range(20000, 21000),  # by RAISE_APPLICATION_ERROR
    lost=frozenset((28, 1012, 1033, 1034, 1089, 3113, 3114, 3135, 12170, 12514, 12541, 12547)),
    rights=frozenset((942, 1017, 1031, 1045, 41900)),
    full=frozenset((257, 1536, 1631, 1652, 1653, 1654, 1688, 30036)),
)
_BUSY = 54


class OracleTarget(Calling):
    """An Oracle schema."""

    product = "oracle"
    lanes = 2
    words = OracleWords()

    def __init__(
        self,
        id: str,
        parameters: Mapping[str, Any],
        kept: Marks | None = None,
        manner: Manner | None = None,
    ) -> None:
        try:
            import oracledb
        except ImportError:
            raise LuodiError(
                "migration.target_driver", {"product": "Oracle", "extra": "oracle"}
            ) from None
        self._driver = oracledb
        self._parameters = dict(parameters)
        self._guard: Any = None
        super().__init__(id, kept, manner)

    def _connect(self) -> Any:
        with self.explained():
            lane = self._driver.connect(**self._parameters)
            lane.autocommit = True
            lane.outputtypehandler = self._fetched
            self.ask(SESSION, (), lane)
            return lane

    def _fetched(self, cursor: Any, metadata: Any) -> Any:
        """Numbers to their last digit, large texts as texts."""
        driver = self._driver
        if metadata.type_code is driver.DB_TYPE_NUMBER:
            return cursor.var(Decimal, arraysize=cursor.arraysize)
        if metadata.type_code in (driver.DB_TYPE_CLOB, driver.DB_TYPE_NCLOB):
            return cursor.var(driver.DB_TYPE_LONG, arraysize=cursor.arraysize)
        if metadata.type_code is driver.DB_TYPE_BLOB:
            return cursor.var(driver.DB_TYPE_LONG_RAW, arraysize=cursor.arraysize)
        return None

    def trouble(self) -> tuple[Obstacle, ...]:
        return (
            Obstacle(
                code="migration.target_empty_is_null", params={"target": self.id}, blocks=False
            ),
        )

    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        return catalogue.describe(self.ask, self.words.quote, names)

    # --- statements -------------------------------------------------------------------------------

    def ask(self, sql: str, params: Sequence[object] = (), lane: Any = None) -> list[Any]:
        return super().ask(numbered(sql), params, lane)

    def pieces(self, sql: str) -> Iterator[list[tuple[object, ...]]]:
        yield from super().pieces(numbered(sql))

    def many(self, lane: Any, sql: str, rows: Sequence[Sequence[object]]) -> None:
        super().many(lane, numbered(sql), rows)

    @contextmanager
    def transaction(self, lane: Any, *, keep: bool = True) -> Iterator[None]:
        """A transaction begins by itself, unless the driver ends it behind each statement."""
        lane.autocommit = False
        try:
            yield
            if keep:
                lane.commit()
            else:
                lane.rollback()
        except BaseException:
            self._undo(lane)
            raise
        finally:
            lane.autocommit = True

    def _undo(self, lane: Any) -> None:
        try:
            lane.rollback()
        except self._driver.Error:
            return

    # --- one run at a time ------------------------------------------------------------------------

    def begin(self, batch: str) -> None:
        with self.explained():
            self.kept.prepare(self, batch)
            if not self.lock():
                raise LuodiError("migration.target_busy", {"target": self.id})

    def lock(self) -> bool:
        """Hold a line of the control table on a connection of its own, as DBMS_LOCK needs a grant.

        Where there is no control table nothing in the target can be held; the workspace's own lock
        keeps out other runs of this computer.
        """
        if not isinstance(self.kept, TableMarks):
            return True
        name, mark = self.words.name(self.kept.table), self.words.mark
        line = (self.words.whole, "lock")
        where = f"WHERE batch = {mark} AND part = {mark}"
        if not self.ask(f"SELECT part FROM {name} {where}", line):
            values = f"({mark}, {mark}, 'lock')"
            self.ask(f"INSERT INTO {name} (batch, part, state) VALUES {values}", line)
        self._guard = self._connect()
        self._guard.autocommit = False
        try:
            self.ask(f"SELECT part FROM {name} {where} FOR UPDATE NOWAIT", line, self._guard)
        except self._driver.Error as error:
            if _number(error) == _BUSY:
                return False
            raise
        return True

    def close(self) -> None:
        if self._guard is not None:
            self._guard.close()
        super().close()

    # --- keys -----------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        """Take keys of a sequence one by one, until they are so many without a gap that matters."""
        source = table.key_source(column)
        if source is None or count == 0:
            return super().reserve(table, column, count)
        self._behind(table, column)
        with self.explained():
            ((first,),) = self.ask(f"SELECT {source.name}.NEXTVAL FROM dual")
            last = first
            while last - first < count - 1:
                more = int(count - 1 - (last - first))
                lines = self.ask(
                    f"SELECT {source.name}.NEXTVAL FROM dual CONNECT BY LEVEL <= {more}"
                )
                last = max(value for (value,) in lines)
        return int(first)

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        for table, column in keys:
            if table.key_source(column):
                self._behind(table, column)
        super().complete(batch, keys)

    def _behind(self, table: TargetTable, column: str) -> None:
        """Draw from a sequence until it is behind the highest key: moving it needs its owner."""
        source = table.key_source(column)
        assert source is not None  # looked up by who calls
        with self.explained():
            name = self.words.name(table.table)
            ((top,),) = self.ask(f"SELECT max({self.words.quote(column)}) FROM {name}")
            if top is None or int(top) < source.next:
                return
            ((value,),) = self.ask(f"SELECT {source.name}.NEXTVAL FROM dual")
            if value < top:
                more = int(top - value)
                self.ask(f"SELECT {source.name}.NEXTVAL FROM dual CONNECT BY LEVEL <= {more}")

    # --- procedures -----------------------------------------------------------------------------

    def procedures(self, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
        return catalogue.procedures(self.ask, names)

    def call(self, lane: Any, procedure: Table, values: dict[str, object], result: str) -> object:
        words = self.words
        given = [f"{words.quote(name)} => :x" for name in values]
        cursor = lane.cursor()
        try:
            params = [self.bound(value) for value in values.values()]
            answer = None
            if result:
                given.append(f"{words.quote(result)} => :x")
                answer = cursor.var(str)
                params.append(answer)
            spoken = f"BEGIN {words.name(procedure)}({', '.join(given)}); END;"
            cursor.execute(numbered(spoken), params)
            return answer.getvalue() if answer is not None else None
        finally:
            cursor.close()

    def still_one_transaction(self, lane: Any) -> bool:
        """What was written is in an open transaction, as long as nobody ended it."""
        ((id,),) = self.ask("SELECT DBMS_TRANSACTION.LOCAL_TRANSACTION_ID FROM dual", (), lane)
        return id is not None

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
    """Oracle's number; the driver's own errors, most of them a lost connection, have none."""
    first = error.args[0] if error.args else None
    code = getattr(first, "code", 0)
    full = str(getattr(first, "full_code", ""))
    return int(code) if isinstance(code, int) and not full.startswith("DPY") else 0
