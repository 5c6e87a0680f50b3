"""How far a mapping has come: tables, columns, dictionary entries."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from decimal import Decimal

from luodi.migration.mapping.check.unmapped import Unmapped
from luodi.migration.mapping.model import Dictionary, Mapping
from luodi.migration.mapping.steps import asked, columns
from luodi.migration.model import Catalogue, Noun


class Coverage(Noun, frozen=True, kw_only=True):
    """One domain.

    ``rules`` counts column rules, ``required_unmapped`` target columns that must have a value and
    get none, ``unused`` source columns that no rule reads; the last two only where the catalogues
    are known.
    """

    domain: str
    feeds: int
    tables: int
    rules: int
    required_unmapped: int
    unused: int
    exclusions: int


class Translated(Noun, frozen=True, kw_only=True):
    """One dictionary: entries that are ``decided``, and what is still ``unmapped``."""

    name: str
    entries: int
    decided: int
    unmapped: int

    @property
    def coverage(self) -> Decimal:
        """Share of values that people decided, in per cent, rounded down to a tenth."""
        total = self.decided + self.unmapped
        if not total:
            return Decimal(100)
        return Decimal(self.decided * 1000 // total) / 10


def coverage(mapping: Mapping, catalogues: Map[str, Catalogue]) -> Coverage:
    """Count what one domain maps."""
    source, target = catalogues.get(mapping.source), catalogues.get(mapping.target)
    read: dict[str, set[str]] = {}
    missing = 0
    for feed in mapping.feeds:
        used = read.setdefault(feed.from_, set())
        used |= set(asked(feed.where)) | set(feed.source_key)
        used |= {name for rule in feed.columns for name in (*rule.from_, *columns(rule.steps))}
        used |= {name.removeprefix("-") for name in (feed.merge.order if feed.merge else ())}
        table = target.table(feed.to) if target else None
        given = {rule.to for rule in feed.columns} | {feed.key.column}
        missing += sum(
            not (column.nullable or column.generated or column.default is not None)
            and column.name not in given
            for column in (table.columns if table else ())
        )
    tables = {name: source.table(name) for name in read} if source else {}
    unused = sum(
        column.name not in read[name] and column.name not in table.primary_key
        for name, table in tables.items()
        if table is not None
        for column in table.columns
    )
    return Coverage(
        domain=mapping.domain,
        feeds=len(mapping.feeds),
        tables=len({feed.from_ for feed in mapping.feeds}),
        rules=sum(len(feed.columns) for feed in mapping.feeds),
        required_unmapped=missing,
        unused=unused,
        exclusions=len(mapping.exclusions),
    )


def translated(dictionary: Dictionary, counted: Iterable[Unmapped]) -> Translated:
    """Count what one dictionary translates.

    Values that occur in the rows and have no entry count as unmapped as well as entries that
    nobody has decided; a value with such an entry is counted once.
    """
    decided = sum(entry.decided for entry in dictionary.entries)
    beyond = max(
        (item.strangers for item in counted if item.dictionary == dictionary.name), default=0
    )
    return Translated(
        name=dictionary.name,
        entries=len(dictionary.entries),
        decided=decided,
        unmapped=len(dictionary.entries) - decided + beyond,
    )
