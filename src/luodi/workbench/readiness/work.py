"""Long verbs of readiness: verify the whole ledger, check every gate."""

from __future__ import annotations

from luodi.evidence.gate.check import OPEN, GateReport
from luodi.evidence.model import Figure, Verdict
from luodi.evidence.outcome import Outcome
from luodi.evidence.progress import Progress
from luodi.evidence.verify import Verification
from luodi.workbench.core.contribution import Parameters
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import Project


def ledger_of(project: Project, parameters: Parameters) -> str:
    """What a verification is about."""
    return f"ledger:{project.code}"


def verify_ledger(
    project: Project, parameters: Parameters, progress: Progress
) -> Outcome[Verification]:
    """Verify every chain of the hosted ledger, and remember the heads of those that hold."""
    site = HostedSite.of(project)
    progress.stage("workbench.readiness.verifying")
    outcome = site.verify()
    progress.advance(outcome.result.count)
    for finding in outcome.findings:
        progress.note(finding.code, finding.params)
    site.remember(outcome.result)
    return outcome


def gates_of(project: Project, parameters: Parameters) -> str:
    """What a check of all gates is about."""
    return f"gates:{project.code}"


def check_gates(
    project: Project, parameters: Parameters, progress: Progress
) -> Outcome[tuple[GateReport, ...]]:
    """Ask every gate; none of them is decided by that."""
    site = HostedSite.of(project)
    progress.stage("workbench.readiness.checking", len(site.folder.gates), "gate")
    reports = []
    for report in site.each_gate():
        reports.append(report)
        progress.advance()
    criteria = [each for report in reports for each in report.criteria]
    unmet = sum(each.blocks for each in criteria)
    stands = bool(reports) and all(report.answer in OPEN for report in reports)
    return Outcome(
        tuple(reports),
        subject=gates_of(project, parameters),
        engine="evidence",
        verb="check",
        verdict=Verdict.PASS if stands else Verdict.WARN,
        figures=(
            Figure(name="gates", value=len(reports), unit="gate"),
            Figure(name="criteria", value=len(criteria), unit="criterion"),
            Figure(name="unmet", value=unmet, unit="criterion"),
        ),
    )
