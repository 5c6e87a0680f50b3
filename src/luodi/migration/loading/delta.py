"""What of the rows is new since the batch before, what has changed, and what is as it was.

Told by the rows themselves, not by a column that says when somebody touched them: old systems
forget to set it.  A row is known again by its source key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.migration.batch import Batch
from luodi.migration.loading.keys import source_columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.values import fill, in_slices
from luodi.migration.mapping.model import KeyStrategy
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, quoted

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging

INSERT, UPDATE, SAME = "insert", "update", "same"


def holding(workspace: Workspace, batch: Batch, feed: str) -> str:
    """Relation of the rows of a feed that the target holds when a batch is loaded.

    Its own rows, and those of earlier batches that it does not speak of: rejected this time,
    waiting for a person, or gone from the source.  They are in the target all the same.
    """
    own, still = batch.relation(feed), batch.relation(_still(feed))
    if not workspace.has(batch.schema, _still(feed)):
        return own
    return f"(SELECT * FROM {own} UNION ALL BY NAME SELECT * FROM {still})"


def keep_standing(staging: Staging) -> None:
    """Keep what earlier batches of a delta brought that it does not speak of; see `holding`."""
    before = staging.previous
    for feed in staging.feeds:
        known = before.feed(feed.feed.id) if before else None
        if before is None or known is None or not feed.source_key:
            continue
        pairs = " AND ".join(f"n.{column} = t.{column}" for column in source_columns(feed))
        staging.workspace.db.execute(
            f"CREATE OR REPLACE TABLE {staging.batch.relation(_still(feed.feed.id))} AS "
            f"SELECT t.* FROM {holding(staging.workspace, before, known.id)} t "
            f"ANTI JOIN {staging.batch.relation(feed.feed.id)} n ON {pairs}"
        )


def _still(feed: str) -> str:
    return f"_still_{feed}"


def keep_keys(staging: Staging, feed: PlannedFeed) -> None:
    """Give rows that are in the target the key they have there."""
    before = staging.previous
    known = before.feed(feed.feed.id) if before else None
    counted = feed.feed.key.strategy is KeyStrategy.SEQUENCE
    if before is None or known is None or not feed.source_key or not counted:
        return
    name, then = staging.batch.relation(feed.feed.id), holding(staging.workspace, before, known.id)
    pairs = " AND ".join(f"n.{column} = t.{column}" for column in source_columns(feed))
    key = quoted(feed.feed.key.column)
    staging.workspace.db.execute(f"UPDATE {name} n SET {key} = t.{key} FROM {then} t WHERE {pairs}")


def choose_actions(staging: Staging, feed: PlannedFeed) -> None:
    """Set ``_action`` of rows that are in the target."""
    before = staging.previous
    known = before.feed(feed.feed.id) if before else None
    if before is None or known is None or not feed.source_key:
        return
    name, then = staging.batch.relation(feed.feed.id), holding(staging.workspace, before, known.id)
    pairs = " AND ".join(f"n.{column} = t.{column}" for column in source_columns(feed))
    common = [column for column in feed.columns if column in known.columns]
    same = " AND ".join(f"n.{quoted(c)} IS NOT DISTINCT FROM t.{quoted(c)}" for c in common)
    if len(common) < len(feed.columns):
        same = "false"  # the mapping fills columns it did not fill before
    staging.workspace.db.execute(
        f"UPDATE {name} n SET _action = CASE WHEN {same} THEN '{SAME}' ELSE '{UPDATE}' END "
        f"FROM {then} t WHERE {pairs}"
    )


def keep_before_images(staging: Staging, target: Target) -> None:
    """Keep how rows that will be changed are now, and leave those alone that others changed.

    A row in the target that no longer says what the batch before wrote was corrected by somebody
    there; the old system's newer word does not overwrite that, the row is rejected by name.  Where
    somebody changed what the mapping does not know the row is changed too, and remembered as
    touched, so that an earlier batch still refuses to be rolled back.
    """
    before = staging.previous
    for feed in staging.feeds:
        known = before.feed(feed.feed.id) if before else None
        if before is None or known is None:
            continue
        name = staging.batch.relation(feed.feed.id)
        then = holding(staging.workspace, before, known.id)
        key = quoted(feed.feed.key.column)
        listed = ", ".join(map(quoted, feed.columns))
        images = staging.batch.relation(f"_before_{feed.feed.id}")
        raw = f"_raw_{feed.feed.id}"
        db = staging.workspace.db
        shape = ", ".join(f"{quoted(column)} VARCHAR" for column in feed.columns)
        db.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(raw)} ({shape})")
        kept = staging.batch.relation(f"_touched_{feed.feed.id}")
        db.execute(f"CREATE OR REPLACE TABLE {kept} (key VARCHAR)")
        table, named = feed.target.table, feed.feed.key.column
        for keys in in_slices(
            staging.workspace, f"SELECT {key} FROM {name} WHERE _action = '{UPDATE}'"
        ):
            for block in target.read(table, feed.columns, named, keys):
                fill(staging.workspace, quoted(raw), feed.columns, block)
            touched = target.touched(table, named, keys)
            fill(staging.workspace, kept, ("key",), [(one,) for one in touched])
        db.execute(f"CREATE OR REPLACE TABLE {images} AS SELECT {listed} FROM {name} LIMIT 0")
        db.execute(f"INSERT INTO {images} SELECT {_cast(staging, images)} FROM {quoted(raw)}")
        same = " AND ".join(
            f"b.{quoted(column)} IS NOT DISTINCT FROM t.{quoted(column)}"
            for column in feed.columns
            if column in known.columns
        )
        staging.reject(
            feed,
            f"SELECT n._ordinal, 'target_changed', NULL FROM {name} n JOIN {then} t "
            f"ON n.{key} = t.{key} LEFT JOIN {images} b ON b.{key} = n.{key} "
            f"WHERE n._action = '{UPDATE}' AND NOT coalesce({same}, false)",
        )
        db.execute(f"DROP TABLE {quoted(raw)}")


def _cast(staging: Staging, relation: str) -> str:
    """Texts as the target gave them, in the types of the workspace."""
    return ", ".join(
        f"unhex({quoted(str(name))})"
        if str(kind) == "BLOB"
        else f"CAST({quoted(str(name))} AS {kind})"
        for name, kind, *_ in staging.workspace.db.execute(f"DESCRIBE {relation}").fetchall()
    )
