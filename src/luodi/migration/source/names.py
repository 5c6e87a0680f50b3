"""Names of a source that the workspace cannot tell apart, and what they are called there.

DuckDB, like SQL Server and MySQL, takes ``XM`` and ``xm`` for one column; PostgreSQL, Oracle and
the header of a file do not.  The second gets its place as a suffix; so does a column without a
name, and one that is called as the workspace calls its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from luodi.evidence.model import Finding, Severity
from luodi.migration.model import ORDINAL, Column, ForeignKey, Table
from luodi.migration.source.model import Staged

T = TypeVar("T", Table, Column)


def told_apart(tables: Iterable[Table]) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
    """Give every table and column a name of its own, and say which ones had none."""
    given = tuple(tables)
    apart = _tables(given)
    columns = [_columns(table.columns) for table in given]
    renamed = {
        old.full_name: (
            new.full_name,
            {one.name: other.name for one, other in zip(old.columns, names, strict=True)},
        )
        for old, new, names in zip(given, apart, columns, strict=True)
    }
    found = tuple(_keys(table, names, renamed) for table, names in zip(apart, columns, strict=True))
    return found, tuple(_said(found))


def in_source(table: Table) -> Table:
    """Take a table as its source knows it."""
    names = {column.name: _origin(column) for column in table.columns}
    if table.origin is None and all(column.origin is None for column in table.columns):
        return table
    return msgspec.structs.replace(
        table,
        name=_origin(table),
        origin=None,
        columns=tuple(
            msgspec.structs.replace(column, name=names[column.name], origin=None)
            for column in table.columns
        ),
        primary_key=_through(names, table.primary_key),
        unique=tuple(_through(names, key) for key in table.unique),
    )


def as_named(table: Table, staged: Sequence[Staged]) -> tuple[Staged, ...]:
    """Stage columns under the names that they have here."""
    return tuple(
        msgspec.structs.replace(as_, name=column.name)
        for column, as_ in zip(table.columns, staged, strict=True)
    )


def _origin(one: T) -> str:
    return one.name if one.origin is None else one.origin


def _tables(tables: Sequence[Table]) -> tuple[Table, ...]:
    taken: set[str] = set()
    found = []
    for place, table in enumerate(tables, start=1):
        chosen = table
        while chosen.full_name.lower() in taken:
            name = f"{chosen.name}_{place}"
            chosen = msgspec.structs.replace(chosen, name=name, origin=table.name)
        taken.add(chosen.full_name.lower())
        found.append(chosen)
    return tuple(found)


def _columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    taken = {ORDINAL}
    found = []
    for place, column in enumerate(columns, start=1):
        name = column.name if column.name.strip() else f"column_{place}"
        while name.lower() in taken:
            name = f"{name}_{place}"
        taken.add(name.lower())
        if name != column.name:
            column = msgspec.structs.replace(column, name=name, origin=column.name)
        found.append(column)
    return tuple(found)


Renamed = dict[str, tuple[str, dict[str, str]]]


def _keys(table: Table, columns: tuple[Column, ...], renamed: Renamed) -> Table:
    names = {_origin(column): column.name for column in columns}

    def link(key: ForeignKey) -> ForeignKey:
        other, others = renamed.get(key.table, (key.table, {}))
        return ForeignKey(
            columns=_through(names, key.columns),
            table=other,
            references=_through(others, key.references),
        )

    return msgspec.structs.replace(
        table,
        columns=columns,
        primary_key=_through(names, table.primary_key),
        unique=tuple(_through(names, key) for key in table.unique),
        foreign_keys=tuple(map(link, table.foreign_keys)),
    )


def _through(names: dict[str, str], key: Sequence[str]) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in key)


def _said(tables: Iterable[Table]) -> Iterator[Finding]:
    for table in tables:
        if table.origin is not None:
            yield Finding(
                code="migration.table_renamed",
                params={"table": table.origin, "name": table.full_name},
            )
        for place, column in enumerate(table.columns, start=1):
            if column.origin is not None:
                yield Finding(
                    code="migration.column_renamed",
                    params={
                        "table": table.full_name,
                        "place": place,
                        "column": column.origin,
                        "name": column.name,
                    },
                    severity=Severity.INFO,
                )
