"""What people decided of rows at the review desk, as a load obeys it.

A row that was merged into another stands for nothing of its own: it waits, is excluded or rejected
with the row it went into, and who points at it points at that one.  A row that is in the target
already stays as it landed: it is not held back any more, and a merge decided since is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from luodi.evidence.model import Finding, Severity
from luodi.migration.loading.delta import holding
from luodi.migration.loading.fates import merged
from luodi.migration.loading.keys import source_columns
from luodi.migration.loading.links import SAID
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.reviewing.queue import queues_of
from luodi.migration.workspace import literal, quoted

if TYPE_CHECKING:
    from luodi.migration.loading.account import Order
    from luodi.migration.loading.stage import Staging


def prepare(staging: Staging) -> None:
    """Make room for what was decided; repeatable."""
    staging.workspace.db.execute(
        f"CREATE TABLE IF NOT EXISTS {_away(staging)} "
        "(source_table VARCHAR, ordinal BIGINT, merged_into BIGINT, late BOOLEAN)"
    )
    staging.workspace.db.execute(
        f"CREATE TABLE IF NOT EXISTS {staging.batch.relation(SAID)} "
        "(source_table VARCHAR, queue VARCHAR, ordinal BIGINT, person BIGINT)"
    )


def obey(staging: Staging, order: Order) -> None:
    """Take over what the queues say of the rows of every feed that names one."""
    named = dict.fromkeys((feed.feed.from_, feed.feed.review) for feed in staging.feeds)
    for table, queue in named:
        if said := order.merged.get(queue):
            source = staging.workspace.relation(staging.batch.source, table)
            staging.workspace.db.execute(
                f"INSERT INTO {_away(staging)} SELECT m.source_table, m.ordinal, m.merged_into, "
                f"m.ordinal IN ({landed(staging, table)}) FROM ({said}) m "
                f"SEMI JOIN {source} s ON s._ordinal = m.ordinal "
                f"SEMI JOIN {source} t ON t._ordinal = m.merged_into "
                f"WHERE m.source_table = {literal(table)} AND m.ordinal <> m.merged_into "
                f"AND m.ordinal NOT IN {away(staging, table)}"
            )
        if said := order.linked.get(queue):
            staging.workspace.db.execute(
                f"INSERT INTO {staging.batch.relation(SAID)} "
                f"SELECT source_table, {literal(queue)}, ordinal, person FROM ({said}) "
                f"WHERE source_table = {literal(table)}"
            )


def landed(staging: Staging, table: str) -> str:
    """SELECT of the ordinals of a table's rows that some feed brought with an earlier batch."""
    before = staging.previous
    source = staging.workspace.relation(staging.batch.source, table)
    found = ["SELECT 0::BIGINT WHERE false"]
    for feed in staging.feeds:
        known = before.feed(feed.feed.id) if before else None
        if before is None or known is None or not feed.source_key or feed.feed.from_ != table:
            continue
        pairs = " AND ".join(
            f"p.{alias} = o.{quoted(name)}"
            for alias, name in zip(source_columns(feed), feed.source_key, strict=True)
        )
        held = holding(staging.workspace, before, known.id)
        found.append(f"SELECT o._ordinal FROM {source} o SEMI JOIN {held} p ON {pairs}")
    return " UNION ALL ".join(found)


def any_away(staging: Staging, table: str) -> bool:
    """Whether rows of a table were merged into others by a person."""
    return staging.workspace.count(f"{_rows(staging, table)} a") > 0


def away(staging: Staging, table: str) -> str:
    """Ordinals of a table's rows that a person merged into another."""
    return f"(SELECT ordinal FROM {_rows(staging, table)})"


def standing(staging: Staging, table: str) -> str:
    """Relation of every ``ordinal`` of a table and the one it ``stands`` with: mostly its own."""
    source = staging.workspace.relation(staging.batch.source, table)
    return (
        f"(SELECT s._ordinal AS ordinal, coalesce(a.merged_into, s._ordinal) AS stands "
        f"FROM {source} s LEFT JOIN {_rows(staging, table)} a ON a.ordinal = s._ordinal)"
    )


