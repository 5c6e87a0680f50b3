"""Images of rows as the target keeps them, for targets that cannot tell who wrote a row last."""

from __future__ import annotations

from luodi.migration.loading.stage import Staging
from luodi.migration.loading.values import fill, in_slices
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import quoted


def keep_images(staging: Staging, target: Target) -> None:
    """Read the hash of every row that was written and keep it beside the batch; repeatable."""
    db = staging.workspace.db
    for feed in staging.feeds:
        images = staging.batch.relation(f"_image_{feed.feed.id}")
        name, key = staging.batch.relation(feed.feed.id), quoted(feed.feed.key.column)
        where = " WHERE _action <> 'same'" if staging.previous is not None else ""
        db.execute(f"CREATE OR REPLACE TABLE {images} (key VARCHAR, image VARCHAR)")
        select = f"SELECT {key} FROM {name}{where} ORDER BY _ordinal"
        for keys in in_slices(staging.workspace, select):
            for block in target.images(feed.target.table, feed.feed.key.column, keys):
                fill(staging.workspace, images, ("key", "image"), block)
