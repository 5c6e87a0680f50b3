"""What stands in the way of a whole load, named before it starts.

An error keeps the load from starting; a warning is said and the load goes on.  What concerns
single rows is found by `constraints` and rejects those rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from luodi.evidence.model import Finding, Severity
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.mapping.model import KeyStrategy
from luodi.migration.model import Kind
from luodi.migration.target.model import TargetTable
from luodi.migration.target.protocol import Target


def obstacles(
    target: Target, feeds: Sequence[PlannedFeed], *, in_use: bool = False
) -> tuple[Finding, ...]:
    """Everything about the target and its tables that the engineer must know before the load."""
    found = [
        Finding(
            code=obstacle.code,
            params=obstacle.params,
            severity=Severity.ERROR if obstacle.blocks else Severity.WARN,
        )
        for obstacle in target.obstacles()
    ]
    if in_use or target.in_use():
        found.append(Finding(code="migration.load_in_use", params={"target": target.id}))
    seen: set[str] = set()
    for feed in feeds:
        found += _of_feed(feed)
        if feed.feed.to not in seen:
            seen.add(feed.feed.to)
            filled = {c for f in feeds if f.feed.to == feed.feed.to for c in f.columns}
            found += _of_table(feed.target, filled)
    return tuple(found)


def _of_feed(feed: PlannedFeed) -> Iterator[Finding]:
    described, id = feed.target, feed.feed.id
    # A link alone fills nothing in rows that are linked with nobody.
    filled = {feed.feed.key.column, *(rule.to for rule in feed.feed.columns)}
    for column in described.table.columns:
        demanded = not column.nullable and column.default is None and not column.generated
        handed_out = described.key_source(column.name) is not None
        if demanded and not handed_out and column.name not in filled:
            yield _error("migration.load_required_unfilled", feed, column.name)
        if column.generated and column.name in feed.columns:
            yield _error("migration.load_generated", feed, column.name)
    key = described.table.column(feed.feed.key.column)
    strategy = feed.feed.key.strategy
    if key is None:
        return
    number = key.kind in (Kind.INTEGER, Kind.DECIMAL)
    textual = key.kind in (Kind.TEXT, Kind.OTHER)
    unfit = (strategy is KeyStrategy.SEQUENCE and not number) or (
        strategy is KeyStrategy.UUID and not textual
    )
    if unfit or (strategy is KeyStrategy.UUID and (key.length or 36) < 32):
        yield Finding(
            code="migration.load_key_unfit",
            params={"feed": id, "column": key.name, "type": key.type, "strategy": strategy.value},
            severity=Severity.ERROR,
        )


def _of_table(described: TargetTable, filled: Iterable[str]) -> Iterator[Finding]:
    name = described.full_name
    for right in described.missing_rights:
        yield Finding(
            code="migration.load_right_missing",
            params={"table": name, "right": right},
            severity=Severity.WARN if right in ("DELETE", "UPDATE") else Severity.ERROR,
        )
    for trigger in described.triggers:
        yield Finding(code="migration.load_trigger", params={"table": name, "trigger": trigger})
    for column in described.lacking:
        yield Finding(
            code="migration.load_lacking",
            params={"table": name, "column": column},
            severity=Severity.ERROR,
        )
    yield from _of_procedure(described)
    if not described.transactional:
        yield Finding(code="migration.load_no_transactions", params={"table": name})
    for source in described.key_sources:
        if source.behind:
            yield Finding(
                code="migration.load_sequence_behind",
                params={"table": name, "column": source.column, "sequence": source.name},
            )


def _of_procedure(described: TargetTable) -> Iterator[Finding]:
    name, known = described.full_name, described.procedure
    if known is None:
        return
    if known.commits:
        yield _procedure("migration.procedure_commits", name, Severity.ERROR)
    if known.for_good:
        yield _procedure("migration.procedure_for_good", name, Severity.ERROR)
    if known.unread:
        yield _procedure("migration.procedure_unseen", name, Severity.WARN)


def _procedure(code: str, name: str, severity: Severity) -> Finding:
    return Finding(code=code, params={"procedure": name}, severity=severity)


def _error(code: str, feed: PlannedFeed, column: str) -> Finding:
    params: dict[str, str | int] = {
        "feed": feed.feed.id,
        "table": feed.feed.to,
        "column": column,
    }
    return Finding(code=code, params=params, severity=Severity.ERROR)
