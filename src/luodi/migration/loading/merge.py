"""Rows that agree become one: which of them stands for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.migration.loading.delta import holding
from luodi.migration.loading.fates import merged
from luodi.migration.loading.keys import source_columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging


def nothing_merged(staging: Staging, feed: PlannedFeed) -> None:
    """Make the table of rows that went into another, with none in it."""
    batch = staging.batch
    name, into = batch.relation(feed.feed.id), batch.relation(merged(feed.feed.id))
    listed = ", ".join(["_ordinal", *source_columns(feed)])
    staging.workspace.db.execute(
        f"CREATE OR REPLACE TABLE {into} AS SELECT {listed}, 0::BIGINT AS merged_into "
        f"FROM {name} LIMIT 0"
    )


def merge(staging: Staging, feed: PlannedFeed) -> None:
    """Leave one row of each group in the feed's table and put the others beside it.

    A row in which one of the columns to agree in is NULL agrees with nobody.
    """
    rule, batch = feed.feed.merge, staging.batch
    name, into = batch.relation(feed.feed.id), batch.relation(merged(feed.feed.id))
    if rule is None:
        return
    shown = ", ".join(["s._ordinal", *(f"s.{column}" for column in source_columns(feed))])
    by = ", ".join(f"s.{quoted(column)}" for column in rule.by)
    known = " AND ".join(f"s.{quoted(column)} IS NOT NULL" for column in rule.by)
    order = [
        f"o.{quoted(column.removeprefix('-'))} {'DESC' if column[0] == '-' else 'ASC'} NULLS LAST"
        for column in rule.order
    ]
    before = staging.previous
    if before is not None and before.feed(feed.feed.id):
        # Who stands for the group in the target already goes on doing so.
        pairs = " AND ".join(f"p.{column} = s.{column}" for column in source_columns(feed))
        order.insert(
            0,
            f"EXISTS (SELECT 1 FROM {holding(staging.workspace, before, feed.feed.id)} p "
            f"WHERE {pairs}) DESC",
        )
    source = staging.workspace.relation(batch.source, feed.feed.from_)
    staging.workspace.db.execute(
        f"INSERT INTO {into} SELECT * FROM (SELECT {shown}, first_value(s._ordinal) OVER "
        f"(PARTITION BY {by} ORDER BY {', '.join([*order, 's._ordinal'])}) AS merged_into "
        f"FROM {name} s JOIN {source} o ON o._ordinal = s._ordinal WHERE {known}) "
        "WHERE merged_into <> _ordinal"
    )
    staging.workspace.db.execute(
        f"DELETE FROM {name} WHERE _ordinal IN (SELECT _ordinal FROM {into})"
    )
