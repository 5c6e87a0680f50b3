"""A staged batch as it is recorded: its feeds, and the parts in which they will be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from luodi.migration.batch import Batch, BatchFeed

if TYPE_CHECKING:
    from luodi.migration.loading.plan import PlannedFeed
    from luodi.migration.loading.stage import Staging


def record(staging: Staging, part_rows: int) -> Batch:
    """The batch with its feeds as they were staged, in parts of about so many rows."""
    feeds = tuple(
        BatchFeed(
            id=feed.feed.id,
            source_table=feed.feed.from_,
            to=feed.feed.to,
            key=feed.feed.key.column,
            columns=feed.columns,
            source_key=feed.source_key,
            parts=_parts(staging, feed, part_rows),
            first_key=staging.first_keys.get(feed.feed.id, (None,))[0],
            lookups=feed.lookups,
        )
        for feed in staging.feeds
    )
    return msgspec.structs.replace(staging.batch, feeds=feeds)


def _parts(staging: Staging, feed: PlannedFeed, part_rows: int) -> tuple[tuple[int, int], ...]:
    row = staging.workspace.db.execute(
        f"SELECT count(*), min(_ordinal), max(_ordinal) FROM {staging.batch.relation(feed.feed.id)}"
    ).fetchone()
    rows, least, most = row or (0, None, None)
    if not rows:
        return ()
    pieces = 1 if feed.whole else -(-rows // part_rows)
    step = -(-(most - least + 1) // pieces)
    return tuple((start, start + step - 1) for start in range(least, most + 1, step))
