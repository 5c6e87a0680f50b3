"""Read a workbook back; whatever does not read is named by sheet and cell."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.model import (
    Book,
    ColumnRule,
    Dictionary,
    DictionaryRule,
    Entry,
    Exclusion,
    Feed,
    KeyRule,
    Mapping,
    MergeRule,
    Terms,
    Title,
)
from luodi.migration.mapping.rule_parse import parse_names, parse_pipeline, parse_predicate
from luodi.migration.mapping.workbook import layout
from luodi.migration.mapping.workbook.pages import Pages


@dataclass(frozen=True)
class Sent:
    """A workbook that came back: what it says, what it was made from, what Excel did to it.

    ``covered`` are the files it was made to speak of; others are none of its business.
    """

    book: Book
    digests: Map[str, str]
    covered: frozenset[str]
    findings: tuple[Finding, ...]


def read_workbook(path: Path) -> Sent:
    """Read a workbook that `write` made and people edited.

    Raises
    ------
    LuodiError, WrongUse
        ``migration.map_workbook_…``: ``broken`` (no workbook), ``foreign`` (not one of ours),
        ``sheet`` (missing), ``header`` (a column missing), ``cell`` (a value that does not fit),
        ``date``, ``error`` (Excel made one of a text), ``formula``, ``merged``, ``feed`` (one that
        is not on the sheet of feeds), ``domain``, ``twice``.
    """
    return _Reader(Pages.of(path)).sent()


@dataclass
class _Reader:
    pages: Pages
    lost: dict[str, list[str]] = field(default_factory=dict)
    """Notes beside source columns that nothing is made of, by sheet."""

    def sent(self) -> Sent:
        feeds, rules = self._feeds(), self._rules()
        exclusions, terms = self._exclusions(), self._terms()
        mappings: list[Mapping] = []
        for line in self.pages.lines(layout.OVERVIEW, "overview"):
            domain = line.values["domain"]
            if any(domain == known.domain for known in mappings):
                raise line.wrong("migration.map_workbook_twice", "domain", name=domain)
            mine = [feed for of, feed in feeds if of == domain]
            mappings.append(
                line.noun(
                    Mapping,
                    "domain",
                    format=1,
                    domain=domain,
                    title=Title(zh=line.values["zh"], en=line.values["en"]),
                    owner=line.values["owner"],
                    source=line.values["source"],
                    target=line.values["target"],
                    feeds=tuple(
                        msgspec.structs.replace(
                            feed, columns=tuple(rules.pop((domain, feed.id), ()))
                        )
                        for feed in mine
                    ),
                    exclusions=tuple(item for of, item in exclusions if of == domain),
                    dictionaries=tuple(item for of, item in terms if of == domain),
                    note=line.values["note"],
                )
            )
        self._check_homes({m.domain for m in mappings}, rules)
        book = Book(
            mappings=tuple(sorted(mappings, key=lambda item: item.domain)),
            dictionaries=tuple(self._dictionaries()),
        )
        return Sent(book, self.pages.digests, frozenset(self._covered()), self._findings())

    def _covered(self) -> Iterator[str]:
        yield from (f"mapping/{name}.toml" for name in self.pages.named("columns"))
        yield from (f"mapping/{name}.tsv" for name in self.pages.named("dictionary"))

    # --- parts ------------------------------------------------------------------------------------

    def _feeds(self) -> list[tuple[str, Feed]]:
        found: list[tuple[str, Feed]] = []
        for line in self.pages.lines(layout.FEEDS, "feeds"):
            said = line.values
            by = line.parsed("merge_by", parse_names)
            order = said["merge_order"]
            feed = line.noun(
                Feed,
                "id",
                id=said["id"],
                from_=said["from"],
                to=said["to"],
                key=line.noun(
                    KeyRule, "strategy", column=said["key"], strategy=said["strategy"] or "source"
                ),
                where=line.parsed("where", parse_predicate),
                merge=MergeRule(
                    by=by,
                    order=() if order.strip() == "-" else line.parsed("merge_order", parse_names),
                )
                if by or order
                else None,
                source_key=line.parsed("source_key", parse_names),
                review=said["review"],
                link=said["link"].strip(),
                note=said["note"],
            )
            if (said["domain"], feed.id) in {(of, known.id) for of, known in found}:
                raise line.wrong("migration.map_workbook_twice", "id", name=feed.id)
            found.append((said["domain"], feed))
        return found

    def _rules(self) -> dict[tuple[str, str], list[ColumnRule]]:
        found: dict[tuple[str, str], list[ColumnRule]] = {}
        for domain in self.pages.named("columns"):
            for line in self.pages.lines(layout.COLUMNS, "columns", domain):
                if not line.values["to"]:  # a source column that nothing is made of yet
                    if line.values["rule"]:
                        raise line.wrong("migration.map_workbook_target", "to")
                    if line.values["note"]:
                        self.lost.setdefault(line.sheet, []).append(line.cell("note"))
                    continue
                rule = ColumnRule(
                    to=line.name("to"),
                    from_=line.parsed("from", parse_names),
                    steps=line.parsed("rule", parse_pipeline),
                    note=line.values["note"],
                )
                found.setdefault((domain, line.values["feed"]), []).append(rule)
        return found

    def _exclusions(self) -> list[tuple[str, Exclusion]]:
        return [
            (
                line.values["domain"],
                line.noun(
                    Exclusion,
                    "id",
                    id=line.values["id"],
                    table=line.values["table"],
                    reason=line.values["reason"],
                    home=line.values["home"],
                    where=line.parsed("where", parse_predicate),
                ),
            )
            for line in self.pages.lines(layout.EXCLUSIONS, "exclusions")
        ]

    def _terms(self) -> list[tuple[str, DictionaryRule]]:
        found = []
        for line in self.pages.lines(layout.DICTIONARIES, "dictionaries"):
            sides: dict[str, Terms | None] = {}
            for side in ("source", "target"):
                said = {n: line.values[f"{side}_{n}"] for n in Terms.__struct_fields__}
                sides[side] = Terms(**said) if any(said.values()) else None
            rule = line.noun(
                DictionaryRule,
                "id",
                id=line.values["id"],
                **sides,
                edition=line.values["edition"],
                note=line.values["note"],
            )
            found.append((line.values["domain"], rule))
        return found

    def _dictionaries(self) -> Iterator[Dictionary]:
        for name in self.pages.named("dictionary"):
            entries: dict[str, Entry] = {}
            for line in self.pages.lines(layout.DICTIONARY, "dictionary", name):
                said = dict(line.values)
                said["status"] = said["status"] or ("accepted" if said["target_value"] else "open")
                entry = line.noun(Entry, "status", **said)
                if entry.source_value in entries:
                    raise line.wrong("migration.map_workbook_twice", "source_value", name=name)
                entries[entry.source_value] = entry
            yield Dictionary(name=name, entries=tuple(entries.values()))

    def _check_homes(self, domains: set[str], rules: Map[tuple[str, str], object]) -> None:
        """Nothing may be lost for want of the line that holds it together."""
        for (domain, feed), _ in rules.items():
            params = {"sheet": self.pages.names[("columns", domain)], "feed": feed or "∅"}
            raise WrongUse("migration.map_workbook_feed", params)
        for kind, part in (
            (layout.FEEDS, "feeds"),
            (layout.EXCLUSIONS, "exclusions"),
            (layout.DICTIONARIES, "dictionaries"),
        ):
            for line in self.pages.lines(kind, part):
                if (name := line.values["domain"]) not in domains:
                    raise line.wrong("migration.map_workbook_domain", "domain", domain=name or "∅")

    def _findings(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                code=code,
                params={"sheet": sheet, "cells": ", ".join(cells[:10])},
                severity=Severity.WARN,
                count=len(cells),
            )
            for code, sheets in (
                ("migration.map_workbook_numbers", self.pages.numbers),
                ("migration.map_workbook_notes", self.lost),
            )
            for sheet, cells in sheets.items()
        )
