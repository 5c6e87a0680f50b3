"""Rows that people left as they are and declared to be one person, told to the target as links.

Of the rows of a person that a feed brings one leads: the one that does in the target already, else
one that is there, else the first.  The others get its key into the feed's ``link`` column; the
leading row, and a row linked with nobody, keep what the column's own rule says, or NULL.  A row
that is rejected, excluded or waits leads nobody: the next one does, and a row that is left alone
is linked with nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from luodi.migration.linkage.cluster import components
from luodi.migration.linkage.into import into
from luodi.migration.loading.delta import holding
from luodi.migration.loading.fates import merged
from luodi.migration.loading.keys import source_columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.workspace import literal, quoted

if TYPE_CHECKING:
    from luodi.migration.batch import Batch
    from luodi.migration.loading.stage import Staging

SAID = "_people"
"""Table of the batch with what the desk said: source table, ordinal, person."""


def linked(feed: str) -> str:
    """Name of the table with the rows of a feed that are linked, and the row each is linked to."""
    return f"_linked_{feed}"


def nothing_linked(staging: Staging, feed: PlannedFeed) -> None:
    """Make the table of a feed's linked rows, with none in it.

    ``standing`` says that the row it is linked to is in the target and not among the batch's own.
    """
    if feed.feed.link:
        staging.workspace.db.execute(
            f"CREATE OR REPLACE TABLE {_linked(staging.batch, feed)} "
            "(_ordinal BIGINT, leader BIGINT, standing BOOLEAN)"
        )


def link(staging: Staging, feed: PlannedFeed) -> None:
    """Put the key of the leading row into the link column of the others of its person."""
    if not feed.feed.link:
        return
    people = _people(staging, feed)
    if not people:
        return
    db, name = staging.workspace.db, staging.batch.relation(feed.feed.id)
    db.execute("CREATE OR REPLACE TEMP TABLE _person (ordinal BIGINT, person BIGINT)")
    into(db, "_person", people)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE _led AS SELECT c.ordinal, "
        "first_value(c.ordinal) OVER who AS leader, first_value(c.key) OVER who AS key, "
        "NOT first_value(c.own) OVER who AS standing, c.own "
        f"FROM ({_candidates(staging, feed)}) c JOIN _person p USING (ordinal) "
        "WINDOW who AS (PARTITION BY p.person ORDER BY c.rank DESC, c.ordinal)"
    )
    db.execute(
        f"INSERT INTO {_linked(staging.batch, feed)} "
        "SELECT ordinal, leader, standing FROM _led WHERE own AND leader <> ordinal"
    )
    db.execute(
        f"UPDATE {name} n SET {quoted(feed.feed.link)} = l.key FROM _led l "
        "WHERE l.ordinal = n._ordinal AND l.leader <> l.ordinal"
    )
    db.execute("DROP TABLE _led; DROP TABLE _person")


def _people(staging: Staging, feed: PlannedFeed) -> Sequence[tuple[int, int]]:
    """Rows of the feed and a number for the person: the desk's word and the mapping's merges."""
    into_ = staging.batch.relation(merged(feed.feed.id))
    said = staging.workspace.db.execute(
        f"SELECT -person, coalesce(m.merged_into, p.ordinal) "
        f"FROM {staging.batch.relation(SAID)} p LEFT JOIN {into_} m ON m._ordinal = p.ordinal "
        f"WHERE p.source_table = {literal(feed.feed.from_)} AND p.queue = ?",
        [feed.feed.review],
    ).fetchall()
    return [
        (ordinal, members[0])
        for members in components(said)
        for ordinal in members
        if ordinal > 0  # a person's own number is below
    ]


def _candidates(staging: Staging, feed: PlannedFeed) -> str:
    """SELECT of the rows that may lead: ordinal, key, whether the feed brings it, and its rank.

    2 leads in the target already, 1 is there, 0 comes with this batch.
    """
    before, key = staging.previous, quoted(feed.feed.key.column)
    name = staging.batch.relation(feed.feed.id)
    known = before.feed(feed.feed.id) if before else None
    if before is None or known is None or not feed.source_key:
        return f"SELECT _ordinal AS ordinal, {key} AS key, true AS own, 0 AS rank FROM {name}"
    held = holding(staging.workspace, before, known.id)
    own = " AND ".join(f"h.{column} = n.{column}" for column in source_columns(feed))
    source = staging.workspace.relation(staging.batch.source, feed.feed.from_)
    there = " AND ".join(
        f"h.{alias} = s.{quoted(column)}"
        for alias, column in zip(source_columns(feed), feed.source_key, strict=True)
    )
    leads, its = "1", f"h.{quoted(known.key)}"
    if feed.feed.link in known.columns:
        link = quoted(feed.feed.link)
        leads = f"CASE WHEN {its} IN (SELECT {link} FROM {held} WHERE {link} IS NOT NULL) "
        leads += "THEN 2 ELSE 1 END"
    return (
        f"SELECT n._ordinal AS ordinal, n.{key} AS key, true AS own, "
        f"CASE WHEN {its} IS NULL THEN 0 ELSE {leads} END AS rank "
        f"FROM {name} n LEFT JOIN {held} h ON {own} "
        f"UNION ALL SELECT s._ordinal, {its}, false, {leads} FROM {held} h "
        f"JOIN {source} s ON {there} ANTI JOIN {name} n ON {own}"
    )


def alone(staging: Staging, feed: PlannedFeed) -> str:
    """Rows linked to one that has got another fate meanwhile: ordinals, reason and column."""
    return (
        f"SELECT _ordinal, 'link', {literal(feed.feed.link)} FROM {_linked(staging.batch, feed)} "
        f"WHERE NOT standing AND leader IN {staging.fates.without(feed.feed.from_)}"
    )


def any_alone(staging: Staging, feed: PlannedFeed) -> bool:
    """Whether rows of a staged feed lost the one they are linked to."""
    return bool(feed.feed.link) and staging.workspace.count(f"({alone(staging, feed)}) a") > 0


def count_linked(staging: Staging) -> int:
    """Rows of the batch that carry the key of another of the same person."""
    return sum(
        staging.workspace.count(_linked(staging.batch, feed))
        for feed in staging.feeds
        if feed.feed.link and staging.workspace.has(staging.batch.schema, linked(feed.feed.id))
    )


def _linked(batch: Batch, feed: PlannedFeed) -> str:
    return batch.relation(linked(feed.feed.id))
