"""Engines that programs run through, and how the tables of cases write what comes out."""

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from luodi.transform.compile import compiled
from luodi.transform.dialect.words import Dialect
from luodi.transform.program import Column, Program


class Engine:
    """An engine with rows in it.  ``execute`` takes SQL and gives rows."""

    def __init__(self, dialect: Dialect, execute: Callable[..., Any]) -> None:
        self.dialect = dialect
        self.execute = execute
        self.name = dialect.name

    def keep(self, table: str, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a table anew: an ordinal and `columns`."""
        words = self.dialect
        types = ["BIGINT"] + [
            words.type_of(one.kind, one.precision or 38, one.scale or 0) for one in columns
        ]
        names = ["_ordinal"] + [words.identifier(one.name) for one in columns]
        made = ", ".join(f"{name} {type_}" for name, type_ in zip(names, types, strict=True))
        self.execute(f"DROP TABLE IF EXISTS {table}")
        self.execute(f"CREATE TABLE {table} ({made})")
        mark = "?" if self.name == "duckdb" else "%s"
        marks = ", ".join(f"CAST({mark} AS {type_})" for type_ in types)
        cells = [cell for ordinal, row in enumerate(rows, 1) for cell in (ordinal, *row)]
        if rows:
            listed = ", ".join([f"({marks})"] * len(rows))
            self.execute(f"INSERT INTO {table} VALUES {listed}", cells)

    def ask(self, sql: str) -> list[str]:
        return [text for (text,) in self.execute(sql)]

    def faults(self, program: Program) -> list[list[str] | None]:
        """The faults of every row, by ordinal; the values are worked out and left there."""
        values = ", ".join(f"count({self.dialect.identifier(rule.to)})" for rule in program.rules)
        sql = compiled(program, self.dialect, self.ask)
        self.execute(f"SELECT {values} FROM ({sql}) AS x")
        return [
            row[0] for row in self.execute(f"SELECT _faults FROM ({sql}) AS x ORDER BY _ordinal")
        ]

    def run(self, program: Program) -> list[tuple[Any, ...]]:
        """Every row: target columns, then the faults, by ordinal."""
        sql = f"SELECT * FROM ({compiled(program, self.dialect, self.ask)}) AS x ORDER BY 1"
        return [tuple(row[1:]) for row in self.execute(sql)]


def written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime.datetime():
            return value.isoformat(" ")
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
