"""reconcile: every source row has a place, and every loaded row is the same at both ends.

For one batch: the equation per source table, the target read back and compared row by row and by
checksum, money and quantities summed at both ends.  See `luodi.migration.reconciling`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import ContentInput, Figure, Finding, Severity, SnapshotInput
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch, Batches, State
from luodi.migration.code import code_input
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.reconciling.compare import added, compare, reading
from luodi.migration.reconciling.equation import equation, tables_of, unmapped
from luodi.migration.reconciling.handed import handed_over
from luodi.migration.reconciling.model import Reconciled, SumsBy
from luodi.migration.reconciling.moved import moved
from luodi.migration.reconciling.sums import sums
from luodi.migration.target.model import TargetTable
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace

UNMAPPED = "unmapped"
"""Domain of what no mapping says anything about."""


def reconcile(
    workspace: Workspace,
    batch_id: str,
    target: Target,
    rules: Rules | None = None,
    *,
    again: str = "",
    sums_by: Sequence[SumsBy] = (),
    inputs: Sequence[ContentInput] = (),
    progress: Progress,
) -> Outcome[Reconciled]:
    """Reconcile one batch.

    Parameters
    ----------
    rules : Mapping, optional
        The mapping it was loaded by; without it no sums are made.
    again : str
        System under which the source was extracted once more, to see whether it moved.
    sums_by : sequence of SumsBy
        By which columns feeds are summed, as ``totals.toml`` declares it.

    Raises
    ------
    WrongUse
        ``migration.no_such_batch``, ``migration.reconcile_state``: it is not in the target;
        ``migration.reconcile_other_target``; ``migration.reconcile_sums_column``.
    LuodiError
        What the target or the workspace refuses, by name.
    """
    batch = Batches(workspace).get(batch_id)
    if batch.state is not State.LOADED:
        params = {"batch": batch.id, "state": batch.state.value}
        raise WrongUse("migration.reconcile_state", params)
    if batch.target != target.id:
        raise WrongUse("migration.reconcile_other_target", {"batch": batch.id, "target": target.id})
    tables = sorted(tables_of(workspace, batch))
    described = target.describe({feed.to for feed in batch.feeds})
    there = [feed for feed in batch.feeds if feed.to in described]
    feeds = [feed for feed in there if _is_seen(described[feed.to])]
    with reading(workspace, batch, feeds, target, described) as read:
        progress.stage("migration.reconcile_counting", len(tables), "table")
        equations = []
        for table in tables:
            equations.append(equation(workspace, batch, table))
            progress.advance()
        progress.stage("migration.reconcile_comparing", len(feeds), "table")
        compared = []
        for feed in read:
            compared.append(compare(workspace, batch, feed, described[feed.to]))
            progress.advance()
    handed = [
        handed_over(workspace, batch, feed, target, described[feed.to])
        for feed in (feeds if target.importer else ())
    ]
    added_up = sums(workspace, batch, feeds, rules, sums_by) if rules is not None else ((), ())
    result = Reconciled(
        batch=batch.id,
        domain=batch.domain,
        source=batch.source,
        target=batch.target,
        equations=tuple(equations),
        compared=tuple(compared),
        added=added(workspace, batch, feeds),
        sums=added_up[0],
        sums_by=added_up[1],
        moved=moved(workspace, batch.source, again, tables) if again else (),
        handed=tuple(handed),
        unread={
            feed.to: workspace.count(batch.relation(feed.id)) for feed in there if feed not in feeds
        },
    )
    gone = [feed.to for feed in batch.feeds if feed.to not in described]
    return _outcome(workspace, batch, result, gone, inputs)


def reconcile_unmapped(
    workspace: Workspace, batches: Iterable[Batch], source: str
) -> Outcome[Reconciled]:
    """Account for the tables of a source that no batch says anything about."""
    result = Reconciled(
        batch="",
        domain=UNMAPPED,
        source=source,
        target="",
        equations=unmapped(workspace, batches, source),
    )
    findings = tuple(_unaccounted(result))
    return Outcome(
        result,
        subject=f"migration:{UNMAPPED}",
        engine="migration",
        verb="reconcile",
        verdict=verdict_of(findings),
        figures=_figures(result),
        findings=findings,
        inputs=(_snapshot(workspace, source),),
    )


def _outcome(
    workspace: Workspace,
    batch: Batch,
    result: Reconciled,
    gone: Sequence[str],
    inputs: Sequence[ContentInput],
) -> Outcome[Reconciled]:
    findings = [
        *_unaccounted(result),
        *(_error("reconcile_table_gone", {"table": table}) for table in gone),
        *_mismatched(result),
        *_handed(result),
    ]
    return Outcome(
        result,
        subject=f"migration:{batch.domain}",
        engine="migration",
        verb="reconcile",
        verdict=verdict_of(findings),
        figures=_figures(result),
        findings=tuple(findings),
        inputs=(
            *inputs,
            code_input(),
            batch.input,
            _snapshot(workspace, batch.source),
        ),
    )


def _snapshot(workspace: Workspace, source: str) -> SnapshotInput:
    catalogue = workspace.catalogue(source)
    return SnapshotInput(
        name=f"source:{source}", schema=catalogue.schema_digest, watermark=catalogue.rows
    )


def _figures(result: Reconciled) -> tuple[Figure, ...]:
    def count(name: str) -> int:
        return sum(getattr(each, name) for each in result.equations)

    fates = ("loaded", "merged", "rejected", "review", "excluded")
    importer = (
        {"imported": "taken", "import_refused": "refused", "import_waiting": "waiting"}
        if result.handed
        else {}
    )
    return (
        Figure(name="rows", value=count("source"), unit="row"),
        *(Figure(name=name, value=count(name), unit="row") for name in fates),
        Figure(name="unaccounted", value=result.unaccounted, unit="row"),
        Figure(name="mismatched", value=result.mismatched, unit="row"),
        Figure(name="differing", value=len(result.differing), unit="piece"),
        *(
            Figure(name=name, value=sum(getattr(e, of) for e in result.handed), unit="row")
            for name, of in importer.items()
        ),
    )


def _unaccounted(result: Reconciled) -> Iterator[Finding]:
    for each in result.equations:
        if each.unaccounted:
            yield _error(
                "reconcile_unaccounted",
                {"table": each.table, "ordinals": _listed(each.first) or f"1–{each.unaccounted}"},
                each.unaccounted,
            )
        if each.twice or each.strangers:
            yield _error("reconcile_twice", {"table": each.table}, each.twice + each.strangers)


def _mismatched(result: Reconciled) -> Iterator[Finding]:
    for each in result.compared:
        place: dict[str, str | int] = {"table": each.source_table, "to": each.to}
        counts = (
            ("reconcile_missing", each.missing),
            ("reconcile_changed", each.changed),
            ("reconcile_repeated", each.repeated),
        )
        for name, count in counts:
            if count:
                ordinals = _listed(each.first.get(name.removeprefix("reconcile_"), ()))
                changed = name == "reconcile_changed"
                columns = {"columns": ", ".join(each.columns)} if changed else {}
                yield _error(name, {**place, "ordinals": ordinals, **columns}, count)
        if each.staged_sum != each.target_sum and not each.mismatched:
            yield _error("reconcile_checksum", place)
    for extra in result.added:
        yield _error("reconcile_added", {"to": extra.to}, extra.rows)
    for line in result.differing:
        yield _error(
            "reconcile_sum",
            {
                "feed": line.feed,
                "column": line.column,
                "period": line.period or "-",
                "difference": str(line.difference),
            },
        )
    for other in result.moved:
        where: dict[str, str | int] = {"table": other.table, "ordinals": _listed(other.first)}
        yield _error("reconcile_moved", where, other.gone + other.added)


def _is_seen(table: TargetTable) -> bool:
    return table.procedure is None or not table.procedure.unread


def _handed(result: Reconciled) -> Iterator[Finding]:
    for each in result.handed:
        place: dict[str, str | int] = {"table": each.source_table, "to": each.to}
        if each.refused:
            codes = ", ".join(f"{code or '?'}={rows}" for code, rows in sorted(each.codes.items()))
            ordinals = _listed(each.first["refused"])
            params = {**place, "codes": codes, "ordinals": ordinals}
            yield _error("reconcile_refused", params, each.refused)
        if each.waiting:
            ordinals = _listed(each.first["waiting"])
            yield _error("reconcile_waiting", {**place, "ordinals": ordinals}, each.waiting)
    for procedure, rows in result.unread.items():
        yield _error("reconcile_unread", {"procedure": procedure}, rows)


def _error(name: str, params: dict[str, str | int], count: int = 1) -> Finding:
    return Finding(code=f"migration.{name}", params=params, severity=Severity.ERROR, count=count)


def _listed(ordinals: Sequence[int]) -> str:
    return ", ".join(map(str, ordinals))
