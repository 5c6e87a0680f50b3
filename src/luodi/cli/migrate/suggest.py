"""``luodi migrate suggest``: which column goes where, which term is which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.group import Place, app, at_work, named, reached
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import Lang, say
from luodi.evidence.errors import WrongUse
from luodi.migration.suggesting.sort import Sort

if TYPE_CHECKING:
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.migration.suggest import Proposed, Seen
    from luodi.migration.suggesting.model import Candidate, Reason, TableMatch
    from luodi.migration.workspace import Workspace

    Work = tuple[Site, Workspace]
SHOWN = 200
"""Terms that a person reads; a program gets all of them."""


@app.command("suggest")
def suggest(
    source: Annotated[str, typer.Argument(help="cli.suggest_source")],
    target: Annotated[str, typer.Argument(help="cli.suggest_target")],
    table: Annotated[list[str] | None, typer.Option(help="cli.suggest_table")] = None,
    terms: Annotated[Sort | None, typer.Option(help="cli.suggest_terms")] = None,
    dictionary: Annotated[str, typer.Option(help="cli.suggest_dictionary")] = "",
    save: Annotated[Path | None, typer.Option(help="cli.suggest_save")] = None,
    values: Annotated[bool, typer.Option("--values", help="cli.suggest_values")] = False,
    folder: Folder = Path(),
) -> None:
    """Propose matches with reasons and confidence; nothing is applied."""
    terminal = Terminal.current()
    rows = values or bool(terms or dictionary)
    with (
        terminal.progress() as progress,
        _seen(folder, source, target, rows, terminal, progress) as (work, one, other),
    ):
        if terms or dictionary:
            _suggest_terms(terminal, work, one, other, terms, dictionary, progress)
        else:
            _suggest_columns(terminal, one, other, table or [], save, progress)


def _suggest_columns(
    terminal: Terminal,
    one: Seen,
    other: Seen,
    tables: list[str],
    save: Path | None,
    progress: Progress,
) -> None:
    from luodi.migration.suggest import suggest, unmatched
    from luodi.migration.suggesting import proposals

    found = suggest(one, other, tables=tables, progress=progress)
    best = proposals.best_columns(found)
    left = unmatched(one.tables(tables), best)
    saved = proposals.save(save, best, _sayer(terminal.lang)) if save else 0
    payload = {
        "tables": [_table_told(match, terminal.lang) for match in found],
        "terms": [],
        "unmatched_columns": [
            {"source_table": table, "source_column": column} for table, column in left
        ],
        "unmatched_terms": [],
        "lists": None,
        "written": str(save) if save else "",
        "queue": "",
    }

    def draw() -> None:
        if not best:
            terminal.say("cli.suggest_nothing")
        rows = [
            [
                f"{item.source_table}.{item.source_column}",
                f"{item.target_table}.{item.target_column}",
                item.confidence,
                "; ".join(map(_sayer(terminal.lang), item.reasons)),
            ]
            for item in best
        ]
        if rows:
            terminal.show(terminal.table(_HEADERS, rows))
        if left:
            names = tuple(f"{table}.{column}" for table, column in left[:SHOWN])
            terminal.say("cli.suggest_unmatched", {"count": len(left), "columns": names})
        if save:
            terminal.say("cli.suggest_saved", {"path": str(save), "count": saved})

    terminal.finish(payload, draw)


def _suggest_terms(
    terminal: Terminal,
    work: Work | None,
    one: Seen,
    other: Seen,
    sort: Sort | None,
    name: str,
    progress: Progress,
) -> None:
    from luodi.migration.suggest import suggest_terms

    found = (
        _into_dictionary(work, one, other, sort, name, progress)
        if name
        else suggest_terms(one, other, sort=sort, progress=progress)
    )
    payload = {
        "tables": [],
        "terms": [
            {
                "source": match.source,
                "target": match.target,
                "source_label": match.source_label,
                "target_label": match.target_label,
                "confidence": match.confidence,
                "reasons": [_reason_told(reason, terminal.lang) for reason in match.reasons],
                "candidates": [candidate_told(one, terminal.lang) for one in match.candidates],
            }
            for match in found.matches
        ],
        "unmatched_columns": [],
        "unmatched_terms": [term.listed for term in found.unmatched],
        "lists": {"sort": found.sort, "source": found.source, "target": found.target},
        "written": f"mapping/{name}.tsv" if name else "",
        "queue": found.queue,
    }

    def draw() -> None:
        rows = [
            [
                f"{match.source} {match.source_label}".strip(),
                f"{match.target} {match.target_label}".strip(),
                match.confidence,
                "; ".join(map(_sayer(terminal.lang), match.reasons)),
            ]
            for match in found.matches[:SHOWN]
        ]
        if rows:
            terminal.show(terminal.table(_HEADERS, rows))
        counts = {"count": len(found.matches), "total": len(found.terms)}
        terminal.say("cli.suggest_terms_found", counts)
        if name:
            terminal.say("cli.suggest_proposed", {"path": f"mapping/{name}.tsv"})
            terminal.say("cli.suggest_queued", {"queue": found.queue, "count": len(found.terms)})

    terminal.finish(payload, draw)


def _into_dictionary(
    work: Work | None,
    one: Seen,
    other: Seen,
    sort: Sort | None,
    name: str,
    progress: Progress,
) -> Proposed:
    from luodi.migration.suggest import suggest_dictionary

    if work is None:
        raise WrongUse("cli.suggest_dictionary_where", {"dictionary": name})
    site, workspace = work
    say_zh = _sayer("zh")  # the notes are the hospital's to read
    return suggest_dictionary(
        one, other, name, site.folder.path, workspace, sort, say=say_zh, progress=progress
    )


_HEADERS = [
    "cli.suggest_column_source",
    "cli.suggest_column_target",
    "cli.suggest_column_confidence",
    "cli.suggest_column_reasons",
]


def _table_told(match: TableMatch, lang: Lang) -> dict[str, object]:
    return {
        "source_table": match.source_table,
        "target_table": match.target_table,
        "confidence": match.confidence,
        "columns": [
            {
                "source_column": item.source_column,
                "target_column": item.target_column,
                "confidence": item.confidence,
                "reasons": [_reason_told(reason, lang) for reason in item.reasons],
            }
            for item in match.columns
        ],
    }


def candidate_told(candidate: Candidate, lang: Lang) -> dict[str, object]:
    """A candidate with its reasons, for a program."""
    return {
        "term": candidate.term,
        "confidence": candidate.confidence,
        "reasons": [_reason_told(reason, lang) for reason in candidate.reasons],
    }


def _reason_told(reason: Reason, lang: Lang) -> dict[str, object]:
    return {
        "code": reason.code,
        "params": reason.params,
        "text": say(reason.code, reason.params, lang),
    }


def _sayer(lang: Lang) -> Callable[[Reason], str]:
    def said(reason: Reason) -> str:
        return say(reason.code, reason.params, lang)

    return said


@contextmanager
def _seen(
    folder: Path, source: str, target: str, values: bool, terminal: Terminal, progress: Progress
) -> Iterator[tuple[Work | None, Seen, Seen]]:
    """Open both systems: those of the landing folder in its workspace, others straight."""
    with ExitStack() as stack:
        places = [named(folder, name) for name in (source, target)]
        inside = next((place for place in places if place.site is not None), None)
        work = None
        if inside is not None and inside.site is not None:
            work = stack.enter_context(at_work(inside.site.folder.path))
        workspace = work[1] if work else None
        one, other = (_at(place, workspace, values, stack, terminal, progress) for place in places)
        yield work, one, other


def _at(
    place: Place,
    workspace: Workspace | None,
    values: bool,
    stack: ExitStack,
    terminal: Terminal,
    progress: Progress,
) -> Seen:
    from luodi.migration.connect import connect
    from luodi.migration.straight import staged
    from luodi.migration.suggest import Seen
    from luodi.migration.workspace import Workspace as Anew

    if place.site is not None and workspace is not None:
        return Seen(workspace.catalogue(place.system.id), workspace)
    reader = stack.enter_context(reached(place, terminal))
    if values or "://" not in place.system.url:
        found = stack.enter_context(staged(reader, progress=progress))
        return Seen(found[1], found[0])
    return Seen(connect(reader, progress=progress).result, stack.enter_context(Anew.in_memory()))
