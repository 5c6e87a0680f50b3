"""Keys in the target: as they were, counted on, or made from the source key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.mapping.model import KeyStrategy
from luodi.migration.model import Kind
from luodi.migration.workspace import literal, quoted

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging


def source_columns(feed: PlannedFeed) -> tuple[str, ...]:
    """Columns of a staged table that hold the source key."""
    return tuple(f"_source_{number}" for number in range(1, len(feed.source_key) + 1))


def key_of(staging: Staging, feed: PlannedFeed) -> str | None:
    """SQL of the key of a feed's rows; see `key_expression`.

    What has to be reserved in the target is reserved once, so that a row that is staged once more
    has the same key again.
    """
    system, id = staging.batch.source, feed.feed.id
    if feed.feed.key.strategy is not KeyStrategy.SEQUENCE:
        return key_expression(feed, system, None, 0)
    if id not in staging.first_keys:
        source = staging.workspace.relation(system, feed.feed.from_)
        row = staging.workspace.db.execute(
            f"SELECT min(_ordinal), max(_ordinal) FROM {source}"
        ).fetchone()
        least, most = row if row and row[0] is not None else (1, 0)
        known = staging.batch.feed(id)
        first = known.first_key if known else None
        if first is None:
            first = staging.reserve(feed, most - least + 1)
        staging.first_keys[id] = (first, least)
    return key_expression(feed, system, *staging.first_keys[id])


def key_expression(feed: PlannedFeed, system: str, first: int | None, least: int) -> str | None:
    """SQL of the key over a staged row, or None where the column's own rule gives it.

    Parameters
    ----------
    first : int or None
        First key that was reserved.
    least : int
        Lowest ordinal that a key may be asked for; keys follow the ordinals, so that they stay the
        same when rows in between are rejected later.
    """
    match feed.feed.key.strategy:
        case KeyStrategy.SEQUENCE:
            return f"{first} + _ordinal - {least}"
        case KeyStrategy.UUID:
            return _uuid(feed, system)
        case KeyStrategy.SOURCE | KeyStrategy.MAPPED:
            return None


def _uuid(feed: PlannedFeed, system: str) -> str:
    """RFC 9562, version 5; namespace and name say which row of which table of which system."""
    space = uuid5(NAMESPACE_URL, f"luodi:{system}:{feed.feed.from_}").hex
    parts = " || chr(31) || ".join(
        f"coalesce(CAST({quoted(column)} AS VARCHAR), '')" for column in source_columns(feed)
    )
    digest = f"sha1(unhex({literal(space)}) || encode({parts}))"
    column = feed.target.table.column(feed.feed.key.column)
    text = (
        f"substr({digest}, 1, 8) || '-' || substr({digest}, 9, 4) || '-5' || "
        f"substr({digest}, 14, 3) || '-' || "
        f"substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr({digest}, 17, 1)), 1) "
        f"|| substr({digest}, 18, 3) || '-' || substr({digest}, 21, 12)"
    )
    narrow = column is not None and column.kind is Kind.TEXT and (column.length or 36) < 36
    return f"replace({text}, '-', '')" if narrow else text
