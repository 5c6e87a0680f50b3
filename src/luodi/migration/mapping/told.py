"""The mapping at a glance: one line per domain, dictionary and exclusion."""

from __future__ import annotations

from luodi.evidence.catalogue import Lang
from luodi.migration.mapping.check import Known
from luodi.migration.mapping.coverage import coverage, translated
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.rule_text import predicate_text
from luodi.migration.mapping.sign import Signatures

Line = dict[str, object]


def domains_told(book: Book, known: Known, signed: Signatures, lang: Lang) -> list[Line]:
    """How far every domain has come and whether it is signed as it stands."""
    found = []
    for mapping in book.mappings:
        counted = coverage(mapping, known.catalogues)
        found.append(
            {
                "domain": mapping.domain,
                "title": mapping.title.zh if lang == "zh" else mapping.title.en,
                "owner": mapping.owner,
                "feeds": counted.feeds,
                "tables": counted.tables,
                "rules": counted.rules,
                "required_unmapped": counted.required_unmapped,
                "unused": counted.unused,
                "signed": mapping.domain in signed.domains,
            }
        )
    return found


def dictionaries_told(book: Book, known: Known) -> list[Line]:
    """How far every dictionary has come."""
    counted = [translated(dictionary, known.unmapped) for dictionary in book.dictionaries]
    return [
        {
            "name": item.name,
            "entries": item.entries,
            "decided": item.decided,
            "unmapped": item.unmapped,
            "coverage": item.coverage,
        }
        for item in counted
    ]


def exclusions_told(book: Book, signed: Signatures) -> list[Line]:
    """What is left behind, where it can be read, and whether that is signed."""
    return [
        {
            "exclusion": item.id,
            "table": item.table,
            "where": predicate_text(item.where) if item.where else "",
            "reason": item.reason,
            "home": item.home,
            "signed": signed.covers(mapping.domain, item),
        }
        for mapping in book.mappings
        for item in mapping.exclusions
    ]
