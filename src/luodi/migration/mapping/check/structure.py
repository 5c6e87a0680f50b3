"""Check a mapping against itself: nothing but the mapping is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.place import found, near
from luodi.migration.mapping.model import Book, Feed, KeyStrategy, Mapping
from luodi.migration.mapping.steps import lookups, translations


def check_structure(book: Book) -> Iterator[Finding]:
    """Two rules for one column, look-ups that lead nowhere or in a circle, scope without a home."""
    feeds = {feed.id: feed for mapping in book.mappings for feed in mapping.feeds}
    yield from _twice(book)
    for mapping in book.mappings:
        for feed in mapping.feeds:
            yield from _feed(mapping, feed)
            yield from _lookups(mapping, feed, feeds)
        yield from _exclusions(mapping)
    yield from _cycles(book, feeds)
    yield from _dictionaries(book)


def _twice(book: Book) -> Iterator[Finding]:
    """Names that must be the only ones of their kind in the whole project."""
    for code, names in (
        ("migration.map_feed_twice", [f.id for m in book.mappings for f in m.feeds]),
        ("migration.map_exclusion_twice", [e.id for m in book.mappings for e in m.exclusions]),
        ("migration.map_terms_twice", [d.id for m in book.mappings for d in m.dictionaries]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                files = {m.file for m in book.mappings if name in _ids(m)}
                yield found(code, name=name, files=", ".join(sorted(files)), count=count)


def _ids(mapping: Mapping) -> Iterable[str]:
    yield from (feed.id for feed in mapping.feeds)
    yield from (item.id for item in mapping.exclusions)
    yield from (rule.id for rule in mapping.dictionaries)


def _feed(mapping: Mapping, feed: Feed) -> Iterator[Finding]:
    place = {"file": mapping.file, "feed": feed.id}
    ruled = Counter(rule.to for rule in feed.columns)
    for column, count in ruled.items():
        if count > 1:
            yield found("migration.map_column_twice", **place, column=column, count=count)
    if not feed.columns:
        yield found("migration.map_feed_empty", Severity.WARN, **place)
    key, mapped = feed.key.column, feed.key.strategy is KeyStrategy.MAPPED
    if not key.strip():
        yield found("migration.map_key_missing", **place)
    elif mapped and key not in ruled:
        yield found("migration.map_key_unruled", **place, column=key)
    elif not mapped and key in ruled:
        strategy = feed.key.strategy.value
        yield found("migration.map_key_ruled", **place, column=key, strategy=strategy)
    if feed.link and not feed.review:
        yield found("migration.map_link_queue", **place)
    for column in feed.merge.by if feed.merge else ():
        if column not in ruled:
            closest = near(column, ruled)
            yield found("migration.map_merge_unknown", **place, column=column, near=closest)
    if feed.merge is not None and not feed.merge.by:
        yield found("migration.map_merge_empty", **place)


def _lookups(mapping: Mapping, feed: Feed, feeds: dict[str, Feed]) -> Iterator[Finding]:
    for rule in feed.columns:
        for name in lookups(rule.steps):
            if name not in feeds:
                yield found(
                    "migration.map_lookup_unknown",
                    file=mapping.file,
                    feed=feed.id,
                    column=rule.to,
                    lookup=name,
                    near=near(name, feeds),
                )


def _cycles(book: Book, feeds: dict[str, Feed]) -> Iterator[Finding]:
    """A feed that waits for another that waits for it can never be loaded.

    A feed that looks up itself (a department's parent) is none: keys are known before rows.
    """
    waits = {
        feed.id: {name for rule in feed.columns for name in lookups(rule.steps) if name in feeds}
        - {feed.id}
        for feed in feeds.values()
    }
    done: set[str] = set()
    for start in waits:
        path = _circle(start, waits, done)
        if path:
            mapping = next(m for m in book.mappings if m.feed(path[0]))
            yield found("migration.map_lookup_cycle", file=mapping.file, feeds=" → ".join(path))


def _circle(start: str, waits: dict[str, set[str]], done: set[str]) -> list[str]:
    """A circle of look-ups that is reached from `start`, its first feed repeated; or nothing."""
    path: list[str] = []
    pending = [(start, iter(sorted(waits[start])))] if start not in done else []
    path += [start] if pending else []
    while pending:
        name, rest = pending[-1]
        following = next(rest, None)
        if following is None:
            pending.pop()
            path.pop()
            done.add(name)
        elif following in path:
            circle = [*path[path.index(following) :], following]
            done.update(path)
            return circle
        elif following not in done:
            path.append(following)
            pending.append((following, iter(sorted(waits[following]))))
    return []


def _exclusions(mapping: Mapping) -> Iterator[Finding]:
    for item in mapping.exclusions:
        place = {"file": mapping.file, "exclusion": item.id}
        if not item.reason.strip():
            yield found("migration.map_exclusion_reason", **place)
        if not item.home.strip():
            yield found("migration.map_exclusion_home", **place)


def _dictionaries(book: Book) -> Iterator[Finding]:
    names = {dictionary.name for dictionary in book.dictionaries}
    used: set[str] = set()
    for mapping in book.mappings:
        for feed in mapping.feeds:
            for rule in feed.columns:
                for name in translations(rule.steps):
                    used.add(name)
                    if name not in names:
                        yield found(
                            "migration.map_dictionary_missing",
                            file=mapping.file,
                            feed=feed.id,
                            column=rule.to,
                            dictionary=name,
                            near=near(name, names),
                        )
    declared = {rule.id for mapping in book.mappings for rule in mapping.dictionaries}
    for dictionary in book.dictionaries:
        if dictionary.name not in used | declared:
            yield found("migration.map_dictionary_unused", Severity.WARN, file=dictionary.file)
        broken = [e for e in dictionary.entries if e.status == "accepted" and not e.target_value]
        if broken:
            count = len(broken)
            yield found("migration.map_entry_without_target", file=dictionary.file, count=count)
