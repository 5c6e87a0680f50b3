"""Values of the extracted rows as they reach a dictionary, after the steps in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from luodi.evidence.errors import LuodiError
from luodi.migration.loading.bind import columns_of
from luodi.migration.mapping.check.unmapped import Unmapped
from luodi.migration.mapping.model import Book, ColumnRule, Feed, Mapping
from luodi.migration.workspace import Workspace
from luodi.transform.compile import compiled, condition
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.model import Dictionary, Kind, OneOf, Operation, Otherwise, When
from luodi.transform.program import Column, Program, Rule, Target

MOST = 20_000
"""Distinct values of a rule that are looked at; what has more is no code."""
_NOTHING: tuple[Operation, ...] = (OneOf(values=("",), otherwise=Otherwise.NULL),)
"""Steps that make NULL of everything but an empty text, which no dictionary translates."""
_PERSONAL = re.compile(
    r"[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])\d{2}\d{3}[\dXx]|1[3-9]\d{9}", re.ASCII
)


@dataclass(frozen=True)
class Reached:
    """What reaches a dictionary from one rule: rows by value."""

    mapping: Mapping
    feed: Feed
    rule: ColumnRule
    dictionary: str
    rows: dict[str, int]

    @property
    def personal(self) -> bool:
        """Tell whether values look like identity or telephone numbers: those are no codes."""
        hits = sum(_PERSONAL.fullmatch(value) is not None for value in self.rows)
        return hits > max(2, len(self.rows) // 20)


def reaching(workspace: Workspace, book: Book) -> Iterator[Reached]:
    """Look at every rule that translates and whose table was extracted.

    A rule that cannot be compiled is passed over: the checks name what is wrong with it.
    """
    for mapping in book.mappings:
        extracted = set(workspace.extracted(mapping.source))
        for feed in mapping.feeds:
            for rule in feed.columns if feed.from_ in extracted else ():
                for name, steps in before_dictionaries(rule.steps):
                    rows = _rows(workspace, mapping, feed, rule, steps)
                    if rows is not None:
                        yield Reached(mapping, feed, rule, name, rows)


def before_dictionaries(
    steps: tuple[Operation, ...], front: tuple[Operation, ...] = ()
) -> Iterator[tuple[str, tuple[Operation, ...]]]:
    """Every dictionary of a rule with the steps that lead to it.

    Behind a condition lead only the rows for which it holds; others come as NULL.
    """
    for step in steps:
        if isinstance(step, Dictionary):
            yield step.name, front
            return  # what comes behind it is a value of the target
        if isinstance(step, When):
            for name, inner in before_dictionaries(step.then):
                yield name, (*front, When(test=step.test, then=inner, other=_NOTHING))
            for name, inner in before_dictionaries(step.other):
                yield name, (*front, When(test=step.test, then=_NOTHING, other=inner))
        front = (*front, step)


def _rows(
    workspace: Workspace,
    mapping: Mapping,
    feed: Feed,
    rule: ColumnRule,
    steps: tuple[Operation, ...],
) -> dict[str, int] | None:
    table = workspace.catalogue(mapping.source).table(feed.from_)
    if table is None:
        return None
    relation = workspace.relation(mapping.source, feed.from_)
    types = {
        name: kind for name, kind, *_ in workspace.db.execute(f"DESCRIBE {relation}").fetchall()
    }
    columns = columns_of(table, types)
    program = Program(
        relation=_narrowed(relation, feed, columns),
        columns=columns,
        rules=(Rule(to="value", target=Target(kind=Kind.TEXT), from_=rule.from_, steps=steps),),
    )
    try:
        rows = workspace.db.execute(
            f"SELECT value, count(*) FROM ({compiled(program, DUCKDB)}) WHERE value IS NOT NULL "
            f"GROUP BY value ORDER BY count(*) DESC, value LIMIT {MOST}"
        ).fetchall()
    except (LuodiError, duckdb.Error):
        return None
    return {value: count for value, count in rows if value}


def _narrowed(relation: str, feed: Feed, columns: tuple[Column, ...]) -> str:
    if feed.where is None:
        return relation
    try:
        held = condition(feed.where, columns, DUCKDB)
    except LuodiError:
        return relation
    return f"(SELECT * FROM {relation} WHERE {held})"


def unmapped(book: Book, reached: Reached) -> Unmapped:
    """Count the values of a rule that no entry in force translates."""
    dictionary = book.dictionary(reached.dictionary)
    decided = dictionary.in_force if dictionary else {}
    entries = {entry.source_value for entry in dictionary.entries} if dictionary else set()
    missing = [value for value in reached.rows if value not in decided]
    return Unmapped(
        file=reached.mapping.file,
        feed=reached.feed.id,
        column=reached.rule.to,
        dictionary=reached.dictionary,
        values=len(missing),
        strangers=sum(value not in entries for value in missing),
        rows=sum(reached.rows[value] for value in missing),
    )
