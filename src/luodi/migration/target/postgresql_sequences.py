"""Keys that PostgreSQL hands out: taken ahead, moved behind what was brought along, put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from luodi.migration.target import postgresql_catalogue as catalogue
from luodi.migration.target.model import TargetTable
from luodi.migration.target.postgresql_words import Connection, name_of, row, statement
from luodi.migration.workspace import quoted


def reserve(connection: Connection, table: TargetTable, column: str, count: int) -> int:
    """Take `count` keys, in the transaction that is open; return the first."""
    name, source = name_of(table.table), table.key_source(column)
    (top,) = row(connection, f"SELECT coalesce(max({quoted(column)}), 0) FROM {name}")
    if source is None or count == 0:
        return int(top) + 1
    # Locking out every other nextval needs the owner's rights; asking value by value needs
    # none, and values that others took in between only leave a gap.
    sequence = source.name
    if source.next <= int(top):
        connection.execute("SELECT setval(%s::regclass, %s)", [sequence, int(top)])
    (first,) = row(connection, "SELECT nextval(%s::regclass)", sequence)
    while True:
        (last,) = row(
            connection,
            "SELECT max(nextval(%s::regclass)) FROM generate_series(1, %s)",
            sequence,
            max(count - 1, 1),
        )
        if last - first >= count - 1:
            return int(first)


def move_on(connection: Connection, keys: Sequence[tuple[TargetTable, str]]) -> None:
    """Move sequences behind the keys that are there."""
    for table, column in keys:
        if source := table.key_source(column):
            connection.execute(
                statement(
                    "SELECT setval(%s::regclass, top) FROM (SELECT "
                    f"max({quoted(column)}) AS top FROM {name_of(table.table)}) m WHERE top >= %s"
                ),
                [source.name, source.next],
            )


def put_back(connection: Connection, key_sources: Mapping[str, tuple[int, int]]) -> None:
    """Put sequences back that nobody has used since: next value after the load, and before it."""
    for name, (after, before) in key_sources.items():
        if catalogue.next_value(connection, name) == after:
            connection.execute("SELECT setval(%s::regclass, %s, false)", [name, before])
