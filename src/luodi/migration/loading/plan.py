"""Which feed comes after which: a row is loaded after the rows that it looks up or points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.migration.mapping.kinds import takes_key
from luodi.migration.mapping.model import Feed, KeyStrategy
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.model import Catalogue, Table
from luodi.migration.target.model import TargetTable
from luodi.transform.model import Lookup, Operation, Predicate


@dataclass(frozen=True)
class PlannedFeed:
    """A feed beside the tables it connects.

    ``lookups`` are feeds whose keys it uses, ``back`` those of them that come after it or are
    itself; ``level`` counts feeds that must be written before; ``whole`` says that its rows point
    at each other in the target and have to be written as one part.
    """

    feed: Feed
    source: Table
    target: TargetTable
    source_key: tuple[str, ...]
    lookups: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    level: int = 0
    whole: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the target that rows of this feed fill, the key first."""
        ruled = [rule.to for rule in self.feed.columns]
        link = (self.feed.link,) if self.feed.link else ()
        return tuple(dict.fromkeys((self.feed.key.column, *ruled, *link)))


def plan(
    rules: Rules, source: Catalogue, targets: Mapping[str, TargetTable]
) -> tuple[PlannedFeed, ...]:
    """Put the feeds of a mapping in order.

    Raises
    ------
    WrongUse
        A table or column that the mapping names is not there (any more):
        ``migration.load_table_gone``, ``migration.load_column_gone``,
        ``migration.load_target_table``, ``migration.load_target_column``;
        ``migration.load_no_source_key``; ``migration.map_link_queue``,
        ``migration.map_link_unfit``.
    LuodiError
        ``migration.load_cycle``: feeds that need each other's keys before they can have them.
    """
    planned = {feed.id: _bound(feed, rules, source, targets) for feed in rules.feeds}
    order = _order(planned)
    place = {id: number for number, id in enumerate(order)}
    level: dict[str, int] = {}
    for id in order:
        needs = [n for n in _needs(planned[id], planned) if n in level]
        level[id] = 1 + max((level[n] for n in needs), default=-1)
    done = []
    for id in order:
        feed = planned[id]
        back = tuple(n for n in feed.lookups if n in place and place[n] >= place[id])
        for needed in back:
            _refuse_cycle(planned[needed], feed)
        whole = _points_at_itself(feed.target.table)
        done.append(replace(feed, level=level[id], back=back, whole=whole))
    return tuple(done)


def _bound(
    feed: Feed, rules: Rules, source: Catalogue, targets: Mapping[str, TargetTable]
) -> PlannedFeed:
    table = source.table(feed.from_)
    if table is None:
        raise WrongUse(
            "migration.load_table_gone",
            {"feed": feed.id, "table": feed.from_, "system": rules.source},
        )
    for name in dict.fromkeys(_used(feed)):
        if table.column(name) is None:
            raise WrongUse(
                "migration.load_column_gone",
                {"feed": feed.id, "table": feed.from_, "column": name, "system": rules.source},
            )
    target = targets.get(feed.to)
    if target is None:
        raise WrongUse(
            "migration.load_target_table",
            {"feed": feed.id, "table": feed.to, "system": rules.target},
        )
    if feed.link and not feed.review:
        raise WrongUse("migration.map_link_queue", {"file": rules.file, "feed": feed.id})
    link = [feed.link] if feed.link else []
    for name in dict.fromkeys([feed.key.column, *(rule.to for rule in feed.columns), *link]):
        if target.table.column(name) is None:
            raise WrongUse(
                "migration.load_target_column",
                {"feed": feed.id, "table": feed.to, "column": name, "system": rules.target},
            )
    _check_link(feed, target.table)
    source_key = feed.source_key or table.primary_key
    if not source_key and feed.key.strategy is not KeyStrategy.SEQUENCE:
        raise WrongUse("migration.load_no_source_key", {"feed": feed.id, "table": feed.from_})
    if feed.key.strategy is KeyStrategy.SOURCE and len(source_key) > 1 and not _has_own_rule(feed):
        raise WrongUse("migration.load_wide_source_key", {"feed": feed.id, "table": feed.from_})
    lookups = tuple(
        dict.fromkeys(step.feed for step in operations(feed) if isinstance(step, Lookup))
    )
    return PlannedFeed(feed, table, target, source_key, lookups)


