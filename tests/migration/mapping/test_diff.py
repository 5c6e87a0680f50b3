"""Two versions of a mapping, and what they say differently."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.diff import How, Part, diff
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.read import parse_mapping, read_book
from mapping_strategies import books


def changed(folder, *pairs):
    text = (folder / "mapping" / "patients.toml").read_text("utf-8")
    for before, after in pairs:
        text = text.replace(before, after, 1)
    mapping = parse_mapping(parse_toml(text, ""), "patients", "")
    return Book(mappings=(mapping,), dictionaries=read_book(folder).dictionaries)


def test_it_works(folder):
    before = read_book(folder)
    after = changed(
        folder, ('{ op = "trim" }, ', ""), ("机房 A3", "机房 B1"), ('zh = "患者"', 'zh = "病人"')
    )
    found = {(item.part, item.place): item for item in diff(before, after)}
    rule = found[Part.COLUMN, "patients › patient › name"]
    assert (rule.how, rule.before, rule.after) == (
        How.CHANGED,
        "name | trim | require",
        "name | require",
    )
    assert "B1" in found[Part.EXCLUSION, "patients › login_log"].after
    assert (Part.DOMAIN, "patients") in found


def test_nothing_differs(folder):
    assert diff(read_book(folder), read_book(folder)) == ()


def test_what_comes_and_goes(folder):
    before = read_book(folder)
    assert [(c.part, c.how) for c in diff(Book(), before)] == [
        (Part.DOMAIN, How.ADDED),
        (Part.DICTIONARY, How.ADDED),
    ]
    assert {c.how for c in diff(before, Book())} == {How.REMOVED}


def test_an_entry(folder):
    before = read_book(folder)
    path = folder / "mapping" / "sex.tsv"
    path.write_text(path.read_text("utf-8").replace("2\tF", "2\tW"), "utf-8")
    (change,) = diff(before, read_book(folder))
    assert (change.part, change.place) == (Part.ENTRY, "sex › 2")
    assert ("F · " in change.before, "W · " in change.after) == (True, True)


@pytest.mark.slow
@settings(
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(books(), books())
def test_books_that_differ_show_it(before, after):
    """An empty diff means that nothing differs, and never that something was overlooked."""
    assert bool(diff(before, after)) is (before != after)
    assert diff(before, before) == ()
