"""A workbook is looked at before it is taken, and never over somebody else's edits."""

import msgspec
import pytest

from luodi.evidence.errors import WrongUse
from luodi.landing.canonical import file_digest
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.workbook.read import Sent
from luodi.migration.mapping.workbook.take import arrived, take


def digests(folder):
    return {f"mapping/{p.name}": file_digest(p) for p in (folder / "mapping").iterdir()}


def renamed(book, title):
    mapping = book.mapping("patients")
    after = msgspec.structs.replace(mapping, title=msgspec.structs.replace(mapping.title, zh=title))
    return Book(mappings=(after,), dictionaries=book.dictionaries)


@pytest.fixture
def sent(folder):
    book = read_book(folder)
    return Sent(renamed(book, "病人"), digests(folder), frozenset(book.files), ())


def test_it_works(folder, sent):
    book = read_book(folder)
    found = arrived(book, digests(folder), sent)
    assert ([c.place for c in found.changes], found.outdated) == (["patients"], ())
    assert read_book(folder) == book
    assert take(folder, book, found) == ("mapping/patients.toml",)
    assert read_book(folder) == sent.book


def test_edited_meanwhile(folder, sent):
    path = folder / "mapping" / "patients.toml"
    path.write_text(path.read_text("utf-8").replace("A3", "B1"), "utf-8")
    book = read_book(folder)
    found = arrived(book, digests(folder), sent)
    assert found.outdated == ("mapping/patients.toml",)
    with pytest.raises(WrongUse) as refused:
        take(folder, book, found)
    assert refused.value.params["files"] == ("mapping/patients.toml",)
    assert read_book(folder) == book


def test_a_comment_written_meanwhile(folder, sent):
    """It says nothing that the workbook could lose."""
    path = folder / "mapping" / "patients.toml"
    path.write_text("# 补一句\n" + path.read_text("utf-8"), "utf-8")
    found = arrived(read_book(folder), digests(folder), sent)
    assert found.outdated == ()
    take(folder, read_book(folder), found)
    assert "# 补一句" in path.read_text("utf-8")


def test_a_workbook_of_some_domains(folder):
    """What it does not cover stays; what it covers and no longer holds goes."""
    book = read_book(folder)
    sent = Sent(Book(), digests(folder), frozenset({"mapping/sex.tsv"}), ())
    found = arrived(book, digests(folder), sent)
    assert found.after.mappings == book.mappings
    assert take(folder, book, found) == ("mapping/sex.tsv",)
    assert not (folder / "mapping" / "sex.tsv").exists()
