"""Rows kept out before anything is staged: by a signed decision, or until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.candidates import columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.reviewed import landed, stand_in, together
from luodi.migration.mapping.model import Exclusion
from luodi.migration.workspace import literal
from luodi.transform.compile import condition
from luodi.transform.dialect.duckdb import DUCKDB

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging


def exclude(staging: Staging, exclusion: Exclusion) -> int:
    """Give the rows of a signed scope decision their fate; say how many."""
    table = exclusion.table
    source = staging.workspace.relation(staging.batch.source, table)
    where = ""
    if exclusion.where is not None:
        where = " WHERE " + condition(exclusion.where, columns(staging, table), DUCKDB)
    with engine_error(table):
        rows = stand_in(staging, table, f"SELECT _ordinal FROM {source}{where}")
        select = f"SELECT *, {literal(exclusion.id)}, NULL FROM ({rows})"
        return staging.fates.add("excluded", table, "", select)


def hold(staging: Staging, feed: PlannedFeed, ordinals: str) -> int:
    """Hold rows back that wait for a person; `ordinals` is SQL that yields them; say how many.

    What they are merged with waits with them; what has landed before does not wait any more.
    """
    table = feed.feed.from_
    source = staging.workspace.relation(staging.batch.source, table)
    with engine_error(table):
        waiting = together(staging, table, ordinals)
        select = (
            f"SELECT *, {literal(feed.feed.review)}, NULL FROM ({waiting}) AS h(ordinal) "
            f"WHERE ordinal IN (SELECT _ordinal FROM {source}) "
            f"AND ordinal NOT IN ({landed(staging, table)})"
        )
        return staging.fates.add("review", table, feed.feed.id, select)
