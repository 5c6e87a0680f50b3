"""Rows that the target would refuse, found before anything is written.

Lengths, precision and NOT NULL are the transform's own faults.  Here: keys that repeat, among the
rows or with rows that are there; references to rows that are nowhere; check constraints that can
be read; characters that the target's encoding lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import duckdb

from luodi.migration.loading.check import readable
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.values import fill
from luodi.migration.mapping.model import KeyStrategy
from luodi.migration.model import ForeignKey, Kind
from luodi.migration.target.model import TargetTable
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, literal, quoted
from luodi.transform.model import Lookup

if TYPE_CHECKING:
    from luodi.migration.loading.stage import Staging

BEYOND_BMP = "[\\x{10000}-\\x{10FFFF}]"
BMP = "bmp"
CODECS = MappingProxyType(
    {
        **dict.fromkeys(("utf8mb4", "utf16", "utf16le", "utf32", "gb18030", "utf8mb4_bin"), ""),
        **dict.fromkeys(("utf8", "utf8mb3", "ucs2"), BMP),
        "latin1": "cp1252",
    }
)
"""Python's codec for a product's character set, where it is called otherwise; empty: holds all."""


@dataclass
class Constraints:
    """What the target holds and demands, read once and only where rows meet it."""

    workspace: Workspace
    target: Target
    tables: dict[str, TargetTable]
    _read: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def refused(self, staging: Staging, feed: PlannedFeed) -> Iterator[str]:
        """SELECTs of ordinal, reason and column, for every kind of refusal that can be foreseen."""
        yield from _unspeakable(staging, feed)
        yield from self._unique(staging, feed)
        yield from self._dangling(staging, feed)
        yield from _unchecked(staging, feed)

    # --- keys that repeat -----------------------------------------------------------------------

    def _unique(self, staging: Staging, feed: PlannedFeed) -> Iterator[str]:
        table = feed.target.table
        for columns in dict.fromkeys(
            filter(None, (table.primary_key, *table.unique, (feed.feed.key.column,)))
        ):
            if not set(columns) <= set(feed.columns):
                continue
            name = staging.batch.relation(feed.feed.id)
            listed = ", ".join(f"s.{quoted(column)}" for column in columns)
            some = " AND ".join(f"s.{quoted(column)} IS NOT NULL" for column in columns)
            shown = literal(", ".join(columns))
            if not _unique_by_itself(staging, feed, columns):
                yield (
                    f"SELECT _ordinal, 'unique', {shown} FROM (SELECT _ordinal, row_number() OVER "
                    f"(PARTITION BY {listed} ORDER BY _ordinal) AS place FROM {name} s "
                    f"WHERE {some}) WHERE place > 1"
                )
            for other in _same_table(staging, feed):
                pairs = " AND ".join(f"o.{quoted(c)} = s.{quoted(c)}" for c in columns)
                if set(columns) <= set(other.columns):
                    yield (
                        f"SELECT s._ordinal, 'unique', {shown} FROM {name} s "
                        f"JOIN {staging.batch.relation(other.feed.id)} o ON {pairs}"
                    )
            if feed.target.rows and not _counted_on(feed, columns):
                there = self._present(feed.target, columns)
                pairs = " AND ".join(
                    f"o.{quoted(c)} = CAST(s.{quoted(c)} AS VARCHAR)" for c in columns
                )
                new = " WHERE s._action = 'insert'" if staging.previous else ""
                yield (
                    f"SELECT s._ordinal, 'unique_present', {shown} FROM {name} s "
                    f"JOIN {there} o ON {pairs}{new}"
                )

    # --- references ---------------------------------------------------------------------------

    def _dangling(self, staging: Staging, feed: PlannedFeed) -> Iterator[str]:
        name = staging.batch.relation(feed.feed.id)
        for key in feed.target.table.foreign_keys:
            if not set(key.columns) <= set(feed.columns) or _looked_up(staging, feed, key):
                continue
            some = " AND ".join(f"s.{quoted(column)} IS NOT NULL" for column in key.columns)
            missing = [
                f"NOT EXISTS (SELECT 1 FROM {relation} p WHERE "
                + " AND ".join(
                    f"CAST(p.{quoted(theirs)} AS VARCHAR) = CAST(s.{quoted(mine)} AS VARCHAR)"
                    for mine, theirs in zip(key.columns, key.references, strict=True)
                )
                + ")"
                for relation in self._parents(staging, key)
            ]
            yield (
                f"SELECT s._ordinal, 'foreign_key', {literal(', '.join(key.columns))} "
                f"FROM {name} s WHERE {' AND '.join([some, *missing])}"
            )

    def _parents(self, staging: Staging, key: ForeignKey) -> Iterator[str]:
        for feed in staging.feeds:
            whole = feed.feed.to == key.table and set(key.references) <= set(feed.columns)
            if whole and staging.is_staged(feed):
                yield staging.batch.relation(feed.feed.id)
        described = self.tables.get(key.table)
        if described is not None and described.rows:
            yield self._present(described, key.references)

    def _present(self, described: TargetTable, columns: tuple[str, ...]) -> str:
        """Values that are in the target, as text, in a table of the workspace that ends with it."""
        known = self._read.get((described.full_name, columns))
        if known is not None:
            return known
        name = f"_present_{len(self._read)}"
        shape = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
        self.workspace.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({shape})")
        for block in self.target.present(described.table, columns):
            fill(self.workspace, name, columns, block)
        self._read[described.full_name, columns] = name
        return name


def _unique_by_itself(staging: Staging, feed: PlannedFeed, columns: tuple[str, ...]) -> bool:
    """Whether nothing can repeat: the key was counted on, or is the source's own primary key."""
    if columns != (feed.feed.key.column,):
        return False
    if _counted_on(feed, columns):
        return True
    own = any(rule.to == feed.feed.key.column for rule in feed.feed.columns)
    return not own and feed.source_key == feed.source.primary_key


