"""The queue's tables in the workspace: items, decisions, merges that were done, lists of codes."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import msgspec

from luodi.evidence.errors import WrongUse
from luodi.migration.linkage.into import into
from luodi.migration.reviewing.model import Decision, Item
from luodi.migration.workspace import Workspace

SCHEMA = "_review"
_TABLES = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.queue
  (queue VARCHAR PRIMARY KEY);
CREATE TABLE IF NOT EXISTS {SCHEMA}.item
  (item VARCHAR, queue VARCHAR, system VARCHAR, source_table VARCHAR, left_ordinal BIGINT,
   right_ordinal BIGINT, content VARCHAR);
CREATE TABLE IF NOT EXISTS {SCHEMA}.decision
  (seq BIGINT, queue VARCHAR, item VARCHAR, act VARCHAR, who VARCHAR, moment VARCHAR,
   reason VARCHAR, into_ordinal BIGINT, undone BOOLEAN);
CREATE TABLE IF NOT EXISTS {SCHEMA}.merged
  (seq BIGINT, queue VARCHAR, item VARCHAR, stays BIGINT, goes BIGINT);
CREATE TABLE IF NOT EXISTS {SCHEMA}.coded
  (seq BIGINT, code VARCHAR, of VARCHAR);
CREATE TABLE IF NOT EXISTS {SCHEMA}.list
  (queue VARCHAR, dictionary VARCHAR, content VARCHAR);
CREATE TABLE IF NOT EXISTS {SCHEMA}.code
  (queue VARCHAR, dictionary VARCHAR, value VARCHAR, label VARCHAR, specification VARCHAR,
   manufacturer VARCHAR, unit VARCHAR);
CREATE TABLE IF NOT EXISTS {SCHEMA}.entry
  (queue VARCHAR, item VARCHAR, content VARCHAR);
"""


def replace(workspace: Workspace, queue: str, item: Item) -> None:
    """Keep an item as it is now, inside the caller's transaction."""
    workspace.db.execute(
        f"UPDATE {SCHEMA}.item SET left_ordinal = ?, right_ordinal = ?, content = ? "
        "WHERE queue = ? AND item = ?",
        [
            item.left_ordinal,
            item.right_ordinal,
            msgspec.json.encode(item).decode(),
            queue,
            item.id,
        ],
    )


def drop(workspace: Workspace, queue: str, item: Item) -> None:
    """Forget an item, not what was decided of it; inside the caller's transaction."""
    workspace.db.execute(
        f"DELETE FROM {SCHEMA}.item WHERE queue = ? AND item = ?", [queue, item.id]
    )


def queues(workspace: Workspace) -> tuple[str, ...]:
    """Names of the queues there are."""
    rows = prepared(workspace).execute(f"SELECT queue FROM {SCHEMA}.queue ORDER BY 1").fetchall()
    return tuple(name for (name,) in rows)


def queues_of(workspace: Workspace, system: str, table: str) -> tuple[str, ...]:
    """Names of the queues that hold pairs of rows of a table."""
    rows = (
        prepared(workspace)
        .execute(
            f"SELECT DISTINCT queue FROM {SCHEMA}.item WHERE system = ? AND source_table = ? "
            "AND right_ordinal IS NOT NULL ORDER BY 1",
            [system, table],
        )
        .fetchall()
    )
    return tuple(name for (name,) in rows)


def items(workspace: Workspace, queue: str) -> dict[str, Item]:
    """Every item of a queue by name.

    Raises
    ------
    WrongUse
        ``migration.review_no_queue``.
    """
    known = queues(workspace)
    if queue not in known:
        raise WrongUse("migration.review_no_queue", {"queue": queue, "known": known})
    rows = workspace.db.execute(
        f"SELECT content FROM {SCHEMA}.item WHERE queue = ? ORDER BY item", [queue]
    ).fetchall()
    found = (msgspec.json.decode(content, type=Item) for (content,) in rows)
    return {item.id: item for item in found}


def decisions(workspace: Workspace, queue: str) -> list[Decision]:
    """Every decision that was not taken back, in the order they were made."""
    rows = workspace.db.execute(
        "SELECT seq, item, act, who, moment, reason, into_ordinal, coalesce(code, ''), "
        f"coalesce(of, '') FROM {SCHEMA}.decision LEFT JOIN {SCHEMA}.coded USING (seq) "
        "WHERE queue = ? AND NOT undone ORDER BY seq",
        [queue],
    ).fetchall()
    names = ("seq", "item", "act", "who", "at", "reason", "into", "code", "of")
    return [
        msgspec.convert(dict(zip(names, row, strict=True)), Decision, strict=False) for row in rows
    ]


def record(workspace: Workspace, queue: str, decisions: Iterable[Decision]) -> None:
    """Write decisions down under the next numbers, inside the caller's transaction."""
    row = workspace.db.execute(f"SELECT coalesce(max(seq), 0) FROM {SCHEMA}.decision").fetchone()
    last = int(row[0]) if row else 0
    made = list(enumerate(decisions, last + 1))
    into(
        workspace.db,
        f"{SCHEMA}.decision",
        [
            (
                seq,
                queue,
                one.item,
                one.act,
                one.who,
                one.at.isoformat(),
                one.reason,
                one.into,
                False,
            )
            for seq, one in made
        ],
    )
    into(workspace.db, f"{SCHEMA}.coded", [(seq, one.code, one.of) for seq, one in made if one.of])


def take_back(workspace: Workspace, seqs: Iterable[int]) -> None:
    """Mark decisions as taken back; they stay on record."""
    for seq in seqs:
        workspace.db.execute(f"UPDATE {SCHEMA}.decision SET undone = true WHERE seq = ?", [seq])


def prepared(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """Give the engine, with the tables of the desk in it."""
    workspace.db.execute(_TABLES)
    return workspace.db
