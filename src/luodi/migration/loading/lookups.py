"""Where the keys stand that a feed looks up: in this batch, ahead of it, or in one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from luodi.evidence.errors import LuodiError
from luodi.migration.loading.bind import elsewhere_pairs, lookup_pairs
from luodi.migration.loading.candidates import columns, types
from luodi.migration.loading.delta import holding
from luodi.migration.loading.keys import key_of, source_columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.reviewed import any_away, standing
from luodi.migration.model import Kind
from luodi.migration.workspace import quoted
from luodi.transform.program import Pairs

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging


def lookup(staging: Staging, feed: PlannedFeed, id: str) -> Pairs:
    """Source keys of the feed `id`, and the keys that its rows have in the target.

    Raises
    ------
    LuodiError
        ``migration.load_lookup_unknown``: no batch that is loaded has such a feed.
    """
    needed = next((other for other in staging.feeds if other.feed.id == id), None)
    if needed is None:
        return _elsewhere(staging, feed, id)
    key = needed.target.table.column(needed.feed.key.column)
    assert key is not None  # the plan has looked
    kinds = {column.name: column.kind for column in columns(staging, needed.feed.from_)}
    pairs = lookup_pairs(
        staging.batch,
        id,
        key.name,
        (
            kinds[needed.source_key[0]],
            Kind.TEXT if key.kind is Kind.OTHER else key.kind,
            key.scale,
        ),
    )
    if id in feed.back:
        return replace(pairs, relation=_ahead(staging, needed))
    own = needed.source.primary_key  # the old system has seen to it that no value repeats
    followed = needed.feed.merge is not None or any_away(staging, needed.feed.from_)
    if not followed and own == needed.source_key and len(own) == 1:
        rows = staging.batch.relation(id)
        relation = f"(SELECT _source_1, {quoted(key.name)} AS _key FROM {rows})"
        return replace(pairs, relation=relation, unique=True)
    return pairs


def _elsewhere(staging: Staging, feed: PlannedFeed, id: str) -> Pairs:
    batch = staging.elsewhere.get(id)
    known = batch.feed(id) if batch else None
    if batch is None or known is None:
        raise LuodiError("migration.load_lookup_unknown", {"feed": feed.feed.id, "lookup": id})
    held = holding(staging.workspace, batch, id)
    return elsewhere_pairs(batch, known, types(staging, batch.relation(id)), held)


def _ahead(staging: Staging, needed: PlannedFeed) -> str:
    """Keys of rows that are not staged yet: no value of theirs decides them."""
    source = staging.workspace.relation(staging.batch.source, needed.feed.from_)
    listed = ", ".join(
        f"{quoted(column)} AS {alias}"
        for column, alias in zip(needed.source_key, source_columns(needed), strict=True)
    )
    rows = (
        f"(SELECT _ordinal, {listed} FROM {source} WHERE _ordinal NOT IN "
        f"{staging.fates.without(needed.feed.from_)})"
    )
    ahead = f"(SELECT *, {key_of(staging, needed) or '_source_1'} AS _key FROM {rows})"
    if not any_away(staging, needed.feed.from_):
        return ahead
    return (
        f"(SELECT r.*, k._key FROM {rows} r JOIN {standing(staging, needed.feed.from_)} a "
        f"ON a.ordinal = r._ordinal JOIN {ahead} k ON k._ordinal = a.stands)"
    )
