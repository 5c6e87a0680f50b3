"""Check a mapping against the catalogues of its systems: tables and columns that are there."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.columns import check_columns
from luodi.migration.mapping.check.place import found, near
from luodi.migration.mapping.model import Book, Feed, Mapping
from luodi.migration.mapping.steps import asked, columns
from luodi.migration.model import Catalogue, Table


def check_tables(book: Book, catalogues: Map[str, Catalogue]) -> Iterator[Finding]:
    """Unknown tables and columns, a source without key, tables that have no place."""
    for mapping in book.mappings:
        for system in dict.fromkeys((mapping.source, mapping.target)):
            if system not in catalogues:
                yield found(
                    "migration.map_not_connected", Severity.WARN, file=mapping.file, system=system
                )
        source, target = catalogues.get(mapping.source), catalogues.get(mapping.target)
        for feed in mapping.feeds:
            from_ = source.table(feed.from_) if source else None
            to = target.table(feed.to) if target else None
            if source and from_ is None:
                yield _unknown_table(mapping, feed, source, feed.from_)
            if target and to is None:
                yield _unknown_table(mapping, feed, target, feed.to)
            if from_ is not None:
                yield from _source(mapping, feed, from_)
            if to is not None:
                declared = source is None or source.declares
                yield from check_columns(mapping, feed, from_, to, declared=declared)
        if source:
            yield from _exclusions(mapping, source)
    yield from _unplaced(book, catalogues)


def _unknown_table(mapping: Mapping, feed: Feed, catalogue: Catalogue, name: str) -> Finding:
    return found(
        "migration.map_table_unknown",
        file=mapping.file,
        feed=feed.id,
        system=catalogue.system,
        table=name,
        near=near(name, (table.full_name for table in catalogue.tables)),
    )


def _source(mapping: Mapping, feed: Feed, table: Table) -> Iterator[Finding]:
    """Every source column that is named must be there."""
    place = {"file": mapping.file, "feed": feed.id}
    names = [column.name for column in table.columns]
    merged = feed.merge.order if feed.merge else ()
    for key, named in (
        ("where", list(asked(feed.where))),
        ("source_key", list(feed.source_key)),
        ("merge", [name.removeprefix("-") for name in merged]),
        *((rule.to, [*rule.from_, *columns(rule.steps)]) for rule in feed.columns),
    ):
        for name in dict.fromkeys(named):
            if name not in names:
                yield found(
                    "migration.map_source_column_unknown",
                    **place,
                    column=key,
                    table=table.full_name,
                    name=name,
                    near=near(name, names),
                )
    if not table.primary_key and not feed.source_key:
        yield found("migration.map_source_key", Severity.WARN, **place, table=table.full_name)


def _exclusions(mapping: Mapping, source: Catalogue) -> Iterator[Finding]:
    for item in mapping.exclusions:
        place = {"file": mapping.file, "feed": item.id}
        table = source.table(item.table)
        if table is None:
            yield found(
                "migration.map_table_unknown",
                **place,
                system=source.system,
                table=item.table,
                near=near(item.table, (each.full_name for each in source.tables)),
            )
            continue
        names = [column.name for column in table.columns]
        for name in asked(item.where):
            if name not in names:
                yield found(
                    "migration.map_source_column_unknown",
                    **place,
                    column="where",
                    table=item.table,
                    name=name,
                    near=near(name, names),
                )


def _unplaced(book: Book, catalogues: Map[str, Catalogue]) -> Iterator[Finding]:
    """Source tables that no feed takes and no exclusion names: their rows would be unaccounted."""
    for system in dict.fromkeys(mapping.source for mapping in book.mappings):
        mine = [mapping for mapping in book.mappings if mapping.source == system]
        placed = {feed.from_ for mapping in mine for feed in mapping.feeds}
        placed |= {item.table for mapping in mine for item in mapping.exclusions}
        for table in catalogues[system].tables if system in catalogues else ():
            if table.full_name not in placed and not table.view:
                severity = Severity.INFO if table.rows == 0 else Severity.ERROR
                yield found(
                    "migration.map_table_unplaced",
                    severity,
                    system=system,
                    table=table.full_name,
                    rows=-1 if table.rows is None else table.rows,
                )
