"""Rows of a source table that a feed may still take, and of which types they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.evidence.errors import LuodiError
from luodi.migration.loading.bind import columns_of
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.reviewed import any_away, away
from luodi.transform.compile import condition
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.program import Column

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging


def candidates(staging: Staging, feed: PlannedFeed) -> str:
    """Relation of the rows that may still go somewhere."""
    table = feed.feed.from_
    source = staging.workspace.relation(staging.batch.source, table)
    tests = []
    if feed.feed.where is not None:
        tests.append(condition(feed.feed.where, columns(staging, table), DUCKDB))
    if staging.exceptions(feed):
        tests.append(f"_ordinal NOT IN {staging.fates.without(table)}")
    if any_away(staging, table):
        tests.append(f"_ordinal NOT IN {away(staging, table)}")
    if staging.sample is not None and not _is_needed(staging, feed):
        # The same rows each time, from all over the table.
        every = f"greatest(1, (SELECT count(*) FROM {source}) // {staging.sample})"
        tests.append(f"hash(_ordinal) % {every} = 0")
    return f"(SELECT * FROM {source} WHERE {' AND '.join(tests)})" if tests else source


def columns(staging: Staging, table: str) -> tuple[Column, ...]:
    """Columns of an extracted table with the types they have in the workspace.

    Raises
    ------
    LuodiError
        ``migration.load_table_gone``.
    """
    system = staging.batch.source
    described = staging.workspace.catalogue(system).table(table)
    if described is None:
        params = {"feed": "", "table": table, "system": system}
        raise LuodiError("migration.load_table_gone", params)
    return columns_of(described, types(staging, staging.workspace.relation(system, table)))


def types(staging: Staging, relation: str) -> dict[str, str]:
    """Types of a relation's columns, by name."""
    lines = staging.workspace.db.execute(f"DESCRIBE {relation}").fetchall()
    return {str(line[0]): str(line[1]) for line in lines}


def _is_needed(staging: Staging, feed: PlannedFeed) -> bool:
    """Whether rows of others would be rejected for want of these."""
    parents = {key.table for other in staging.feeds for key in other.target.table.foreign_keys}
    looked_up = any(feed.feed.id in other.lookups for other in staging.feeds)
    return looked_up or feed.feed.to in parents
