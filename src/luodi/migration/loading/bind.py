"""The rules of a feed bound to its tables: what the transform room makes SQL of."""

from __future__ import annotations

import re
from collections.abc import Mapping

from luodi.evidence.errors import WrongUse
from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.loading.fates import merged
from luodi.migration.loading.keys import source_columns
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.mapping.model import ColumnRule, KeyStrategy
from luodi.migration.model import Column, Kind, Table
from luodi.migration.workspace import quoted
from luodi.transform.program import Column as SourceColumn
from luodi.transform.program import Pairs, Program, Rule, Target

_BITS = {
    "smallint": 16,
    "int2": 16,
    "tinyint": 16,
    "integer": 32,
    "int": 32,
    "int4": 32,
    "mediumint": 32,
}


def bound(
    feed: PlannedFeed,
    relation: str,
    columns: tuple[SourceColumn, ...],
    *,
    dictionaries: Mapping[str, Pairs],
    lookups: Mapping[str, Pairs],
) -> Program:
    """A feed as a program over `relation`: source key, then target columns."""
    by_name = {column.name: column for column in columns}
    rules = [
        Rule(to=alias, from_=(name,), target=_as_it_is(by_name[name]))
        for name, alias in zip(feed.source_key, source_columns(feed), strict=True)
    ]
    own = {rule.to: rule for rule in feed.feed.columns}
    for name in feed.columns:
        rule = own.get(name)
        if rule is None and name == feed.feed.link != feed.feed.key.column:
            rule = ColumnRule(to=name)  # empty, until it is known who is linked
        if rule is None and feed.feed.key.strategy is KeyStrategy.SOURCE:
            rule = ColumnRule(to=name, from_=feed.source_key[:1])
        if rule is None and feed.feed.key.strategy is KeyStrategy.MAPPED:
            raise WrongUse(
                "migration.load_key_without_rule", {"feed": feed.feed.id, "column": name}
            )
        if rule is not None:
            column = feed.target.table.column(name)
            assert column is not None  # the plan has looked
            rules.append(
                Rule(to=name, from_=rule.from_, steps=rule.steps, target=target_of(column))
            )
    return Program(
        relation=relation,
        columns=columns,
        rules=tuple(rules),
        dictionaries=dictionaries,
        lookups=lookups,
    )


def columns_of(table: Table, staged: Mapping[str, str]) -> tuple[SourceColumn, ...]:
    """Columns of an extracted table; `staged` says of which type each is in the workspace."""
    return tuple(
        _typed(staged[column.name], column.name)
        for column in table.columns
        if column.name in staged
    )


def _typed(staged: str, name: str = "") -> SourceColumn:
    """The kind that the workspace holds: what a source could not give soundly came as text."""
    digits = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", staged)
    if digits:
        precision, scale = int(digits[1]), int(digits[2])
        return SourceColumn(name=name, kind=Kind.DECIMAL, precision=precision, scale=scale)
    return SourceColumn(name=name, kind=_STAGED.get(staged, Kind.OTHER))


_STAGED = {
    "VARCHAR": Kind.TEXT,
    "TINYINT": Kind.INTEGER,
    "SMALLINT": Kind.INTEGER,
    "INTEGER": Kind.INTEGER,
    "BIGINT": Kind.INTEGER,
    "HUGEINT": Kind.INTEGER,
    "UTINYINT": Kind.INTEGER,
    "USMALLINT": Kind.INTEGER,
    "UINTEGER": Kind.INTEGER,
    "UBIGINT": Kind.INTEGER,
    "FLOAT": Kind.FLOAT,
    "DOUBLE": Kind.FLOAT,
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
    "TIMESTAMP": Kind.DATETIME,
    "TIMESTAMP WITH TIME ZONE": Kind.DATETIME,
    "BLOB": Kind.BINARY,
}


def target_of(column: Column) -> Target:
    """What a column of the target takes; columns of other kinds are given text."""
    kind = Kind.TEXT if column.kind is Kind.OTHER else column.kind
    return Target(
        kind=kind,
        length=column.length,
        precision=column.precision,
        scale=column.scale,
        bits=_BITS.get(column.type.lower().split("(")[0].split(" ")[0], 64),
        required=not column.nullable,
    )


def _as_it_is(column: SourceColumn) -> Target:
    return Target(kind=column.kind, precision=column.precision, scale=column.scale)


def lookup_pairs(
    batch: Batch, feed: str, key: str, kinds: tuple[Kind, Kind, int | None], held: str = ""
) -> Pairs:
    """What translates a source key of a feed into the key of the row it became or went into.

    Parameters
    ----------
    kinds : tuple
        Those of source and target key, and the scale of the latter.
    held : str
        Relation of the rows of the feed that are in the target, where more are than its own.
    """
    table, other, target = batch.relation(feed), batch.relation(merged(feed)), quoted(key)
    return Pairs(
        relation=(
            f"(SELECT _source_1, {target} AS _key FROM {held or table} UNION ALL "
            f"SELECT m._source_1, f.{target} FROM {other} m JOIN {table} f "
            "ON f._ordinal = m.merged_into)"
        ),
        source="_source_1",
        target="_key",
        source_kind=kinds[0],
        target_kind=kinds[1],
        target_scale=kinds[2],
    )


def elsewhere_pairs(batch: Batch, feed: BatchFeed, types: Mapping[str, str], held: str) -> Pairs:
    """The same for a feed of another batch, told by the types its rows have in the workspace.

    What the target still holds of earlier batches counts too, though that one did not speak of it.
    """
    source, key = (_typed(types[name]) for name in ("_source_1", feed.key))
    kinds = (source.kind, key.kind, key.scale)
    return lookup_pairs(batch, feed.id, feed.key, kinds, held)
