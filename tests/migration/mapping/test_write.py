"""Files come back as they were; what a person wrote stays where it still holds."""

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from luodi.evidence.shape import parse_toml
from luodi.landing.canonical import content_digest
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.read import parse_dictionary, parse_mapping, read_book
from luodi.migration.mapping.write import dictionary_text, mapping_text, write_book
from luodi.transform.model import Upper
from mapping_strategies import DICTIONARIES, mappings

quick = settings(
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.mark.slow
@quick
@given(mappings(), mappings())
def test_every_mapping_comes_back(mapping, before):
    text = mapping_text(mapping)
    assert parse_mapping(parse_toml(text, ""), mapping.domain, "") == mapping
    assert mapping_text(mapping, text) == text
    over = mapping_text(mapping, mapping_text(before))
    assert parse_mapping(parse_toml(over, ""), mapping.domain, "") == mapping


@quick
@given(DICTIONARIES)
def test_every_dictionary_comes_back(dictionary):
    assert parse_dictionary(dictionary_text(dictionary), dictionary.name, "") == dictionary


def test_nothing_changed_nothing_written(folder):
    book = read_book(folder)
    text = (folder / "mapping" / "patients.toml").read_text("utf-8")
    assert mapping_text(book.mapping("patients"), text).replace("\n", "") == text.replace("\n", "")
    assert write_book(folder, book, book) == ()


def test_comments_stay(folder):
    """Only the rule that changed is written anew, under the comments in front of it."""
    book = read_book(folder)
    mapping = book.mapping("patients")
    feed = mapping.feeds[0]
    rule = msgspec.structs.replace(feed.columns[1], steps=(*feed.columns[1].steps, Upper()))
    changed = msgspec.structs.replace(
        mapping,
        feeds=(msgspec.structs.replace(feed, columns=(feed.columns[0], rule, *feed.columns[2:])),),
    )
    after = Book(mappings=(changed,), dictionaries=book.dictionaries)
    assert write_book(folder, book, after) == ("mapping/patients.toml",)
    text = (folder / "mapping" / "patients.toml").read_text("utf-8")
    for kept in (
        "# 患者域，病案室签",
        "# 性别两边都用国标",
        "# 一行一位患者",
        "# 姓名不许空",
        "[feed.key]",
    ):
        assert kept in text
    assert '{ op = "upper" }' in text
    assert read_book(folder) == after


def test_a_file_that_does_not_come_apart(folder):
    """Tables written inline have no headers to split at: all is written anew, nothing is lost."""
    mapping = read_book(folder).mapping("patients")
    odd = mapping_text(mapping).replace("[[exclude]]", "[[ exclude ]] # x")
    text = mapping_text(mapping, "feed = []\n" + odd)
    assert parse_mapping(parse_toml(text, ""), "patients", "") == mapping


def test_a_removed_file(folder):
    book = read_book(folder)
    after = Book(mappings=book.mappings)
    assert write_book(folder, book, after) == ("mapping/sex.tsv",)
    assert not (folder / "mapping" / "sex.tsv").exists()


def test_an_edit_by_hand_and_ours_have_one_digest(folder):
    """Layout says nothing: the digest that signatures rest on speaks of values."""
    path = folder / "mapping" / "sex.tsv"
    dictionary = read_book(folder).dictionary("sex")
    ours = dictionary_text(dictionary)
    again = parse_dictionary(ours, "sex", "")
    assert content_digest(dictionary_text(again).encode(), path.name) == content_digest(
        ours.replace("\n", "\r\n").encode(), path.name
    )
