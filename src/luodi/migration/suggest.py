"""suggest: which column goes where and which term is which, each with its reasons.

It only proposes; see `luodi.migration.suggesting.proposals` for how a person accepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from luodi.evidence.progress import Progress
from luodi.migration.mapping.model import Terms
from luodi.migration.model import Catalogue, Table
from luodi.migration.suggesting.lexicon import lexicon
from luodi.migration.suggesting.lists import read_terms, sort_of, terms_of
from luodi.migration.suggesting.looks import looks
from luodi.migration.suggesting.model import TableMatch, TermMatch
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
    """Terms of a list with their proposals, and how the lists were read."""

    sort: Sort
    source: Terms
    target: Terms
    terms: tuple[Term, ...]
    matches: tuple[TermMatch, ...]


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
        tuple(match_terms(terms, known, weigh, code, progress)),
    )


def _guessed(seen: Seen) -> Terms:
    """The list in the first table of a system."""
    first = seen.catalogue.tables[:1]
    found = looks(seen.workspace, seen.catalogue.system, list(first))
    return terms_of(first[0], found)
