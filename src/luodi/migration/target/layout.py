"""What the tables of a hand-over folder look like: nothing but the mapping says so."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.migration.mapping.kinds import kind_after
from luodi.migration.mapping.model import ColumnRule, Feed, KeyStrategy
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.workspace import Workspace
from luodi.transform import model as op
from luodi.transform.dialect.duckdb import DUCKDB

DIGITS = 38


def layout(rules: Iterable[Rules], workspace: Workspace | None = None) -> dict[str, Table]:
    """Tables by name: of every feed the key, then its columns in the order of the mapping.

    Parameters
    ----------
    workspace : Workspace, optional
        Knows the sources' catalogues, and with them the kinds of columns that no step touches.
    """
    tables: dict[str, Table] = {}
    for each in rules:
        source = _catalogue(workspace, each.source)
        feeds = {feed.id: feed for feed in each.feeds}
        for feed in each.feeds:
            known = tables.get(feed.to)
            columns = {column.name: column for column in known.columns} if known else {}
            for column in (_key(feed, source), *_columns(feed, feeds, source)):
                columns.setdefault(column.name, column)
            tables[feed.to] = Table(
                name=feed.to, columns=tuple(columns.values()), primary_key=(feed.key.column,)
            )
    return tables


def _catalogue(workspace: Workspace | None, system: str) -> Catalogue | None:
    if workspace is None:
        return None
    try:
        return workspace.catalogue(system)
    except WrongUse:
        return None


def _key(feed: Feed, source: Catalogue | None) -> Column:
    rule = next((rule for rule in feed.columns if rule.to == feed.key.column), None)
    if feed.key.strategy is KeyStrategy.SEQUENCE:
        kind = Kind.INTEGER
    elif feed.key.strategy is KeyStrategy.UUID:
        kind = Kind.TEXT
    elif rule is not None:
        return _column(rule, feed, {}, source)
    else:
        found = _source(feed, source, _source_key(feed, source))
        kind = found.kind if found else Kind.TEXT
    return _made(feed.key.column, kind, None, nullable=False)


def _source_key(feed: Feed, source: Catalogue | None) -> str:
    table = source.table(feed.from_) if source else None
    key = feed.source_key or (table.primary_key if table else ())
    return key[0] if key else ""


def _columns(feed: Feed, feeds: dict[str, Feed], source: Catalogue | None) -> Iterable[Column]:
    for rule in feed.columns:
        yield _column(rule, feed, feeds, source)


def _column(
    rule: ColumnRule, feed: Feed, feeds: dict[str, Feed], source: Catalogue | None
) -> Column:
    last = rule.steps[-1] if rule.steps else None
    if isinstance(last, op.Lookup) and last.feed in feeds and feeds[last.feed] is not feed:
        return _made(rule.to, _key(feeds[last.feed], source).kind, None)
    start = _source(feed, source, rule.from_[0]) if rule.from_ else None
    kind = kind_after(start.kind if start else None, rule.steps)
    scales = [step.scale for step in rule.steps if isinstance(step, op.Decimal)]
    changes = any(isinstance(step, op.Multiply | op.When) for step in rule.steps)
    scale = scales[-1] if scales else start.scale if start else None
    return _made(rule.to, kind, None if changes else scale)


def _source(feed: Feed, source: Catalogue | None, name: str) -> Column | None:
    table = source.table(feed.from_) if source else None
    return table.column(name) if table else None


def _made(name: str, kind: Kind | None, scale: int | None, *, nullable: bool = True) -> Column:
    """A column; what cannot be told for sure is text, which holds everything."""
    if kind in (None, Kind.OTHER) or (kind is Kind.DECIMAL and scale is None):
        kind = Kind.TEXT
    assert kind is not None  # told above
    type_ = "bigint" if kind is Kind.INTEGER else kind.value  # "integer" would be one of 32 bits
    made = Column(name=name, type=type_, kind=kind, nullable=nullable)
    if kind is Kind.DECIMAL:
        return msgspec.structs.replace(made, precision=DIGITS, scale=scale)
    return made


def engine_type(column: Column) -> str:
    """The embedded engine's type of a column."""
    return DUCKDB.type_of(column.kind, column.precision or DIGITS, column.scale or 0)