def _check_link(feed: Feed, table: Table) -> None:
    column, key = table.column(feed.link), table.column(feed.key.column)
    if column is not None and key is not None and not takes_key(column, key):
        raise WrongUse(
            "migration.map_link_unfit",
            {
                "feed": feed.id,
                "column": column.name,
                "type": column.type,
                "key": key.name,
                "expected": key.type,
            },
        )


def _has_own_rule(feed: Feed) -> bool:
    return any(rule.to == feed.key.column for rule in feed.columns)


def _order(planned: Mapping[str, PlannedFeed]) -> list[str]:
    """Feeds after those they need; among equals as the mapping writes them."""
    edges = {id: _needs(feed, planned) for id, feed in planned.items()}
    while True:
        try:
            return list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            # Keys that do not depend on values can be known ahead: cut one look-up of the circle.
            circle: list[str] = error.args[1]
            later, earlier = _cut(circle, planned)
            edges[later] = [need for need in edges[later] if need != earlier]


def _cut(circle: list[str], planned: Mapping[str, PlannedFeed]) -> tuple[str, str]:
    """Choose the edge of a circle that may be cut: nothing in the target demands it."""
    for earlier, later in pairwise(circle):
        if planned[earlier].feed.to not in _parents(planned[later].target.table):
            return later, earlier
    raise LuodiError("migration.load_cycle", {"feeds": tuple(sorted(set(circle)))})


def _needs(feed: PlannedFeed, planned: Mapping[str, PlannedFeed]) -> list[str]:
    parents = _parents(feed.target.table)
    pointed = [
        other.feed.id
        for other in planned.values()
        if other.feed.to in parents and other.feed.to != feed.feed.to
    ]
    known = [id for id in feed.lookups if id in planned and id != feed.feed.id]
    return list(dict.fromkeys([*known, *pointed]))


def _parents(table: Table) -> set[str]:
    return {key.table for key in table.foreign_keys if key.table != table.full_name}


def _points_at_itself(table: Table) -> bool:
    return any(key.table == table.full_name for key in table.foreign_keys)


def _refuse_cycle(needed: PlannedFeed, by: PlannedFeed) -> None:
    """A key ahead of its row can only be known where no value of the row decides it."""
    known_ahead = needed.feed.key.strategy is not KeyStrategy.MAPPED and needed.feed.merge is None
    if not known_ahead or _has_own_rule(needed.feed):
        feeds = tuple(sorted({needed.feed.id, by.feed.id}))
        raise LuodiError("migration.load_cycle", {"feeds": feeds})


def operations(feed: Feed) -> Iterator[Operation]:
    """Every step of a feed, those inside conditions too."""
    for rule in feed.columns:
        yield from _inside(rule.steps)


def _inside(steps: tuple[Operation, ...]) -> Iterator[Operation]:
    for step in steps:
        yield step
        yield from _inside(getattr(step, "then", ()))
        yield from _inside(getattr(step, "other", ()))


def _used(feed: Feed) -> Iterator[str]:
    """Source columns that a feed names."""
    yield from feed.source_key
    for rule in feed.columns:
        yield from rule.from_
    for step in operations(feed):
        yield from getattr(step, "columns", ())
        yield from predicate_columns(getattr(step, "test", None))
    yield from predicate_columns(feed.where)
    for name in feed.merge.order if feed.merge else ():
        yield name.removeprefix("-")


def predicate_columns(predicate: Predicate | None) -> Iterator[str]:
    """Source columns that a predicate names."""
    if predicate is None:
        return
    if predicate.column:
        yield predicate.column
    for inner in (*predicate.all, *predicate.any):
        yield from predicate_columns(inner)


def domains_in_order(mappings: Sequence[Rules]) -> tuple[Rules, ...]:
    """Put domains after those whose keys they look up.

    Raises
    ------
    LuodiError
        ``migration.load_cycle``.
    """
    owner = {feed.id: each.domain for each in mappings for feed in each.feeds}
    edges = {
        each.domain: [
            owner[step.feed]
            for feed in each.feeds
            for step in operations(feed)
            if isinstance(step, Lookup) and owner.get(step.feed, each.domain) != each.domain
        ]
        for each in mappings
    }
    try:
        order = [*TopologicalSorter(edges).static_order()]
    except CycleError as error:
        feeds = tuple(sorted(set(error.args[1])))
        raise LuodiError("migration.load_cycle", {"feeds": feeds}) from None
    by_name = {each.domain: each for each in mappings}
    return tuple(by_name[name] for name in order)
