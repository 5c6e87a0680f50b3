"""What every gate of a project says now, asked once for as long as nothing has changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.check import GateReport
from luodi.evidence.model import local_day, now
from luodi.evidence.verify import Verification
from luodi.landing.project import Plan
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import Chain, Project

LASTS = timedelta(minutes=10)
"""Evidence grows old by the clock alone; an answer older than this is asked for again."""

REMEMBERED = 32
"""Projects whose answer is kept; a centre with more asks again."""


@dataclass(frozen=True)
class Standing:
    """Every gate's report, the ledger they were read from, and the days the gates are due."""

    reports: tuple[GateReport, ...]
    verification: Verification
    plan: Plan
    asked_at: datetime

    def gate(self, gate_id: str) -> GateReport:
        """Find a gate's report.

        Raises
        ------
        WrongUse
            ``landing.no_gate``.
        """
        for report in self.reports:
            if report.gate.id == gate_id:
                return report
        known = tuple(report.gate.id for report in self.reports)
        raise WrongUse("landing.no_gate", {"gate": gate_id, "known": known})


class Answers:
    """The last answer of each project, kept by what it was made from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[object, Standing]] = OrderedDict()
        self._lock = Lock()

    def of(self, project: Project) -> Standing:
        """Answer from memory where content, ledger and day are still the same."""
        key = _made_from(project)
        with self._lock:
            known = self._kept.get(project.pk)
        if known and known[0] == key and now() - known[1].asked_at < LASTS:
            return known[1]
        found = ask(project)
        with self._lock:
            self._kept[project.pk] = (key, found)
            self._kept.move_to_end(project.pk)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return found


def _made_from(project: Project) -> object:
    heads = Chain.objects.filter(project=project).values_list("writer", "digest")
    return project.revision, tuple(sorted(heads)), local_day(now())


def ask(project: Project) -> Standing:
    """Check every gate against the verified ledger."""
    site = HostedSite.of(project)
    reports, verification = site.check_all()
    return Standing(reports, verification, site.folder.plan, now())


ANSWERS = Answers()
"""The memory of this process; another process has its own."""
