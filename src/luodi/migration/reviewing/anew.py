"""Rows that were extracted anew: the desk finds them again by their id, and merges them again.

Ordinals follow the key order of the source, so a new row in the middle moves those behind it; and
what a merge had filled in is gone with the rows that were there.  What people decided is of rows,
not of ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from luodi.migration.linkage.into import into
from luodi.migration.reviewing.merge import anew, as_left
from luodi.migration.reviewing.model import Item
from luodi.migration.reviewing.queue import SCHEMA, drop, items, queues, replace
from luodi.migration.workspace import Workspace, quoted


def align(workspace: Workspace, queue: str) -> None:
    """Bring pairs of rows to the rows as they are in the workspace now, if any moved.

    An item of a row that the source has no more goes; what was decided of it stays on record.

    Raises
    ------
    LuodiError
        What the workspace refuses.
    """
    if queue not in queues(workspace):
        return
    by_table: dict[tuple[str, str, str], list[Item]] = {}
    for item in items(workspace, queue).values():
        if item.key and item.term is None:
            by_table.setdefault((item.system, item.table, item.key), []).append(item)
    for (system, table, key), known in by_table.items():
        if table in workspace.extracted(system):
            _align(workspace, queue, known, _ordinals(workspace, system, table, key, known))


def _ordinals(
    workspace: Workspace, system: str, table: str, key: str, known: Iterable[Item]
) -> dict[str, int]:
    """Where the rows that items name by their id are now."""
    wanted = {name for item in known for name in _sides(item)}
    workspace.db.execute("CREATE OR REPLACE TEMP TABLE wanted (id VARCHAR)")
    into(workspace.db, "wanted", [(name,) for name in sorted(wanted)])
    relation = workspace.relation(system, table)
    found = workspace.db.execute(
        f"SELECT w.id, r._ordinal FROM wanted w JOIN {relation} r "
        f"ON CAST(r.{quoted(key)} AS VARCHAR) = w.id"
    ).fetchall()
    workspace.db.execute("DROP TABLE wanted")
    return dict(found)


def _sides(item: Item) -> tuple[str, str]:
    return item.left, item.right


def _align(workspace: Workspace, queue: str, known: list[Item], now: dict[str, int]) -> None:
    there = {item.id: _where(item, now) for item in known}
    moved = [(item, found) for item in known if (found := there[item.id]) not in (None, item)]
    gone = [item for item in known if there[item.id] is None]
    if not moved and not gone and as_left(workspace, queue, known[0]):
        return
    with workspace.transaction():
        anew(workspace, queue, there)
        for item, found in moved:
            assert found is not None
            _move_decisions(workspace, queue, item, found)
            replace(workspace, queue, found)
        for item in gone:
            drop(workspace, queue, item)


def _where(item: Item, now: dict[str, int]) -> Item | None:
    """Where the rows of an item are now; None if one of them is no more."""
    if not all(name in now for name in _sides(item)):
        return None
    return msgspec.structs.replace(item, left_ordinal=now[item.left], right_ordinal=now[item.right])


def _move_decisions(workspace: Workspace, queue: str, item: Item, there: Item) -> None:
    """Let the decisions name the row that stays by where it is now."""
    workspace.db.execute(
        f"UPDATE {SCHEMA}.decision SET into_ordinal = CASE into_ordinal "
        "WHEN ? THEN CAST(? AS BIGINT) WHEN ? THEN CAST(? AS BIGINT) END "
        "WHERE queue = ? AND item = ? AND into_ordinal IS NOT NULL",
        [
            item.left_ordinal,
            there.left_ordinal,
            item.right_ordinal,
            there.right_ordinal,
            queue,
            item.id,
        ],
    )
