"""suggest: which column goes where and which term is which, each with its reasons.

It only proposes.  Columns are accepted in a file, see `luodi.migration.suggesting.proposals`; the
codes of a dictionary are decided one by one in a queue of `luodi.migration.review`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Progress
from luodi.migration.mapping.model import Dictionary, Terms
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.write import write_dictionary
from luodi.migration.model import Catalogue, Table
from luodi.migration.reviewing.codes import offer_codes, queue_of
from luodi.migration.reviewing.entries import write_entries
from luodi.migration.reviewing.model import CodeList
from luodi.migration.reviewing.rules import read_rules
from luodi.migration.suggesting.lexicon import lexicon
from luodi.migration.suggesting.lists import read_terms, sort_of, terms_of
from luodi.migration.suggesting.looks import looks
from luodi.migration.suggesting.model import ColumnMatch, TableMatch, TermMatch
from luodi.migration.suggesting.proposals import Say, propose
from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.tables import Side, match_tables
from luodi.migration.suggesting.terms import Term, match_terms
from luodi.migration.suggesting.weigh import weighing
from luodi.migration.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """A system to compare: its catalogue, and where its rows are if they were extracted."""

    catalogue: Catalogue
    workspace: Workspace

    def tables(self, names: Iterable[str] = ()) -> list[Table]:
        """Its tables, or those of the names."""
        wanted = set(names)
        return [table for table in self.catalogue.tables if not wanted or table.full_name in wanted]


@dataclass(frozen=True)
class Proposed:
    """Terms of a list with their proposals, and how the lists were read.

    ``known`` are the terms of the target's list, ``queue`` the review queue that the proposals were
    put into, empty where they were not.
    """

    sort: Sort
    source: Terms
    target: Terms
    terms: tuple[Term, ...]
    known: tuple[Term, ...]
    matches: tuple[TermMatch, ...]
    queue: str = ""

    @property
    def unmatched(self) -> list[Term]:
        """Terms that nothing was found for."""
        found = {match.source for match in self.matches}
        return [term for term in self.terms if term.value not in found]


def suggest(
    source: Seen, target: Seen, *, tables: Iterable[str] = (), progress: Progress
) -> list[TableMatch]:
    """For every source table its likeliest target tables, with their columns.

    Parameters
    ----------
    tables : iterable of str
        Full names of source tables; all by default.

    Returns
    -------
    list of TableMatch
        The source's tables in their order, the likeliest target table of each first.
    """
    words = lexicon()
    mine, theirs = source.tables(tables), target.tables()
    return match_tables(
        Side.of(mine, looks(source.workspace, source.catalogue.system, mine), words),
        Side.of(theirs, looks(target.workspace, target.catalogue.system, theirs), words),
        progress,
    )


def unmatched(tables: Iterable[Table], best: Iterable[ColumnMatch]) -> list[tuple[str, str]]:
    """Table and column of every source column that nothing was found for."""
    found = {(match.source_table, match.source_column) for match in best}
    return [
        (table.full_name, column.name)
        for table in tables
        for column in table.columns
        if (table.full_name, column.name) not in found
    ]


def suggest_terms(
    source: Seen,
    target: Seen,
    lists: tuple[Terms | None, Terms | None] = (None, None),
    sort: Sort | None = None,
    *,
    progress: Progress,
) -> Proposed:
    """For every term of the source's list its likeliest of the target's.

    Parameters
    ----------
    lists : pair of Terms
        Where the lists are; what is not told is guessed from the first table of its system.
    sort : Sort, optional
        What the lists hold; guessed from their names by default.

    Raises
    ------
    WrongUse
        ``migration.suggest_no_list``, ``migration.suggest_not_extracted``.
    """
    one, other = (
        told or _guessed(seen) for told, seen in zip(lists, (source, target), strict=True)
    )
    table = source.catalogue.table(one.table)
    kind = sort or (sort_of(table) if table else Sort.NAMES)
    weigh, code = weighing(kind)
    terms = read_terms(source.workspace, source.catalogue.system, one)
    known = read_terms(target.workspace, target.catalogue.system, other)
    return Proposed(
        kind,
        one,
        other,
        tuple(terms),
        tuple(known),
        tuple(match_terms(terms, known, weigh, code, progress)),
    )


def suggest_dictionary(
    source: Seen,
    target: Seen,
    name: str,
    folder: Path,
    workspace: Workspace,
    sort: Sort | None = None,
    *,
    say: Say,
    progress: Progress,
) -> Proposed:
    """Propose the codes of a dictionary: as its entries, and in the queue where people decide.

    Parameters
    ----------
    folder : Path
        Landing folder whose mapping says where the dictionary's lists are.
    workspace : Workspace
        Where the queue is.
    say : callable
        Says a reason, for the notes of the entries.

    Raises
    ------
    WrongUse
        ``migration.suggest_no_terms``: the mapping does not say where the lists are; and as
        `suggest_terms`.
    """
    rules = (rule for each in read_book(folder).mappings for rule in each.dictionaries)
    rule = next((rule for rule in rules if rule.id == name), None)
    if rule is None or rule.source is None or rule.target is None:
        raise WrongUse("migration.suggest_no_terms", {"dictionary": name})
    found = suggest_terms(source, target, (rule.source, rule.target), sort, progress=progress)
    queue = queue_of(name, found.sort)
    offered = CodeList(
        dictionary=name, system=source.catalogue.system, terms=rule.source, sort=found.sort
    )
    codes = [term.listed for term in found.known]
    offer_codes(workspace, queue, offered, found.terms, found.matches, codes)
    two = read_rules(folder).needs_two(queue)
    write_entries(workspace, queue, folder, two_person=two)
    known = read_book(folder).dictionary(name) or Dictionary(name=name)
    terms = [(term.value, term.label) for term in found.terms]
    write_dictionary(folder, propose(known, terms, found.matches, say))
    return replace(found, queue=queue)


def _guessed(seen: Seen) -> Terms:
    """The list in the first table of a system."""
    first = seen.catalogue.tables[:1]
    found = looks(seen.workspace, seen.catalogue.system, list(first))
    return terms_of(first[0], found)
