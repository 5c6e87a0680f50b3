"""Check a feed's rules against the columns of its target table."""

from __future__ import annotations

from collections.abc import Iterator

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.place import found, near
from luodi.migration.mapping.kinds import fits, kind_after, takes_key
from luodi.migration.mapping.model import ColumnRule, Feed, KeyStrategy, Mapping
from luodi.migration.mapping.steps import every
from luodi.migration.model import Column, Kind, Table
from luodi.transform import model as op

_FILLS = (op.Require, op.Default, op.Constant)
_SHORTENS = (op.Length, op.Slice, op.Split, op.Digits, op.Hash, op.OneOf, op.IdCard)


def check_columns(
    mapping: Mapping, feed: Feed, source: Table | None, target: Table, *, declared: bool = True
) -> Iterator[Finding]:
    """Unknown and unmapped columns, kinds that do not go together, texts that are too long.

    Where the source declares nothing of its columns, only the load can tell which rows are empty
    where the target allows no empty value.
    """
    place = {"file": mapping.file, "feed": feed.id, "table": target.full_name}
    names = [column.name for column in target.columns]
    for rule in feed.columns:
        column = target.column(rule.to)
        if column is None:
            closest = near(rule.to, names)
            yield found(
                "migration.map_target_column_unknown", **place, column=rule.to, near=closest
            )
        else:
            yield from _rule(place, rule, source, column, declared=declared)
    key = feed.key.column
    if key and key not in names:
        yield found(
            "migration.map_target_column_unknown", **place, column=key, near=near(key, names)
        )
    if feed.link and feed.link not in names:
        closest = near(feed.link, names)
        yield found("migration.map_target_column_unknown", **place, column=feed.link, near=closest)
    ruled = {rule.to for rule in feed.columns} | {key}
    for column in target.columns:
        needed = not column.nullable and column.default is None and not column.generated
        if needed and column.name not in ruled:
            yield found("migration.map_required_unmapped", **place, column=column.name)
    yield from _key(place, feed, source, target)
    yield from _link(place, feed, target)


def _rule(
    place: dict[str, str],
    rule: ColumnRule,
    source: Table | None,
    target: Column,
    *,
    declared: bool,
) -> Iterator[Finding]:
    here = {**place, "column": rule.to}
    if target.generated:
        yield found("migration.map_generated", **here)
    first = source.column(rule.from_[0]) if source and rule.from_ else None
    if rule.from_ and first is None:
        return  # unknown, and said so
    kind = kind_after(first.kind if first else None, rule.steps)
    if not fits(kind, target.kind):
        yield found(
            "migration.map_kind",
            **here,
            found=kind.value if kind else "",
            expected=f"{target.type} ({target.kind.value})",
            operation=_OPERATION.get(target.kind, "…"),
        )
    steps = list(every(rule.steps))
    most, longest = target.length, first.length if first else None
    if (
        target.kind is Kind.TEXT
        and kind is Kind.TEXT
        and most is not None
        and longest is not None
        and longest > most
        and not any(isinstance(step, _SHORTENS) for step in steps)
    ):
        yield found("migration.map_length", Severity.WARN, **here, most=most, longest=longest)
    empty = first is None or (first.nullable and declared)
    if not target.nullable and empty and not any(isinstance(step, _FILLS) for step in steps):
        yield found("migration.map_null", Severity.WARN, **here)


_OPERATION = {
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.FLOAT: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "date_time",
}
"""Operation that makes a value of a kind."""


def _key(
    place: dict[str, str], feed: Feed, source: Table | None, target: Table
) -> Iterator[Finding]:
    """A generated key must go into its column."""
    column = target.column(feed.key.column)
    if column is None:
        return
    here = {**place, "column": column.name, "strategy": feed.key.strategy.value}
    numbers = (Kind.INTEGER, Kind.DECIMAL)
    if feed.key.strategy is KeyStrategy.SEQUENCE and column.kind not in numbers:
        yield found("migration.map_key_kind", **here, expected=column.type)
    if feed.key.strategy is KeyStrategy.UUID and (
        column.kind not in (Kind.TEXT, Kind.OTHER, Kind.BINARY)
        or (column.length is not None and column.length < 32)
    ):
        yield found("migration.map_key_kind", **here, expected=column.type)
    if feed.key.strategy is KeyStrategy.SOURCE and source is not None:
        key = feed.source_key or source.primary_key
        only = source.column(key[0]) if len(key) == 1 else None
        if only is not None and only.kind is Kind.TEXT and column.kind in numbers:
            yield found("migration.map_key_text", Severity.WARN, **here, expected=column.type)
        elif len(key) > 1 or (only is not None and not fits(only.kind, column.kind)):
            yield found("migration.map_key_kind", **here, expected=column.type)


def _link(place: dict[str, str], feed: Feed, target: Table) -> Iterator[Finding]:
    """A key must go into the column that says whom a row is linked to."""
    column, key = target.column(feed.link), target.column(feed.key.column)
    if column is None or key is None:
        return
    if column.generated:
        yield found("migration.map_generated", **place, column=column.name)
    if not takes_key(column, key):
        yield found(
            "migration.map_link_unfit",
            feed=feed.id,
            column=column.name,
            type=column.type,
            key=key.name,
            expected=key.type,
        )