def _counted_on(feed: PlannedFeed, columns: tuple[str, ...]) -> bool:
    return columns == (feed.feed.key.column,) and feed.feed.key.strategy is KeyStrategy.SEQUENCE


def _same_table(staging: Staging, feed: PlannedFeed) -> Iterator[PlannedFeed]:
    for other in staging.feeds:
        if other is feed:
            return
        if other.feed.to == feed.feed.to:
            yield other


def _looked_up(staging: Staging, feed: PlannedFeed, key: ForeignKey) -> bool:
    """Whether a look-up of the parent's own key has made sure of it already."""
    rule = next((r for r in feed.feed.columns if (r.to,) == key.columns), None)
    last = rule.steps[-1] if rule and rule.steps else None
    if not isinstance(last, Lookup):
        return False
    parent = next((f for f in staging.feeds if f.feed.id == last.feed), None)
    return (
        parent is not None
        and parent.feed.to == key.table
        and key.references == (parent.feed.key.column,)
    )


def _unspeakable(staging: Staging, feed: PlannedFeed) -> Iterator[str]:
    """Characters that the target cannot hold."""
    name = staging.batch.relation(feed.feed.id)
    for column in feed.columns:
        described = feed.target.table.column(column)
        if described is None or described.kind not in (Kind.TEXT, Kind.OTHER):
            continue
        test = _lacking(staging, name, column, feed.target.charsets.get(column, ""))
        if test:
            yield f"SELECT _ordinal, 'encoding', {literal(column)} FROM {name} s WHERE {test}"


def _lacking(staging: Staging, name: str, column: str, charset: str) -> str:
    """SQL of whether a value has a character that its column cannot hold; empty for none.

    Tried character by character, of which even a large table has only some thousands.
    """
    codec = CODECS.get(charset, charset)
    if not codec:
        return ""
    value = f"s.{quoted(column)}"
    if codec == BMP:
        return f"regexp_matches({value}, '{BEYOND_BMP}')"
    lines = staging.workspace.db.execute(
        f"SELECT DISTINCT unnest(string_split({quoted(column)}, '')) FROM {name}"
    ).fetchall()
    bad = sorted(sign for (sign,) in lines if sign and not _has(codec, sign))
    listed = "".join(f"\\x{{{ord(point):X}}}" for sign in bad for point in sign)
    return f"regexp_matches({value}, '[{listed}]')" if bad else ""


def _has(codec: str, sign: str) -> bool:
    try:
        sign.encode(codec)
    except UnicodeEncodeError:
        return False
    except LookupError:
        return True  # the product's own; it will refuse by itself
    return True


def _runs(staging: Staging, name: str, test: str) -> bool:
    try:
        staging.workspace.db.execute(f"EXPLAIN SELECT 1 FROM {name} WHERE ({test})")
    except duckdb.Error:
        return False
    return True


def _unchecked(staging: Staging, feed: PlannedFeed) -> Iterator[str]:
    """Rows for which a check constraint is false; NULL passes, as in SQL."""
    name = staging.batch.relation(feed.feed.id)
    for check in feed.target.checks:
        test = readable(check.expression, feed.columns)
        if test is not None and _runs(staging, name, test):
            yield (
                f"SELECT _ordinal, 'check', {literal(check.name)} FROM {name} "
                f"WHERE NOT coalesce(({test}), true)"
            )
