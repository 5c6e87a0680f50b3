"""Layers of SQL: a value that is used more than once gets a name, in a sub-select below its users.

So expressions never grow beyond their own operation, however long a pipeline is, and every engine
works a value out once.  A name is ``c1`` for a column of the relation, ``v1`` for what was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")
_NAME = re.compile(r"\b[cv][0-9]+\b")


class Layers:
    """Names for values, and the layers in which they are worked out.

    Parameters
    ----------
    relation : str
        SQL behind the innermost FROM.
    fence : str
        What keeps an engine from folding one layer into the next: PostgreSQL's ``OFFSET 0``.
    """

    def __init__(self, relation: str, fence: str = "") -> None:
        self._relation = relation
        self._fence = fence
        self._depth: dict[str, int] = {}
        self._named: dict[str, str] = {}
        self._columns: dict[str, str] = {}
        self._layers: list[list[tuple[str, str]]] = []
        self._joins: list[list[str]] = []

    def column(self, identifier: str) -> str:
        """Name a column of the relation."""
        if identifier not in self._columns:
            self._columns[identifier] = f"c{len(self._columns) + 1}"
            self._depth[self._columns[identifier]] = 0
        return self._columns[identifier]

    def let(self, sql: str) -> str:
        """Name a value; a name is its own name."""
        if sql in self._depth:
            return sql
        if sql not in self._named:
            self._named[sql] = self._name(sql, self._above(sql))
        return self._named[sql]

    def alias(self) -> str:
        """A name for a relation that is to be joined."""
        return f"j{sum(map(len, self._joins)) + 1}"

    def join(self, relation: str, alias: str, condition: str, *values: str) -> tuple[str, ...]:
        """Join a relation whose `condition` finds one row at most, and name values of it."""
        depth = self._above(condition)
        while len(self._joins) < depth:
            self._joins.append([])
        self._joins[depth - 1].append(f"LEFT JOIN {relation} AS {alias} ON {condition}")
        return tuple(self._name(value, depth) for value in values)

    def select(self, outputs: Iterable[tuple[str, str]], *, distinct: bool = False) -> str:
        """Write the statement: (value, quoted alias) for every column of it."""
        taken = [*outputs]
        depth = max((self._above(sql) - 1 for sql, _ in taken), default=0)
        inner = ", ".join(f"{identifier} AS {name}" for identifier, name in self._columns.items())
        text = f"SELECT {inner or '1 AS c0'} FROM {self._relation}{self._fence}"
        for number in range(depth):
            made = "".join(f", {sql} AS {name}" for name, sql in self._at(self._layers, number))
            joined = "".join(f" {join}" for join in self._at(self._joins, number))
            text = f"SELECT l{number}.*{made}\nFROM ({text}) AS l{number}{joined}{self._fence}"
        columns = ", ".join(f"{sql} AS {alias}" for sql, alias in taken)
        return f"SELECT {'DISTINCT ' if distinct else ''}{columns}\nFROM ({text}) AS l{depth}"

    def _name(self, sql: str, depth: int) -> str:
        name = f"v{sum(map(len, self._layers)) + 1}"
        while len(self._layers) < depth:
            self._layers.append([])
        self._layers[depth - 1].append((name, sql))
        self._depth[name] = depth
        return name

    def _above(self, sql: str) -> int:
        """Layer in which `sql` can be worked out: one above everything it names."""
        return 1 + max((self._depth.get(name, 0) for name in _NAME.findall(sql)), default=0)

    @staticmethod
    def _at(found: list[list[_T]], number: int) -> list[_T]:
        return found[number] if number < len(found) else []
