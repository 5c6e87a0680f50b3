"""All checks in their order, and what they know of the systems."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.dictionaries import Values, check_dictionary
from luodi.migration.mapping.check.structure import check_structure
from luodi.migration.mapping.check.tables import check_tables
from luodi.migration.mapping.check.unmapped import Unmapped, check_unmapped
from luodi.migration.mapping.model import Book
from luodi.migration.model import Catalogue

_ORDER = (Severity.ERROR, Severity.WARN, Severity.INFO)


def _nothing(system: str, table: str, column: str) -> None:
    """No rows are at hand."""


@dataclass(frozen=True)
class Known:
    """What is known beside the mapping: catalogues, values, and values no dictionary has."""

    catalogues: Map[str, Catalogue] = field(default_factory=dict)
    values: Values = _nothing
    unmapped: tuple[Unmapped, ...] = ()


def check(book: Book, known: Known | None = None) -> tuple[Finding, ...]:
    """Check a mapping; the worst comes first.

    Parameters
    ----------
    book : Book
    known : Known, optional
        What is known of the systems; what is not known is not checked, and said so.
    """
    known = known or Known()
    findings = [*check_structure(book), *check_tables(book, known.catalogues)]
    for dictionary in book.dictionaries:
        findings += check_dictionary(book, dictionary, known.values)
    findings += check_unmapped(known.unmapped)
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))
