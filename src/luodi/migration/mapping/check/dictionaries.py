"""Check dictionaries: what nobody has decided, and codes that the target does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.place import found
from luodi.migration.mapping.model import Book, Dictionary, DictionaryRule, EntryStatus

Values = Callable[[str, str, str], frozenset[str] | None]
"""Values of a column by system, table and column; None where its rows were not extracted."""


def check_dictionary(book: Book, dictionary: Dictionary, values: Values) -> Iterator[Finding]:
    """Entries that are open or only proposed, and accepted ones that lead nowhere."""
    for status, code in (
        (EntryStatus.OPEN, "migration.map_entries_open"),
        (EntryStatus.PROPOSED, "migration.map_entries_proposed"),
    ):
        count = sum(entry.status is status for entry in dictionary.entries)
        if count:
            yield found(code, Severity.WARN, file=dictionary.file, count=count)
    for mapping in book.mappings:
        for rule in mapping.dictionaries:
            if rule.id == dictionary.name:
                yield from _targets(mapping.target, rule, dictionary, values)


def _targets(
    system: str, rule: DictionaryRule, dictionary: Dictionary, values: Values
) -> Iterator[Finding]:
    if rule.target is None:
        return
    known = values(system, rule.target.table, rule.target.value)
    if known is None:
        return
    strange = [
        entry
        for entry in dictionary.entries
        if entry.status is EntryStatus.ACCEPTED and entry.target_value not in known
    ]
    if strange:
        yield found(
            "migration.map_target_values",
            Severity.ERROR,
            file=dictionary.file,
            system=system,
            table=rule.target.table,
            column=rule.target.value,
            count=len(strange),
        )
