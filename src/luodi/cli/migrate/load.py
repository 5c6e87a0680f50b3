"""``luodi migrate load``: domains through the mapping into a target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luodi.cli.migrate.group import app, at_work, password
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.migration.loading.account import Loaded, Order
    from luodi.migration.loading.engine import Engine
    from luodi.migration.mapping.model import Book, Mapping
    from luodi.migration.workspace import Workspace


@app.command("load")
def load(
    domain: Annotated[list[str] | None, typer.Argument(help="cli.migrate_load_domain")] = None,
    target: Annotated[str | None, typer.Option(help="cli.migrate_load_target")] = None,
    mode: Annotated[
        Literal["full", "delta", "rehearsal"], typer.Option(help="cli.migrate_load_mode")
    ] = "full",
    sample: Annotated[int | None, typer.Option(help="cli.migrate_load_sample", min=1)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.migrate_load_dry")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="cli.migrate_load_resume")] = False,
    rejects: Annotated[bool, typer.Option("--rejects", help="cli.migrate_load_rejects")] = False,
    engine: Annotated[
        Literal["duckdb", "spark"], typer.Option(help="cli.migrate_load_engine")
    ] = "duckdb",
    folder: Folder = Path(),
) -> None:
    """Load domains, all of them by default; says what became of every row."""
    from luodi.landing.vault import Vault
    from luodi.migration.batch import Mode
    from luodi.migration.loading.account import Order
    from luodi.migration.mapping.read import read_book

    terminal = Terminal.current()
    with (
        at_work(folder) as (site, workspace),
        _engine(engine) as running,
        terminal.progress() as progress,
    ):
        book = read_book(site.folder.path)
        vault = Vault.open(site.home, site.settings, site.folder.project.project)
        order = Order(
            mode=Mode(mode),
            dry=dry_run or sample is not None,
            sample=sample,
            resume=resume,
            rejects=vault if rejects else None,
            engine=running,
        )
        rules = _chosen(book, domain, target, order, workspace)
        outcomes = [_load(site, workspace, book, each, order, terminal, progress) for each in rules]
        _timed(site, outcomes, order, rules)
    _finish(terminal, outcomes)


@contextmanager
def _engine(name: str) -> Iterator[Engine]:
    """What the steps of the mapping run in; Spark is started for this load alone."""
    from luodi.migration.loading.engine import IN_WORKSPACE

    if name == "duckdb":
        yield IN_WORKSPACE
        return
    import os

    from luodi.migration.loading.spark import started

    with started(os.environ) as engine:
        yield engine


def _chosen(
    book: Book,
    names: list[str] | None,
    target: str | None,
    order: Order,
    workspace: Workspace,
) -> tuple[Mapping, ...]:
    import msgspec

    from luodi.evidence.errors import WrongUse
    from luodi.migration.batch import Batches
    from luodi.migration.loading.plan import domains_in_order

    known = tuple(each.domain for each in book.mappings)
    for name in names or ():
        if name not in known:
            raise WrongUse("migration.load_no_domain", {"domain": name, "known": known})
    if not known:
        raise WrongUse("migration.no_mapping")
    rules = [each for each in book.mappings if not names or each.domain in names]
    if target is not None:
        rules = [msgspec.structs.replace(each, target=target) for each in rules]
    if order.resume and not names:
        unfinished = [e for e in rules if Batches(workspace).unfinished(e.domain, e.target)]
        rules = unfinished or rules
    return domains_in_order(rules)


def _load(
    site: Site,
    workspace: Workspace,
    book: Book,
    rules: Mapping,
    order: Order,
    terminal: Terminal,
    progress: Progress,
) -> Outcome[Loaded]:

    from luodi.evidence.outcome import Act
    from luodi.migration.batch import Mode
    from luodi.migration.load import load
    from luodi.migration.mapping.sign import files_of, signatures
    from luodi.migration.reviewing.rows import reviewed
    from luodi.migration.reviewing.rules import read_rules
    from luodi.migration.target.open import opened_target

    system = site.folder.systems.target_named(rules.target)
    signed = signatures(site, book)
    with opened_target(system, site.folder.path, password(terminal), workspace, (rules,)) as target:
        if order.mode is Mode.REHEARSAL and not order.dry and not order.resume:
            _clear(site, workspace, rules, target, progress)
        queues = {feed.review for feed in rules.feeds if feed.review}
        decided = read_rules(site.folder.path)
        said = {
            queue: reviewed(workspace, queue, rules.source, two_person=decided.needs_two(queue))
            for queue in sorted(queues)
        }
        whole = replace(
            order,
            held={queue: answer.held for queue, answer in said.items()},
            merged={queue: answer.merged for queue, answer in said.items()},
            linked={queue: answer.linked for queue, answer in said.items()},
            in_use=system.in_use,
            signed=frozenset(e.id for e in rules.exclusions if signed.covers(rules.domain, e)),
            inputs=tuple(site.folder.input(name) for name in files_of(book, rules)),
        )
        dictionaries = {each.name: each.in_force for each in book.dictionaries}

        def verb() -> Outcome[Loaded]:
            return load(workspace, rules, target, dictionaries, whole, progress=progress)

        if order.dry:
            return verb()
        act = Act("migration", "load", f"migration:{rules.domain}")
        return site.perform(act, verb, environment=system.environment)[0]


def _clear(
    site: Site, workspace: Workspace, rules: Mapping, target: Any, progress: Progress
) -> None:
    """Take back the rehearsal before this one."""
    from luodi.cli.migrate.rollback import take_back
    from luodi.migration.batch import Batches

    for batch in Batches(workspace).rehearsals((rules.domain,), rules.target):
        take_back(site, workspace, batch.id, target, progress)


def _timed(
    site: Site, outcomes: Sequence[Outcome[Loaded]], order: Order, rules: Sequence[Mapping]
) -> None:
    """A delta is also evidence for the plan of the night."""
    from luodi.evidence.model import Environment
    from luodi.evidence.outcome import Act
    from luodi.migration.batch import Mode
    from luodi.migration.load import of_all

    if order.dry or order.mode is not Mode.DELTA:
        return
    environment = site.folder.systems.target_named(rules[0].target).environment
    real = environment is Environment.PRODUCTION
    whole = of_all(outcomes, "cutover:final-delta" if real else "rehearsal:delta")
    act = Act("migration", "load", whole.subject)
    site.perform(act, lambda: whole, environment=environment)


def _finish(terminal: Terminal, outcomes: list[Outcome[Loaded]]) -> None:
    from luodi.cli.migrate.findings import drawn, exit_code, told

    payload = [
        {
            "domain": outcome.result.domain,
            "batch": outcome.result.batch,
            "mode": outcome.result.mode,
            "state": outcome.result.state,
            "written": outcome.result.written,
            "verdict": outcome.verdict,
            "figures": {figure.name: figure.value for figure in outcome.figures},
            "tables": outcome.result.tables,
            "target_rows": outcome.result.target_rows,
            "reasons": outcome.result.reasons,
            "rejects": [artefact.name for artefact in outcome.artefacts],
            "findings": told(outcome, terminal.lang),
        }
        for outcome in outcomes
    ]

    def draw() -> None:
        fates = ("rows", "loaded", "merged", "rejected", "review", "excluded", "unaccounted")
        codes = [f"cli.migrate_load_column_{name}" for name in ("table", *fates)]
        for outcome in outcomes:
            done = outcome.result
            code = "cli.migrate_load_written" if done.written else "cli.migrate_load_not_written"
            figures = {figure.name: figure.value for figure in outcome.figures}
            terminal.say(
                code,
                {
                    "domain": done.domain,
                    "batch": done.batch,
                    "rows": sum(done.target_rows.values()),
                    "seconds": figures["duration"],
                    "rate": figures["rows_per_second"],
                },
            )
            lines = [[each.table, *(getattr(each, fate) for fate in fates)] for each in done.tables]
            terminal.show(terminal.table(codes, lines))
            drawn(terminal, outcome)
            if outcome.artefacts:
                terminal.say("cli.migrate_load_kept", {"batch": done.batch})

    terminal.finish({"loads": payload}, draw, exit_code(outcomes))
