"""Values from outside into the workspace, as text and by Arrow: row by row is too slow."""

from __future__ import annotations

from collections.abc import Sequence

from arro3.core import Array, DataType, Table

from luodi.migration.workspace import Workspace


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


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)
