"""The mappings to GNU Health, as an engineer on site writes them."""

from pathlib import Path

from luodi.migration.mapping.model import Book, Feed, Mapping
from luodi.migration.mapping.read import read_book

LEGACY = Path(__file__).parent
"""Folder with the mapping of the shared legacy HIS."""
GENERATED = LEGACY / "generated"
"""The same for the generated hospital."""
_ORDER = ("departments", "patients", "diagnoses", "drugs", "services", "charges")


def in_order(book: Book) -> dict[str, Mapping]:
    """Domains in the order in which they are loaded."""
    by_name = {mapping.domain: mapping for mapping in book.mappings}
    assert by_name.keys() <= set(_ORDER)
    return {name: by_name[name] for name in _ORDER if name in by_name}


def feeds(book: Book) -> list[Feed]:
    return [feed for mapping in in_order(book).values() for feed in mapping.feeds]


def in_force(book: Book) -> dict[str, dict[str, str | None]]:
    """Dictionaries by name: source value to target value."""
    return {dictionary.name: dictionary.in_force for dictionary in book.dictionaries}


__all__ = ["GENERATED", "LEGACY", "feeds", "in_force", "in_order", "read_book"]
