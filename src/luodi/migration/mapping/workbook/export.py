"""Export the mapping, or some of its domains, to a workbook."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Map
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import write_atomic
from luodi.landing.folder import LandingFolder
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.sign import dictionaries_of, files_of
from luodi.migration.mapping.versions import mapping_digests
from luodi.migration.mapping.workbook.write import Shapes, workbook_bytes
from luodi.migration.model import Catalogue


def export(
    folder: LandingFolder,
    book: Book,
    target: Path,
    *,
    domains: Collection[str] = (),
    catalogues: Map[str, Catalogue] | None = None,
    shapes: Shapes | None = None,
) -> Book:
    """Write the workbook; returns what it holds.

    Parameters
    ----------
    domains : collection of str
        Domains to write, with the dictionaries they use; all where empty.

    Raises
    ------
    WrongUse
        ``migration.map_no_domain``; ``migration.map_workbook_name``: the name does not end in
        ``.xlsx``; ``landing.exists``.
    """
    if target.suffix.lower() != ".xlsx":
        raise WrongUse("migration.map_workbook_name", {"path": str(target)})
    if target.exists():
        raise WrongUse("landing.exists", {"path": str(target)})
    part = _part(book, domains) if domains else book
    files = {file for mapping in part.mappings for file in files_of(part, mapping)}
    files |= {dictionary.file for dictionary in part.dictionaries}
    digests = {name: value for name, value in mapping_digests(folder).items() if name in files}
    write_atomic(target, workbook_bytes(part, digests, catalogues, shapes))
    return part


def _part(book: Book, domains: Collection[str]) -> Book:
    known = tuple(item.domain for item in book.mappings)
    for domain in domains:
        if domain not in known:
            raise WrongUse("migration.map_no_domain", {"domain": domain, "known": known})
    mappings = tuple(item for item in book.mappings if item.domain in domains)
    names = {name for mapping in mappings for name in dictionaries_of(mapping)}
    return Book(
        mappings=mappings,
        dictionaries=tuple(item for item in book.dictionaries if item.name in names),
    )
