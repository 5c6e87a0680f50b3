"""One run of a load: begun or gone on with, staged, written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import msgspec

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import now
from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch, Batches, Mode, State, new_id
from luodi.migration.loading.account import Order
from luodi.migration.loading.constraints import Constraints
from luodi.migration.loading.delta import keep_before_images, keep_standing
from luodi.migration.loading.dictionaries import Dictionaries, dictionary_pairs
from luodi.migration.loading.images import keep_images
from luodi.migration.loading.parts import record
from luodi.migration.loading.plan import PlannedFeed, plan
from luodi.migration.loading.reviewed import obey
from luodi.migration.loading.scope import exclude, hold
from luodi.migration.loading.stage import Staging
from luodi.migration.loading.write import Writing
from luodi.migration.mapping.model import KeyStrategy
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.target.model import Checksum, TargetTable
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace


@dataclass
class Run:
    """What a load works with; ``batch`` is replaced as it goes on."""

    workspace: Workspace
    rules: Rules
    target: Target
    order: Order
    batches: Batches
    batch: Batch
    tables: dict[str, TargetTable]
    staging: Staging

    @classmethod
    def begin(
        cls,
        workspace: Workspace,
        rules: Rules,
        target: Target,
        dictionaries: Dictionaries,
        order: Order,
    ) -> Self:
        """Look at everything the load needs; nothing is changed yet."""
        batches = Batches(workspace)
        source = workspace.catalogue(rules.source)
        batch = _batch(batches, rules, target, order)
        tables = _before(batch, target.describe({feed.to for feed in rules.feeds}))
        feeds = plan(rules, source, tables)
        _check_extracted(workspace, rules, feeds)
        parents = {key.table for each in tables.values() for key in each.table.foreign_keys}
        tables |= target.describe(parents - tables.keys())
        own = {feed.id for feed in rules.feeds}
        elsewhere = {
            name: holding
            for name in dict.fromkeys(name for feed in feeds for name in feed.lookups)
            if name not in own and (holding := batches.holding(name, rules.source, target.id))
        }
        previous = batches.latest(rules.domain, target.id) if batch.mode is Mode.DELTA else None
        builds_on = {each.id for each in elsewhere.values()} | (
            {previous.id} if previous else set()
        )
        batch = msgspec.structs.replace(batch, builds_on=tuple(sorted(builds_on)))
        staging = Staging(
            workspace,
            batch,
            feeds,
            dictionary_pairs(workspace, dictionaries),
            _reserving(target, dry=order.dry),
            Constraints(workspace, target, tables),
            elsewhere,
            previous,
            order.sample,
            order.engine,
        )
        return cls(workspace, rules, target, order, batches, batch, tables, staging)

    @property
    def feeds(self) -> tuple[PlannedFeed, ...]:
        """The feeds in the order in which they are written."""
        return self.staging.feeds

    def keep(self, **changes: object) -> None:
        """Remember the batch as it is now."""
        self.batch = msgspec.structs.replace(self.batch, **changes)
        self.staging.batch = self.batch
        if not self.order.dry:
            self.batches.keep(self.batch)

    def stage(self, progress: Progress) -> None:
        """Bring the workspace to the point where every row has its fate."""
        if self.batch.state is not State.PLANNED:
            self.staging.resume()
            return
        self.staging.begin()
        obey(self.staging, self.order)
        for exclusion in self.rules.exclusions:
            if exclusion.id in self.order.signed:
                exclude(self.staging, exclusion)
        for feed in self.feeds:
            if queue := self.order.held.get(feed.feed.review):
                table = feed.feed.from_.replace("'", "''")
                hold(
                    self.staging,
                    feed,
                    f"SELECT ordinal FROM ({queue}) WHERE source_table = '{table}'",
                )
        self.staging.settle(progress)
        if self.staging.previous is not None:
            keep_before_images(self.staging, self.target)
        feeds = record(self.staging, self.order.part_rows).feeds
        self.keep(state=State.STAGED, feeds=feeds)

    def write(self, progress: Progress) -> None:
        """Bring the target to what was staged."""
        writing = Writing(self.staging, self.batch, self.target)
        touched = {feed.feed.to: feed.target for feed in self.feeds}
        if self.batch.state is State.STAGED:
            before = {
                name: self.target.checksum(each.table) if each.rows else Checksum()
                for name, each in touched.items()
            }
            empty = not any(each.rows for each in touched.values())
            direct = empty and self.batch.mode is not Mode.DELTA
            self.keep(state=State.WRITING, before=before, direct=direct)
            writing.batch = self.batch
        self.staging.frozen = True
        writing.take_back()
        writing.run(progress)
        if self.target.imaged:
            keep_images(self.staging, self.target)
        ends = [(feed.target, feed.feed.key.column) for feed in self.feeds]
        self.target.complete(self.batch.id, ends)
        keep_standing(self.staging)
        self.keep(state=State.LOADED, key_sources=self._key_sources(touched))

    def _key_sources(self, touched: dict[str, TargetTable]) -> dict[str, tuple[int, int]]:
        """What each sequence hands out after the load and handed out before it."""
        before = {
            source.name: source.next for each in touched.values() for source in each.key_sources
        }
        described = self.target.describe(touched) if before else {}
        after = {
            source.name: source.next for each in described.values() for source in each.key_sources
        }
        known = self.batch.key_sources
        return {
            name: (value, known[name][1] if name in known else before[name])
            for name, value in after.items()
            if name in before
        }

    def give_up(self) -> None:
        """End a batch of which nothing can be in the target."""
        if self.batch.state in (State.PLANNED, State.STAGED):
            self.keep(state=State.FAILED)
            self.batches.drop(self.batch)


def _before(batch: Batch, tables: dict[str, TargetTable]) -> dict[str, TargetTable]:
    """Tables as they were before a batch that is resumed: its own rows are in nobody's way."""
    return {
        name: msgspec.structs.replace(each, rows=batch.before[name].rows)
        if name in batch.before
        else each
        for name, each in tables.items()
    }


