"""How verbs of migration show what they found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from luodi.evidence.catalogue import Lang, remedy_of, say

if TYPE_CHECKING:
    from luodi.cli.terminal import Terminal
    from luodi.evidence.model import Finding
    from luodi.evidence.outcome import Outcome


class Found(Protocol):
    """An outcome, or whatever else has findings."""

    @property
    def findings(self) -> tuple[Finding, ...]: ...


FEW = 20
"""Findings of one sort that are shown to a person; a program gets all of them."""


def told(outcome: Found, lang: Lang) -> list[dict[str, object]]:
    """Findings for a program."""
    return [
        {
            "code": finding.code,
            "params": finding.params,
            "severity": finding.severity,
            "count": finding.count,
            "text": say(finding.code, finding.params, lang),
        }
        for finding in outcome.findings
    ]


def drawn(terminal: Terminal, outcome: Found) -> None:
    """Findings for a person: each with its count, each remedy once, of each sort a few."""
    shown: dict[str, int] = {}
    for finding in outcome.findings:
        shown[finding.code] = shown.get(finding.code, 0) + 1
        if shown[finding.code] <= FEW:
            text = say(finding.code, finding.params, terminal.lang)
            params: dict[str, str | int] = {"text": text, "count": finding.count}
            code = "cli.migrate_finding" if finding.count == 1 else "cli.migrate_finding_counted"
            terminal.say(code, params)
    for code, count in shown.items():
        if count > FEW:
            terminal.say("cli.migrate_findings_more", {"count": count - FEW})
        first = next(finding for finding in outcome.findings if finding.code == code)
        if remedy := remedy_of(code, first.params, terminal.lang):
            terminal.say("cli.remedy", {"text": remedy})


def exit_code(outcomes: Iterable[Outcome[Any]]) -> int:
    """1 where something was found that stands in the way, else 0."""
    from luodi.evidence.model import Verdict

    return 1 if any(outcome.verdict is Verdict.FAIL for outcome in outcomes) else 0


def told_reports(terminal: Terminal, outcome: Outcome[Any], *, without: str | None = None) -> None:
    """Say which reports there are now, and where, except one that is told `without` this."""
    for artefact in outcome.artefacts:
        if artefact.name != without:
            where = "cli.migrate_report_private" if artefact.private else "cli.migrate_report"
            terminal.say(where, {"name": artefact.name})
