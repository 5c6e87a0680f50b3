"""The cockpit's numbers: days, criteria by state, gates on a line, what blocks today."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from luodi.evidence.catalogue import Lang
from luodi.evidence.gate.answer import Answered, State
from luodi.evidence.gate.check import OPEN, Answer, GateReport
from luodi.evidence.gate.explain import explain, found, owners, required
from luodi.evidence.model import local_day, now
from luodi.landing.project import Plan

SHOWN = (State.PASS, State.WARN, State.FAIL, State.STALE, State.UNTESTED, State.WAIVED)
"""States in the order of the bar."""


@dataclass(frozen=True)
class Share:
    """A part of a bar, in parts of a hundred."""

    state: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Stop:
    """A gate on the line; ``reached`` tells that every gate before it is open."""

    id: str
    title: str
    day: date | None
    answer: Answer
    blocking: int
    present: bool
    reached: bool


@dataclass(frozen=True)
class Blocker:
    """A criterion that keeps the present gate shut."""

    criterion: str
    title: str
    state: str
    hard: bool
    why: str
    owners: str
    remedy: str
    gate: str


def shares(counts: Counter[State]) -> tuple[Share, ...]:
    """Lay the states out along a bar."""
    total, start, parts = sum(counts.values()), 0.0, []
    for state in SHOWN:
        width = 100 * counts[state] / total if total else 0.0
        parts.append(Share(state.value, counts[state], start, width))
        start += width
    return tuple(parts)


def states(reports: tuple[GateReport, ...]) -> Counter[State]:
    """Count criteria by state; one that several gates ask counts once, by its worst."""
    worst: dict[str, State] = {}
    for report in reports:
        for item in report.criteria:
            name = item.criterion.id
            worst[name] = max(worst.get(name, item.state), item.state, key=SHOWN.index)
    return Counter(worst.values())


def present_gate(reports: tuple[GateReport, ...]) -> GateReport | None:
    """The first gate that is not open: the one the project stands before."""
    return next((report for report in reports if report.answer not in OPEN), None)


def line(
    reports: tuple[GateReport, ...], plan: Plan, go_live: datetime | None, lang: Lang
) -> tuple[Stop, ...]:
    """Put the gates on a line, with their days counted back from go-live."""
    offsets = {milestone.gate: milestone.days for milestone in plan.milestone}
    before = present_gate(reports)
    number = reports.index(before) if before else len(reports)
    return tuple(
        Stop(
            id=report.gate.id,
            title=report.gate.title[lang],
            day=local_day(go_live) + timedelta(days=offsets[report.gate.id])
            if go_live and report.gate.id in offsets
            else None,
            answer=report.answer,
            blocking=sum(item.blocks for item in report.criteria),
            present=report is before,
            reached=place <= number,
        )
        for place, report in enumerate(reports)
    )


def blockers(report: GateReport | None, lang: Lang) -> tuple[Blocker, ...]:
    """What keeps a gate shut, hard stops first."""
    if report is None:
        return ()
    blocking = [item for item in report.criteria if item.blocks]
    blocking.sort(key=lambda item: (not item.criterion.hard_stop, _WEIGHT.index(item.state)))
    return tuple(_blocker(item, report, lang) for item in blocking)


def people_said(report: GateReport | None, lang: Lang) -> tuple[tuple[str, str], ...]:
    """What keeps a gate shut or waiting besides its criteria: who has to speak, and what broke."""
    if report is None:
        return ()
    counted = {"evidence.gate_hard_stops", "evidence.gate_unmet"}  # listed one by one already
    shut = (("fail", each) for each in report.closed if each.code not in counted)
    waits = (("warn", each) for each in report.waiting)
    return tuple((state, explain(reason, report, lang)) for state, reason in (*shut, *waits))


_WEIGHT = (State.FAIL, State.STALE, State.UNTESTED)


def _blocker(item: Answered, report: GateReport, lang: Lang) -> Blocker:
    criterion = item.criterion
    return Blocker(
        criterion=criterion.id,
        title=criterion.title[lang],
        state=item.state.value,
        hard=criterion.hard_stop,
        why=explain(item.reasons[0], report, lang) if item.reasons else "",
        owners=owners(item, lang),
        remedy=criterion.remedy[lang],
        gate=report.gate.id,
    )


@dataclass(frozen=True)
class Row:
    """A criterion as a row of the gate page."""

    item: Answered
    title: str
    why: str
    remedy: str
    required: str
    found: str
    owners: str
    reasons: tuple[str, ...]


def rows(report: GateReport, lang: Lang) -> tuple[Row, ...]:
    """Every criterion of a gate, in its order."""
    return tuple(
        Row(
            item=item,
            title=item.criterion.title[lang],
            why=item.criterion.why[lang],
            remedy=item.criterion.remedy[lang],
            required=required(item, lang),
            found=found(item, lang),
            owners=owners(item, lang),
            reasons=tuple(explain(reason, report, lang) for reason in item.reasons),
        )
        for item in report.criteria
    )


def days_left(go_live: datetime | None) -> int | None:
    """Whole days from today to the go-live day; negative once it has passed."""
    return (local_day(go_live) - local_day(now())).days if go_live else None
