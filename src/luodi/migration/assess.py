"""``assess``: the quality of a source by rules, scored, beside earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from luodi.evidence.model import (
    ContentInput,
    Figure,
    Finding,
    Severity,
    SnapshotInput,
    now,
)
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.profile import chosen_tables, profile_tables
from luodi.migration.profiling.groups import kept
from luodi.migration.profiling.model import SystemProfile, TableProfile
from luodi.migration.quality.bind import bind, meanings_of
from luodi.migration.quality.history import earlier, keep
from luodi.migration.quality.model import Assessment, Check, Hit, Rule
from luodi.migration.quality.own import Quality, offenders, refusing
from luodi.migration.quality.rules import rules_digest
from luodi.migration.quality.run import Bench
from luodi.migration.quality.score import severity_of, system_score, table_score
from luodi.migration.quality.sums import Sums

if TYPE_CHECKING:
    from luodi.migration.workspace import Workspace


@dataclass(frozen=True)
class Assessed:
    """An assessment with what it takes to look at its rows again, while the workspace is open."""

    assessment: Assessment
    quality: Quality
    benches: Mapping[str, Bench]


def assess(
    workspace: Workspace,
    system: str,
    tables: Sequence[str] = (),
    *,
    quality: Quality | None = None,
    today: date | None = None,
    progress: Progress,
) -> Outcome[Assessed]:
    """Assess the extracted tables of `system`, or those of them named in `tables`.

    Parameters
    ----------
    quality : Quality, optional
        Rules of the project's own, meanings said by hand, rules switched off.
    today : date, optional
        The day by which dates lie in the future; the present one by default.

    Raises
    ------
    WrongUse
        As `profile`; ``migration.quality_sql``.
    """
    chosen = chosen_tables(workspace, system, tables)
    project = quality or Quality()
    hits: list[Hit] = []
    scores = []
    with kept(workspace.db) as groupings:
        measured = profile_tables(workspace, system, chosen, groupings, progress=progress)
        run = _Run(workspace, measured, project, today or date.today())  # noqa: DTZ011
        progress.stage("migration.stage_assess", len(measured.tables), "piece")
        for table in measured.tables:
            bench = replace(run.benches[table.name], kept=groupings)
            found = list(run.hits(bench, table, progress=progress))
            hits += found
            scores.append(table_score(table.name, table.rows, found, project.rules))
            progress.advance()
    score, dimensions = system_score(scores)
    assessment = Assessment(
        system=system,
        moment=now(),
        score=score,
        dimensions=dimensions,
        tables=tuple(scores),
        hits=tuple(hits),
        offs=project.off,
        past=earlier(workspace, system),
    )
    rules = rules_digest(project.rules.values())
    keep(workspace, assessment, rules)
    catalogue = workspace.catalogue(system)
    findings = (*_findings(assessment, project.rules), *_unbound(assessment, project.rule))
    return Outcome(
        Assessed(assessment, project, run.benches),
        subject=f"source:{system}",
        engine="migration",
        verb="assess",
        verdict=verdict_of(findings),
        figures=_figures(assessment, measured),
        findings=findings,
        inputs=(
            SnapshotInput(
                name=f"source:{system}",
                schema=catalogue.schema_digest,
                watermark=sum(table.rows for table in measured.tables),
            ),
            ContentInput(name="quality:rules", digest=rules),
        ),
    )


@dataclass(frozen=True)
class _Run:
    """What all tables of a run share."""

    workspace: Workspace
    measured: SystemProfile
    quality: Quality
    today: date

    @cached_property
    def meanings(self) -> dict[str, dict[str, frozenset[str]]]:
        system = self.measured.system
        return {
            table.name: meanings_of(table, self.quality.by_hand(system, table.name))
            for table in self.measured.tables
        }

    @cached_property
    def benches(self) -> dict[str, Bench]:
        return {table.name: self._bench(table) for table in self.measured.tables}

    def _bench(self, table: TableProfile) -> Bench:
        db, system = self.workspace.db, self.measured.system
        sums = Sums(
            db=db,
            table=table,
            meanings=self.meanings[table.name],
            tables={one.name: one for one in self.measured.tables},
            all_meanings=self.meanings,
            inclusions=self.measured.inclusions,
            relation=self._relation,
        )
        return Bench(
            db=db,
            relation=self._relation(table.name),
            profile=table,
            rules=self.quality.rules,
            today=self.today,
            sums=sums,
            own=lambda rule: offenders(self.workspace, system, rule),
        )

    def _relation(self, table: str) -> str:
        return f"work.{self.workspace.relation(self.measured.system, table)}"

    def hits(self, bench: Bench, table: TableProfile, *, progress: Progress) -> Iterator[Hit]:
        """Make the checks of a table; of the project's own rules each by itself."""
        own = {rule.id: rule for rule in self.quality.rule}
        checks = list(self.checks(table))
        yield from bench.hits([c for c in checks if c.rule not in own], progress=progress)
        for check in checks:
            if check.rule in own:
                with refusing(own[check.rule]):
                    yield from bench.hits([check], progress=progress)

    def checks(self, table: TableProfile) -> Iterator[Check]:
        """Bind the rules to a table, without what is switched off there."""
        system = self.measured.system
        by_hand = self.quality.by_hand(system, table.name)
        for check in bind(self.quality.rules.values(), table, by_hand):
            if self.quality.off_for(system, check.rule, table.name, check.column) is None:
                yield check


def _figures(assessment: Assessment, measured: SystemProfile) -> tuple[Figure, ...]:
    scored = () if assessment.score is None else (assessment.score,)
    return (
        *(Figure(name="score", value=score, unit="percent") for score in scored),
        *(
            Figure(name=f"score_{dimension}", value=score, unit="percent")
            for dimension, score in assessment.dimensions.items()
        ),
        Figure(name="rows", value=sum(table.rows for table in measured.tables), unit="row"),
        Figure(name="checks", value=len(assessment.hits), unit="piece"),
        Figure(name="failed_checks", value=len(assessment.found), unit="piece"),
        Figure(name="rules_off", value=len(assessment.offs), unit="piece"),
    )


def _unbound(assessment: Assessment, own: Iterable[Rule]) -> Iterator[Finding]:
    """Name the project's rules that looked at nothing: a table's name may be mistyped."""
    used = {hit.check.rule for hit in assessment.hits} | {off.rule for off in assessment.offs}
    for rule in own:
        if rule.id not in used:
            yield Finding(
                code="migration.quality_unbound",
                params={"rule": rule.id, "table": rule.table, "system": assessment.system},
                severity=Severity.INFO,
            )


def _findings(assessment: Assessment, rules: Mapping[str, Rule]) -> Iterable[Finding]:
    for hit in assessment.found:
        check = hit.check
        yield Finding(
            code="migration.quality_found",
            params={"rule": check.rule, "table": check.table, "column": check.column},
            severity=severity_of(hit, rules[check.rule]),
            count=hit.offending,
        )
    for off in assessment.offs:
        yield Finding(
            code="migration.quality_off",
            params={"rule": off.rule, "reason": off.reason},
            severity=Severity.INFO,
        )
