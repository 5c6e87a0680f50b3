"""load: rows through the mapping into the target, every one of them accounted for.

Stages in the workspace until nothing moves, names what stands in the way, then writes; see
`luodi.migration.loading` for the parts.  A run that was killed goes on where it stopped: the
workspace knows what was staged, the target's control table what was committed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import ContentInput, Figure, Finding, Severity, SnapshotInput, Verdict
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.batch import State
from luodi.migration.code import code_input
from luodi.migration.loading.account import Account, Loaded, Order, Reason
from luodi.migration.loading.dictionaries import Dictionaries
from luodi.migration.loading.fates import FATES
from luodi.migration.loading.links import count_linked
from luodi.migration.loading.obstacles import obstacles
from luodi.migration.loading.rejects import export_rejects
from luodi.migration.loading.reviewed import findings as decided_late
from luodi.migration.loading.run import Run
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.recorded import BATCH
from luodi.migration.target.protocol import Refused, Target
from luodi.migration.workspace import Workspace


def load(
    workspace: Workspace,
    rules: Rules,
    target: Target,
    dictionaries: Dictionaries,
    order: Order,
    *,
    progress: Progress,
) -> Outcome[Loaded]:
    """Load one domain into the target.

    A finding of severity error keeps anything from being written; the outcome then says what would
    have become of every row, as after a dry run.

    Raises
    ------
    WrongUse
        ``migration.load_unfinished``, ``migration.load_already``,
        ``migration.load_nothing_to_resume``, ``migration.load_not_extracted``, or what the plan
        says about the mapping.
    LuodiError
        What the target or the workspace refuses, by name.
    """
    began = time.monotonic()
    run = Run.begin(workspace, rules, target, dictionaries, order)
    found = obstacles(target, run.feeds, in_use=order.in_use)
    writes = not order.dry and not any(each.severity is Severity.ERROR for each in found)
    try:
        if writes:
            target.begin(run.batch.id)
            run.keep()
        run.stage(progress)
        if not writes and not order.dry and not order.resume:
            run.keep(state=State.FAILED)
        found = (*found, *_unsigned(run), *decided_late(run.staging))
        for each in found:
            progress.note(each.code, each.params)
        if writes:
            run.write(progress)
    except Refused as refusal:
        params = {"target": target.id, "state": refusal.state}
        raise LuodiError("migration.target_failed", params) from None
    except (LuodiError, KeyboardInterrupt):
        if writes:
            run.give_up()
        raise
    seconds = time.monotonic() - began
    artefacts = export_rejects(workspace, run.batch, order.rejects) if order.rejects else ()
    outcome = replace(_outcome(run, found, seconds, written=writes), artefacts=artefacts)
    if not writes and (order.dry or not order.resume):
        run.batches.drop(run.batch)  # what is resumed stays: rows of it may be in the target
    return outcome


def _unsigned(run: Run) -> Iterable[Finding]:
    """Exclusions that nobody signed exclude nothing."""
    for exclusion in run.rules.exclusions:
        if exclusion.id not in run.order.signed:
            yield Finding(
                code="migration.load_unsigned",
                params={"exclusion": exclusion.id, "table": exclusion.table},
            )


def _outcome(
    run: Run, found: Iterable[Finding], seconds: float, *, written: bool
) -> Outcome[Loaded]:
    tables = tuple(_accounts(run))
    reasons = tuple(
        Reason(table=table, feed=feed, column=column, reason=reason, rows=rows, first=first)
        for table, feed, column, reason, rows, first in run.staging.fates.reasons()
    )
    target_rows = {
        feed.feed.id: run.workspace.count(run.batch.relation(feed.feed.id)) for feed in run.feeds
    }
    findings = [*found]
    findings += [
        Finding(
            code="migration.load_rejected",
            params={
                "table": each.table,
                "column": each.column,
                "reason": each.reason,
                "first": each.first,
            },
            count=each.rows,
        )
        for each in reasons
    ]
    findings += [
        Finding(
            code="migration.load_unaccounted",
            params={"table": each.table},
            severity=Severity.ERROR,
            count=each.unaccounted,
        )
        for each in tables
        if each.unaccounted
    ]
    sums = {fate: sum(getattr(each, fate) for each in tables) for fate in (*FATES, "unaccounted")}
    rows = sum(each.rows for each in tables)
    duration = Decimal(str(round(seconds, 3)))
    speed = round(sum(target_rows.values()) / seconds) if seconds else 0
    catalogue = run.workspace.catalogue(run.rules.source)
    return Outcome(
        Loaded(
            batch=run.batch.id,
            domain=run.rules.domain,
            mode=run.batch.mode,
            state=run.batch.state,
            written=written,
            tables=tables,
            reasons=reasons,
            target_rows=target_rows,
        ),
        subject=f"migration:{run.rules.domain}",
        engine="migration",
        verb="load",
        verdict=verdict_of(findings) if written or run.order.dry else Verdict.FAIL,
        figures=(
            Figure(name="rows", value=rows, unit="row"),
            *(Figure(name=name, value=value, unit="row") for name, value in sums.items()),
            *_linked(run),
            Figure(name="duration", value=duration, unit="second"),
            Figure(name="rows_per_second", value=speed, unit="row"),
        ),
        findings=tuple(findings),
        inputs=(
            *run.order.inputs,
            code_input(),
            *_counting(run, written=written),
            SnapshotInput(
                name=f"source:{catalogue.system}",
                schema=catalogue.schema_digest,
                watermark=catalogue.rows,
            ),
        ),
    )


def _linked(run: Run) -> Iterable[Figure]:
    """How many rows carry the key of another of the same person, where there is a place for it."""
    if any(feed.feed.link for feed in run.feeds):
        yield Figure(name="linked", value=count_linked(run.staging), unit="row")


def _counting(run: Run, *, written: bool) -> Iterable[ContentInput]:
    """Name the batch that counts in the target afterwards, if there is one."""
    if run.order.dry:
        return
    batch = run.batch if written else run.batches.latest(run.rules.domain, run.target.id)
    if batch is not None:
        yield batch.input


def _accounts(run: Run) -> Iterable[Account]:
    counts = run.staging.fates.counts()
    names = [feed.feed.from_ for feed in run.feeds] + [e.table for e in run.rules.exclusions]
    for table in sorted(set(names)):
        rows = run.workspace.count(run.workspace.relation(run.rules.source, table))
        fates = counts.get(table, {})
        yield Account(table=table, rows=rows, unaccounted=rows - sum(fates.values()), **fates)


def of_all(outcomes: Sequence[Outcome[Loaded]], subject: str) -> Outcome[None]:
    """Several domains' loads as one act: how long all took, and what is left without a fate.

    Parameters
    ----------
    subject : str
        ``rehearsal:delta`` or ``cutover:final-delta``, as the gates ask.
    """

    def added(name: str) -> Decimal:
        figures = (figure for outcome in outcomes for figure in outcome.figures)
        return sum((Decimal(f.value) for f in figures if f.name == name), Decimal(0))

    return Outcome(
        None,
        subject=subject,
        engine="migration",
        verb="load",
        verdict=verdict_of(finding for outcome in outcomes for finding in outcome.findings),
        figures=(
            Figure(name="duration", value=round(added("duration") / 60, 2), unit="minute"),
            Figure(name="unaccounted", value=int(added("unaccounted")), unit="row"),
        ),
        # How long it took stays true when the batch has been taken out again.
        inputs=tuple(
            dict.fromkeys(
                each
                for outcome in outcomes
                for each in outcome.inputs
                if not isinstance(each, ContentInput) or not each.name.startswith(BATCH)
            )
        ),
    )
