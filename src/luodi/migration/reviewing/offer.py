"""Putting what was found into a queue.

Items and decisions outlive the run that found them: found again, an item keeps its decisions; not
found again and never decided, it goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from luodi.migration.linkage.into import into
from luodi.migration.linkage.model import Deduplication
from luodi.migration.reviewing.anew import align
from luodi.migration.reviewing.model import Item
from luodi.migration.reviewing.queue import SCHEMA, prepared
from luodi.migration.workspace import Workspace


def offer(workspace: Workspace, queue: str, system: str, table: str, items: Iterable[Item]) -> int:
    """Put what was found in a table into a queue, instead of what was found there before.

    Returns
    -------
    int
        How many items of that table the queue has now.
    """
    db = prepared(workspace)
    align(workspace, queue)
    found = {item.id: item for item in items}
    db.begin()
    try:
        db.execute(f"INSERT OR IGNORE INTO {SCHEMA}.queue VALUES (?)", [queue])
        decided = db.execute(
            f"SELECT DISTINCT item, content FROM {SCHEMA}.item SEMI JOIN {SCHEMA}.decision "
            "USING (queue, item) WHERE queue = ? AND system = ? AND source_table = ?",
            [queue, system, table],
        ).fetchall()
        for name, content in decided:
            found.setdefault(name, msgspec.json.decode(content, type=Item))
        db.execute(
            f"DELETE FROM {SCHEMA}.item WHERE queue = ? AND system = ? AND source_table = ?",
            [queue, system, table],
        )
        into(
            db,
            f"{SCHEMA}.item",
            [
                (
                    item.id,
                    queue,
                    system,
                    table,
                    item.left_ordinal,
                    item.right_ordinal,
                    msgspec.json.encode(item).decode(),
                )
                for item in found.values()
            ],
        )
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return len(found)


def items_of(found: Deduplication, queue: str, system: str) -> list[Item]:
    """What dedupe found, as items: every pair it did not keep apart."""
    columns = {binding.field: binding.column for binding in found.fields}
    return [
        Item(
            id=name_of(queue, system, found.table, pair.left, pair.right),
            queue=queue,
            system=system,
            table=found.table,
            left=pair.left,
            right=pair.right,
            left_ordinal=pair.left_ordinal,
            right_ordinal=pair.right_ordinal,
            probability=pair.probability,
            weight=pair.weight,
            class_=pair.class_,
            guards=pair.guards,
            explanation=pair.explanation,
            columns=columns,
            key=found.id,
        )
        for pair in found.pairs
    ]


def name_of(queue: str, system: str, table: str, left: str, right: str) -> str:
    """Name an item: the same rows have the same name at every run, in whichever order."""
    parts = "\0".join((queue, system, table, *sorted((left, right))))
    return hashlib.sha256(parts.encode()).hexdigest()[:10]
