"""What two versions of a mapping say differently, by domain, feed, column and entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Map
from enum import StrEnum
from typing import TypeVar

import msgspec

from luodi.migration.mapping.model import (
    Book,
    ColumnRule,
    Dictionary,
    DictionaryRule,
    Entry,
    Exclusion,
    Feed,
    Mapping,
)
from luodi.migration.mapping.rule_text import names_text, pipeline_text, predicate_text
from luodi.migration.mapping.write import toml_value
from luodi.migration.model import Noun

T = TypeVar("T")


class Part(StrEnum):
    """What a change is about, from the whole to the single value."""

    DOMAIN = "domain"
    FEED = "feed"
    COLUMN = "column"
    EXCLUSION = "exclusion"
    TERMS = "terms"
    DICTIONARY = "dictionary"
    ENTRY = "entry"
    ORDER = "order"


class How(StrEnum):
    """How it changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(Noun, frozen=True, kw_only=True):
    """One difference: ``place`` is ``patients › patient › name``; texts as a cell shows them."""

    part: Part
    place: str
    how: How
    before: str
    after: str


def diff(before: Book, after: Book) -> tuple[Change, ...]:
    """List what changed from `before` to `after`."""
    changes = [
        *_differences(
            (),
            Part.DOMAIN,
            {item.domain: item for item in before.mappings},
            {item.domain: item for item in after.mappings},
            _domain_text,
            _inside_domain,
        ),
        *_differences(
            (),
            Part.DICTIONARY,
            {item.name: item for item in before.dictionaries},
            {item.name: item for item in after.dictionaries},
            _dictionary_text,
            _inside_dictionary,
        ),
    ]
    return tuple(changes)


def _differences(
    above: tuple[str, ...],
    part: Part,
    before: Map[str, T],
    after: Map[str, T],
    text: Callable[[T], str],
    inside: Callable[[tuple[str, ...], T, T], Iterable[Change]] | None = None,
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new, place = before.get(name), after.get(name), (*above, name)
        if old == new:
            continue
        if old is None or new is None:
            how = How.ADDED if old is None else How.REMOVED
            yield _change(part, place, how, text(old) if old else "", text(new) if new else "")
        else:
            if text(old) != text(new):
                yield _change(part, place, How.CHANGED, text(old), text(new))
            if inside is not None:
                yield from inside(place, old, new)
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        yield _change(Part.ORDER, above, How.CHANGED, names_text(before), names_text(after))


def _inside_domain(place: tuple[str, ...], old: Mapping, new: Mapping) -> Iterator[Change]:
    yield from _differences(
        place,
        Part.FEED,
        {feed.id: feed for feed in old.feeds},
        {feed.id: feed for feed in new.feeds},
        _feed_text,
        _inside_feed,
    )
    yield from _differences(
        place,
        Part.TERMS,
        {rule.id: rule for rule in old.dictionaries},
        {rule.id: rule for rule in new.dictionaries},
        _terms_text,
    )
    yield from _differences(
        place,
        Part.EXCLUSION,
        {item.id: item for item in old.exclusions},
        {item.id: item for item in new.exclusions},
        _exclusion_text,
    )


def _inside_feed(place: tuple[str, ...], old: Feed, new: Feed) -> Iterator[Change]:
    yield from _differences(
        place, Part.COLUMN, _by_column(old.columns), _by_column(new.columns), _rule_text
    )


def _by_column(rules: tuple[ColumnRule, ...]) -> dict[str, ColumnRule]:
    """Rules by their target column; a second one for the same column keeps its own name."""
    found: dict[str, ColumnRule] = {}
    for rule in rules:
        name, number = rule.to, 1
        while name in found:
            number += 1
            name = f"{rule.to} ({number})"
        found[name] = rule
    return found


def _inside_dictionary(
    place: tuple[str, ...], old: Dictionary, new: Dictionary
) -> Iterator[Change]:
    yield from _differences(
        place,
        Part.ENTRY,
        {entry.source_value: entry for entry in old.entries},
        {entry.source_value: entry for entry in new.entries},
        _entry_text,
    )


def _change(part: Part, place: tuple[str, ...], how: How, before: str, after: str) -> Change:
    return Change(part=part, place=" › ".join(place), how=how, before=before, after=after)


# --- how each is told -----------------------------------------------------------------------------


def _domain_text(mapping: Mapping) -> str:
    return _facts(mapping, "feeds", "exclusions", "dictionaries")


def _feed_text(feed: Feed) -> str:
    where = f"; where {predicate_text(feed.where)}" if feed.where else ""
    return (
        f"{feed.from_} → {feed.to}; {_facts(feed, 'columns', 'where', 'id', 'from_', 'to')}{where}"
    )


def _rule_text(rule: ColumnRule) -> str:
    note = f"  # {rule.note}" if rule.note else ""
    return " | ".join(filter(None, (names_text(rule.from_), pipeline_text(rule.steps)))) + note


def _exclusion_text(item: Exclusion) -> str:
    where = f" where {predicate_text(item.where)}" if item.where else ""
    return f"{item.table}{where}: {item.reason} → {item.home}"


def _terms_text(rule: DictionaryRule) -> str:
    return _facts(rule, "id")


def _dictionary_text(dictionary: Dictionary) -> str:
    return dictionary.name


def _entry_text(entry: Entry) -> str:
    told = (
        entry.target_value,
        entry.target_label,
        entry.status.value,
        entry.decided_by,
        entry.note,
    )
    return " · ".join(filter(None, told))


def _facts(noun: msgspec.Struct, *apart: str) -> str:
    built = msgspec.to_builtins(
        {name: getattr(noun, name) for name in noun.__struct_fields__ if name not in apart}
    )
    return ", ".join(f"{key} {toml_value(value)}" for key, value in built.items() if value)