def _batch(batches: Batches, rules: Rules, target: Target, order: Order) -> Batch:
    unfinished = batches.unfinished(rules.domain, target.id)
    rules_digest = digest(msgspec.to_builtins(rules))
    if order.resume and not order.dry:
        if unfinished is None:
            raise WrongUse(
                "migration.load_nothing_to_resume",
                {"domain": rules.domain, "target": target.id},
            )
        if unfinished.mapping != rules_digest and unfinished.state is not State.PLANNED:
            raise WrongUse("migration.load_mapping_changed", {"batch": unfinished.id})
        return unfinished
    if unfinished is not None and not order.dry:
        params = {"batch": unfinished.id, "domain": rules.domain, "target": target.id}
        raise WrongUse("migration.load_unfinished", params)
    before = batches.latest(rules.domain, target.id)
    if before is not None and order.mode is not Mode.DELTA and not order.dry:
        raise WrongUse("migration.load_already", {"batch": before.id, "domain": rules.domain})
    created = now()
    return Batch(
        id=new_id(rules.domain, created),
        domain=rules.domain,
        source=rules.source,
        target=target.id,
        mode=order.mode,
        state=State.PLANNED,
        created=created,
        mapping=rules_digest,
    )


def _check_extracted(workspace: Workspace, rules: Rules, feeds: tuple[PlannedFeed, ...]) -> None:
    extracted = set(workspace.extracted(rules.source))
    tables = [feed.feed.from_ for feed in feeds] + [each.table for each in rules.exclusions]
    for table in dict.fromkeys(tables):
        if table not in extracted:
            raise WrongUse("migration.load_not_extracted", {"table": table, "system": rules.source})


def _reserving(target: Target, *, dry: bool):  # type: ignore[no-untyped-def]
    """How keys are taken: for good in a load, looked at only in a dry run.

    Several feeds may fill one table, and most targets only tell the highest key that is there.
    """
    free: dict[tuple[str, str], int] = {}

    def reserve(feed: PlannedFeed, count: int) -> int:
        assert feed.feed.key.strategy is KeyStrategy.SEQUENCE
        place = (feed.feed.to, feed.feed.key.column)
        first = target.reserve(feed.target, feed.feed.key.column, 0 if dry else count)
        first = max(first, free.get(place, first))
        free[place] = first + count
        column = feed.target.table.column(feed.feed.key.column)
        bits = {"integer": 31, "int": 31, "int4": 31, "smallint": 15, "int2": 15}
        most = bits.get(column.type.lower() if column else "", 63)
        if first + count - 1 >= 1 << most:
            params = {"table": feed.feed.to, "column": feed.feed.key.column}
            raise LuodiError("migration.load_keys_exhausted", params)
        return first

    return reserve
