"""Values from outside into the workspace, as text and by Arrow, and keys out of it, in slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from arro3.core import Array, DataType, Table

from luodi.migration.workspace import Workspace

AT_ONCE = 500_000
"""Keys that are held in memory at a time; a folder of files is read through for each such slice."""


def fill(
    workspace: Workspace,
    relation: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Append rows to a table whose columns are text."""
    if not rows:
        return
    texts = [[_text(row[place]) for row in rows] for place in range(len(columns))]
    arrow = Table.from_pydict(
        {
            name: Array(column, DataType.string())
            for name, column in zip(columns, texts, strict=True)
        }
    )
    name = "_filling"
    workspace.db.register(name, arrow)
    try:
        workspace.db.execute(f"INSERT INTO {relation} SELECT * FROM {name}")
    finally:
        workspace.db.unregister(name)


def in_slices(workspace: Workspace, select: str, size: int = AT_ONCE) -> Iterator[list[object]]:
    """Values of the one column of a SELECT, so many at a time; others may work in between."""
    with closing(workspace.another()) as db:
        db.execute(select)
        while block := db.fetchmany(size):
            yield [value for (value,) in block]


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)