def together(staging: Staging, table: str, ordinals: str) -> str:
    """SELECT of the rows in `ordinals`, a SELECT as well, and of all that stand with them."""
    if not any_away(staging, table):
        return ordinals
    stands = standing(staging, table)
    return (
        f"SELECT ordinal FROM {stands} WHERE stands IN "
        f"(SELECT stands FROM {stands} WHERE ordinal IN ({ordinals}))"
    )


def stand_in(staging: Staging, table: str, ordinals: str) -> str:
    """SELECT of the rows whose standing row is in `ordinals`, a SELECT as well."""
    if not any_away(staging, table):
        return ordinals
    return f"SELECT ordinal FROM {standing(staging, table)} WHERE stands IN ({ordinals})"


def put_beside(staging: Staging, feed: PlannedFeed) -> None:
    """Put rows that were merged away beside the row of the feed that they are part of."""
    table = feed.feed.from_
    if not any_away(staging, table):
        return
    batch = staging.batch
    name, into = batch.relation(feed.feed.id), batch.relation(merged(feed.feed.id))
    source = staging.workspace.relation(batch.source, table)
    listed = "".join(
        f", s.{quoted(column)} AS {alias}"
        for column, alias in zip(feed.source_key, source_columns(feed), strict=True)
    )
    staging.workspace.db.execute(
        f"INSERT INTO {into} BY NAME SELECT s._ordinal{listed}, "
        f"coalesce(m.merged_into, a.merged_into) AS merged_into FROM {_rows(staging, table)} a "
        f"JOIN {source} s ON s._ordinal = a.ordinal "
        f"LEFT JOIN {into} m ON m._ordinal = a.merged_into "
        f"SEMI JOIN {name} l ON l._ordinal = coalesce(m.merged_into, a.merged_into) "
        f"WHERE s._ordinal NOT IN {staging.fates.without(table)}"
    )


def lost(staging: Staging, table: str) -> str:
    """Refused with the row they went into: ordinals, reason and column."""
    return (
        f"SELECT ordinal, 'merge', NULL FROM {_rows(staging, table)} "
        f"WHERE merged_into IN {staging.fates.without(table)}"
    )


def findings(staging: Staging) -> list[Finding]:
    """Merges decided after both rows had landed, decisions and links that no feed asks for."""
    return [*_late(staging), *_unasked(staging), *_unlanded(staging)]


def _unasked(staging: Staging) -> Iterator[Finding]:
    named = {(feed.feed.from_, feed.feed.review) for feed in staging.feeds}
    for table in sorted({table for table, _ in named}):
        for queue in queues_of(staging.workspace, staging.batch.source, table):
            if (table, queue) not in named:
                yield Finding(
                    code="migration.load_queue_unasked", params={"table": table, "queue": queue}
                )


def _unlanded(staging: Staging) -> Iterator[Finding]:
    """Links that land nowhere: no feed of the table has a column for them."""
    lines = staging.workspace.db.execute(
        f"SELECT source_table, queue, count(*) - count(DISTINCT person) "
        f"FROM {staging.batch.relation(SAID)} l ANTI JOIN {_away(staging)} a "
        "USING (source_table, ordinal) GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    taken = {(feed.feed.from_, feed.feed.review) for feed in staging.feeds if feed.feed.link}
    for table, queue, rows in lines:
        if rows and (table, queue) not in taken:
            yield Finding(
                code="migration.load_links_unlanded",
                params={"table": table, "queue": queue},
                severity=Severity.INFO,
                count=rows,
            )


def _late(staging: Staging) -> list[Finding]:
    lines = staging.workspace.db.execute(
        f"SELECT source_table, count(*), min(ordinal) FROM {_away(staging)} WHERE late "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [
        Finding(
            code="migration.load_merged_late", params={"table": table, "first": first}, count=rows
        )
        for table, rows, first in lines
    ]


def _away(staging: Staging) -> str:
    return staging.batch.relation("_away")


def _rows(staging: Staging, table: str) -> str:
    return (
        f"(SELECT ordinal, merged_into FROM {_away(staging)} "
        f"WHERE source_table = {literal(table)} AND NOT late)"
    )
