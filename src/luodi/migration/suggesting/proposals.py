"""Proposals as a file to decide on, and what a person accepted as rules of the mapping."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from pathlib import Path

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.landing.canonical import text_of
from luodi.migration.mapping.kinds import fits, kind_after
from luodi.migration.mapping.model import (
    Book,
    ColumnRule,
    Dictionary,
    Entry,
    EntryStatus,
    Feed,
    Mapping,
)
from luodi.migration.model import Catalogue, Column, Kind, Noun
from luodi.migration.suggesting.model import Candidate, ColumnMatch, Reason, TableMatch, TermMatch
from luodi.transform import model as op

HEADER = (
    "source_table",
    "source_column",
    "target_table",
    "target_column",
    "confidence",
    "status",
    "reasons",
)
ACCEPTED, PROPOSED = "accepted", "proposed"
Say = Callable[[Reason], str]


class Accepted(Noun, frozen=True, kw_only=True):
    """What became of the accepted lines: rules ``added``, and lines ``skipped`` with why."""

    added: tuple[str, ...]
    skipped: tuple[str, ...]


def best_columns(matches: Iterable[TableMatch]) -> list[ColumnMatch]:
    """Of each source table the likeliest target table, of each column its best match."""
    tables: set[str] = set()
    columns: list[ColumnMatch] = []
    for match in matches:
        if match.source_table not in tables:
            tables.add(match.source_table)
            first: dict[str, ColumnMatch] = {}
            for column in match.columns:
                first.setdefault(column.source_column, column)
            columns += first.values()
    return columns


def save(path: Path, columns: Iterable[ColumnMatch], say: Say) -> int:
    """Write proposals as TSV, to be decided in the column ``status``; returns their number.

    Raises
    ------
    WrongUse
        ``landing.exists``.
    """
    if path.exists():
        raise WrongUse("landing.exists", {"path": str(path)})
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(HEADER)
    count = 0
    for item in columns:
        told = "; ".join(map(say, item.reasons))
        writer.writerow(
            (
                item.source_table,
                item.source_column,
                item.target_table,
                item.target_column,
                item.confidence,
                PROPOSED,
                told,
            )
        )
        count += 1
    write_atomic(path, text.getvalue().encode("utf-8-sig"))
    return count


def accepted_in(path: Path) -> list[dict[str, str]]:
    """Lines of a proposals file that somebody accepted.

    Raises
    ------
    WrongUse
        ``migration.suggest_file``: no file of proposals.
    """
    with explained(path):
        data = path.read_bytes()
    try:
        rows = list(
            csv.DictReader(io.StringIO(text_of(data, str(path)), newline=""), delimiter="\t")
        )
    except csv.Error:
        raise LuodiError("landing.cells_broken", {"path": str(path), "line": 1}) from None
    if rows and not {*HEADER[:4], "status"} <= set(rows[0]):
        raise WrongUse("migration.suggest_file", {"path": str(path), "columns": HEADER})
    return [row for row in rows if (row["status"] or "").strip().lower() == ACCEPTED]


def accept(
    book: Book, lines: Iterable[Map[str, str]], catalogues: Map[str, Catalogue]
) -> tuple[Book, Accepted]:
    """Turn accepted lines into column rules of the feeds from and to their tables.

    A target column that has a rule keeps it.  A rule ends with the operation that makes the
    target's kind, as far as the catalogues tell.
    """
    mappings = {mapping.domain: mapping for mapping in book.mappings}
    added, skipped = [], []
    for line in lines:
        place = "{source_table}.{source_column} → {target_table}.{target_column}".format(**line)
        home = next(
            (
                (mapping, feed)
                for mapping in mappings.values()
                for feed in mapping.feeds
                if (feed.from_, feed.to) == (line["source_table"], line["target_table"])
            ),
            None,
        )
        taken = home is not None and any(
            rule.to == line["target_column"] for rule in home[1].columns
        )
        if home is None or taken or line["target_column"] == home[1].key.column:
            skipped.append(place)
            continue
        mapping, feed = home
        rule = _rule(mapping, line, catalogues)
        mappings[mapping.domain] = _with(mapping, feed, rule)
        added.append(place)
    after = Book(mappings=tuple(mappings.values()), dictionaries=book.dictionaries)
    return after, Accepted(added=tuple(added), skipped=tuple(skipped))


def _with(mapping: Mapping, feed: Feed, rule: ColumnRule) -> Mapping:
    fuller = msgspec.structs.replace(feed, columns=(*feed.columns, rule))
    feeds = tuple(fuller if each is feed else each for each in mapping.feeds)
    return msgspec.structs.replace(mapping, feeds=feeds)


def _rule(mapping: Mapping, line: Map[str, str], catalogues: Map[str, Catalogue]) -> ColumnRule:
    source = _column(catalogues, mapping.source, line["source_table"], line["source_column"])
    target = _column(catalogues, mapping.target, line["target_table"], line["target_column"])
    return ColumnRule(
        to=line["target_column"],
        from_=(line["source_column"],),
        steps=_steps(source, target),
        note=f"建议 {line.get('confidence') or ''}".strip(),
    )


def _column(catalogues: Map[str, Catalogue], system: str, table: str, name: str) -> Column | None:
    known = catalogues[system].table(table) if system in catalogues else None
    return known.column(name) if known else None


_MAKES: dict[Kind, op.Operation] = {
    Kind.INTEGER: op.Integer(),
    Kind.DECIMAL: op.Decimal(),
    Kind.DATE: op.Date(),
    Kind.DATETIME: op.DateTime(),
}


def _steps(source: Column | None, target: Column | None) -> tuple[op.Operation, ...]:
    if source is None or target is None:
        return ()
    steps: tuple[op.Operation, ...] = (op.Trim(),) if source.kind is Kind.TEXT else ()
    if not fits(kind_after(source.kind, steps), target.kind) and target.kind in _MAKES:
        steps = (*steps, _MAKES[target.kind])
    return steps


# --- dictionaries ---------------------------------------------------------------------------------


def propose(
    dictionary: Dictionary,
    terms: Iterable[tuple[str, str]],
    matches: Iterable[TermMatch],
    say: Say,
) -> Dictionary:
    """Put proposals into a dictionary; what a person decided stays as it is.

    Parameters
    ----------
    terms : iterable of (value, label)
        The source's whole list: a value without an entry gets an open one.
    """
    found = {match.source: match for match in matches}
    entries = {entry.source_value: entry for entry in dictionary.entries}
    for value, label in terms:
        known = entries.get(value)
        if known is not None and known.decided:
            continue
        match = found.get(value)
        entries[value] = proposed(value, label, match.candidates[0] if match else None, say)
    return Dictionary(name=dictionary.name, entries=tuple(entries.values()))


def proposed(value: str, label: str, candidate: Candidate | None, say: Say) -> Entry:
    """An entry that nobody has decided, with the candidate that a program proposes first."""
    if candidate is None:
        return Entry(source_value=value, source_label=label)
    return Entry(
        source_value=value,
        target_value=candidate.term.value,
        source_label=label,
        target_label=candidate.term.label,
        status=EntryStatus.PROPOSED,
        note=f"{candidate.confidence} · {'; '.join(map(say, candidate.reasons))}",
    )
