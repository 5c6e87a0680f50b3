"""MySQL and MariaDB as a target.

A session is strict (``TRADITIONAL``): what does not fit is refused, never cut or zeroed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pymysql
import pymysql.cursors
from pymysql.constants import SERVER_STATUS

from luodi.migration.model import Column, Kind, Table
from luodi.migration.source.mysql_catalogue import read_tables
from luodi.migration.target import mysql_procedures
from luodi.migration.target.calling import Calling
from luodi.migration.target.error_numbers import ErrorNumbers
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import Marks
from luodi.migration.target.model import Check, KeySource, Obstacle, Reference, TargetTable
from luodi.migration.target.protocol import Refused

_NUMBERS = ErrorNumbers(
    refused=frozenset(
        (
            *(1048, 1062, 1216, 1217, 1264, 1265, 1292, 1364, 1366),
            *(1367, 1406, 1411, 1451, 1452, 1690, 3819, 4025),
        )
    ),
    raised=(1644,),  # by SIGNAL
    lost=frozenset((1053, 1927, 2003, 2006, 2013, 2055)),
    rights=frozenset((1044, 1045, 1142, 1143, 1227, 1290)),
    full=frozenset((1021, 1040, 1114, 1135, 3675)),
)
_WIDE = ("utf8mb4", "utf16", "utf32", "gb18030")


class _Words:
    mark = "%s"
    begin = "START TRANSACTION"
    lock = " FOR UPDATE"
    hint = ""
    overriding = ""
    text = "varchar"
    whole = ""
    judge = ""

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``").replace("%", "%%") + "`"

    def name(self, table: Table) -> str:
        return ".".join(self.quote(part) for part in (table.schema, table.name) if part)

    def tables_like(self, table: Table) -> str:
        schema = f"'{table.schema}'" if table.schema else "DATABASE()"
        return (
            "SELECT TABLE_NAME FROM information_schema.TABLES "
            f"WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = '{table.name}'"
        )

    def image(self, table: Table) -> str:
        parts = ", ".join(f"QUOTE({self._spelled(table, c.name)})" for c in table.columns)
        return f"CAST(CONV(LEFT(MD5(CONCAT_WS(',', {parts})), 16), 16, 10) AS UNSIGNED)"

    def _spelled(self, table: Table, name: str) -> str:
        column = table.column(name)
        quoted = self.quote(name)
        return f"HEX({quoted})" if column and column.kind is Kind.BINARY else quoted

    def total(self, value: str) -> str:
        return f"COALESCE(SUM({value}), 0)"


class MySqlTarget(Calling):
    """A MySQL or MariaDB database."""

    product = "mysql"
    lanes = 2
    commits = mysql_procedures.COMMITS
    words = _Words()

    def __init__(
        self,
        id: str,
        parameters: Mapping[str, Any],
        kept: Marks | None = None,
        manner: Manner | None = None,
    ) -> None:
        self._parameters = dict(parameters)
        self._called: dict[str, tuple[Column, ...]] = {}
        super().__init__(id, kept, manner)

    def _connect(self) -> Any:
        with self.explained():
            lane = pymysql.connect(
                **self._parameters, charset="utf8mb4", autocommit=True, connect_timeout=10
            )
            with lane.cursor() as cursor:
                cursor.execute("SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00'")
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return lane

    def trouble(self) -> tuple[Obstacle, ...]:
        with self.explained():
            ((charset,),) = self.ask(
                "SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA "
                "WHERE SCHEMA_NAME = DATABASE()"
            )
        if charset in _WIDE:
            return ()
        return (
            Obstacle(
                code="migration.target_encoding",
                params={"target": self.id, "encoding": str(charset)},
                blocks=False,
            ),
        )

    def tables(self, names: Iterable[str]) -> dict[str, TargetTable]:
        wanted = set(names)
        with self.explained():
            ((database,),) = self.ask("SELECT DATABASE()")
            schemas = [str(database), *(n.split(".")[0] for n in wanted if "." in n)]
            tables, _ = read_tables(self.ask, str(database), tuple(dict.fromkeys(schemas)))
            return {
                table.full_name: self._described(table, tables, str(database))
                for table in tables
                if table.full_name in wanted
            }

    def _described(self, table: Table, tables: list[Table], database: str) -> TargetTable:
        place = (table.schema or database, table.name)
        where = "TABLE_SCHEMA = %s AND TABLE_NAME = %s"
        engine = self.ask(
            f"SELECT ENGINE, AUTO_INCREMENT FROM information_schema.TABLES WHERE {where}", place
        )[0]
        charsets = self.ask(
            "SELECT COLUMN_NAME, CHARACTER_SET_NAME FROM information_schema.COLUMNS "
            f"WHERE {where} AND CHARACTER_SET_NAME IS NOT NULL",
            place,
        )
        counted = self.ask(
            f"SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE {where} AND EXTRA LIKE %s",
            (*place, "%auto_increment%"),
        )
        triggers = self.ask(
            "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS "
            "WHERE EVENT_OBJECT_SCHEMA = %s AND EVENT_OBJECT_TABLE = %s",
            place,
        )
        ((rows,),) = self.ask(f"SELECT count(*) FROM {self.words.name(table)}")
        sources = []
        for (column,) in counted:
            quoted = self.words.quote(column)
            ((top,),) = self.ask(f"SELECT max({quoted}) FROM {self.words.name(table)}")
            highest = int(top or 0)
            sources.append(
                KeySource(
                    column=column,
                    name=f"{table.full_name}.{column}",
                    next=max(highest + 1, int(engine[1] or 1)),
                    highest=highest,
                )
            )
        return TargetTable(
            table=table,
            rows=int(rows),
            checks=self._checks(table, place),
            triggers=tuple(str(line[0]) for line in triggers),
            key_sources=tuple(sources),
            references=tuple(
                Reference(table=other.full_name, key=foreign)
                for other in tables
                for foreign in other.foreign_keys
                if foreign.table == table.full_name
            ),
            charsets={str(name): str(charset) for name, charset in charsets},
            transactional=str(engine[0]).lower() in ("innodb", "rocksdb", "tokudb"),
        )

    def _checks(self, table: Table, place: tuple[str, str]) -> tuple[Check, ...]:
        found = self.ask(
            "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "
            "'information_schema' AND TABLE_NAME = 'CHECK_CONSTRAINTS' AND COLUMN_NAME = %s",
            ("TABLE_NAME",),
        )
        if not found[0][0]:  # MySQL's own names no table there; the server judges by itself
            return ()
        lines = self.ask(
            "SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS "
            "WHERE CONSTRAINT_SCHEMA = %s AND TABLE_NAME = %s",
            place,
        )
        return tuple(Check(name=str(name), expression=str(clause)) for name, clause in lines)

    def procedures(self, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
        ((database,),) = self.ask("SELECT DATABASE()")
        found = mysql_procedures.procedures(self.ask, str(database), names)
        # Kept for calls, which are made in other threads, where `main` is not to be asked.
        self._called |= {name: table.columns for name, (table, _) in found.items()}
        return found

    def call(self, lane: Any, procedure: Table, values: dict[str, object], result: str) -> object:
        """Parameters go by place; one that nobody fills is NULL."""
        names = [column.name for column in self._called[procedure.full_name]]
        marks = [
            "@luodi_result" if name == result else "%s" if name in values else "NULL"
            for name in names
        ]
        spoken = f"CALL {self.words.name(procedure)}({', '.join(marks)})"
        given = [self.bound(values[name]) for name in names if name in values and name != result]
        return mysql_procedures.call(lane, spoken, given, result)

    def ended(self, lane: Any, *, refused: bool = False) -> bool:
        """The server says with every answer whether a transaction is open, with an error not."""
        if refused:
            self.ask("DO 1", lane=lane)  # a SELECT does not bring the status along
        return not lane.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS

    def lock(self) -> bool:
        ((got,),) = self.ask("SELECT GET_LOCK(CONCAT('luodi:', LEFT(DATABASE(), 50)), 0)")
        return bool(got)

    def lacks_rights(self, error: Exception) -> bool:
        return isinstance(error, pymysql.err.Error) and _number(error) in _NUMBERS.rights

    @contextmanager
    def explained(self) -> Iterator[None]:
        try:
            yield
        except pymysql.err.Error as error:
            raise _NUMBERS.told(_number(error), self.id) from None
        except UnicodeEncodeError:
            raise Refused("1366") from None


def _number(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
