"""Fill dictionaries with the values that occur and have no entry yet, for people to decide."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass

from luodi.evidence.errors import WrongUse
from luodi.migration.mapping.model import Book, Dictionary, DictionaryRule, Entry
from luodi.migration.mapping.reaching import Reached
from luodi.migration.workspace import Workspace, quoted


@dataclass(frozen=True)
class Filled:
    """A mapping with fuller dictionaries, and how many entries each was given."""

    book: Book
    added: Map[str, int]


def fill(
    book: Book, reached: Iterable[Reached], labels: Map[str, Map[str, str]], only: str = ""
) -> Filled:
    """Add an open entry for every value that has none, the most frequent first.

    Parameters
    ----------
    reached : iterable of Reached
    labels : mapping of dictionary to (value to label)
        What the values are called in the source.
    only : str
        Name of the one dictionary to fill; all where empty.

    Raises
    ------
    WrongUse
        ``migration.map_values_personal``: the values look like numbers of people, and a
        dictionary is no place for those.
    """
    counts: dict[str, dict[str, int]] = {}
    for item in reached:
        if only in ("", item.dictionary):
            if item.personal:
                raise WrongUse(
                    "migration.map_values_personal",
                    {"feed": item.feed.id, "column": item.rule.to, "dictionary": item.dictionary},
                )
            rows = counts.setdefault(item.dictionary, {})
            for value, count in item.rows.items():
                rows[value] = rows.get(value, 0) + count
    known = {item.name: item for item in book.dictionaries}
    added = {}
    for name, rows in counts.items():
        before = known.get(name) or Dictionary(name=name)
        entries = {entry.source_value for entry in before.entries}
        new = tuple(
            Entry(source_value=value, source_label=labels.get(name, {}).get(value, ""))
            for value in sorted(rows, key=lambda value: (-rows[value], value))
            if value not in entries
        )
        if new:
            known[name] = Dictionary(name=name, entries=(*before.entries, *new))
            added[name] = len(new)
    after = Book(mappings=book.mappings, dictionaries=tuple(known[name] for name in sorted(known)))
    return Filled(after, added)


def labels_of(workspace: Workspace, book: Book) -> dict[str, dict[str, str]]:
    """What values are called, by dictionary, where the mapping says which table tells."""
    return {
        rule.id: _labels(workspace, mapping.source, rule)
        for mapping in book.mappings
        for rule in mapping.dictionaries
        if rule.source is not None
        and rule.source.label
        and rule.source.table in workspace.extracted(mapping.source)
    }


def _labels(workspace: Workspace, system: str, rule: DictionaryRule) -> dict[str, str]:
    terms = rule.source
    table = workspace.catalogue(system).table(terms.table) if terms else None
    if terms is None or table is None or not all(map(table.column, (terms.value, terms.label))):
        return {}
    rows = workspace.db.execute(
        f"SELECT CAST({quoted(terms.value)} AS VARCHAR), CAST({quoted(terms.label)} AS VARCHAR) "
        f"FROM {workspace.relation(system, terms.table)} ORDER BY _ordinal DESC"
    ).fetchall()
    return {value: label for value, label in rows if value and label}
