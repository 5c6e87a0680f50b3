"""The cockpit's numbers: days, criteria by state, gates on a line, what blocks today."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from luodi.evidence.catalogue import Lang
from luodi.evidence.gate.answer import Answered, Reason, State
from luodi.evidence.gate.check import OPEN, Answer, GateReport
from luodi.evidence.gate.explain import explain, found, owners, required
from luodi.evidence.gate.read import role_title
from luodi.evidence.model import Choice, local_day, now
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
    passed: bool
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
    """The first gate that was not passed: the one the project stands before."""
    return next((report for report in reports if not passed(report)), None)


def passed(report: GateReport) -> bool:
    """Tell whether a gate is behind the project.

    It is open, or its decider said go on the criteria as they stand: that evidence grows old
    afterwards takes no decision back.
    """
    if report.answer in OPEN:
        return True
    decision = report.decision
    if decision is None or decision.decision is None or decision.decision.choice is not Choice.GO:
        return False
    return all(reason.code == "evidence.signature_before" for reason in decision.reasons)


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
            passed=passed(report),
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


SHOWN_STOPS = 11
"""More than that cannot be read beside each other."""


def around(stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """The stops around the present one, as many as can be read beside each other."""
    here = next((place for place, stop in enumerate(stops) if stop.present), len(stops))
    first = max(0, min(here - SHOWN_STOPS // 2, len(stops) - SHOWN_STOPS))
    return stops[first : first + SHOWN_STOPS]


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
        why=explain(_telling(item.reasons), report, lang) if item.reasons else "",
        owners=owners(item, lang),
        remedy=criterion.remedy[lang],
        gate=report.gate.id,
    )


def _telling(reasons: tuple[Reason, ...]) -> Reason:
    """The reason that says most: a figure that is off says more than a verdict."""
    figures = (reason for reason in reasons if reason.code == "evidence.reason_figure")
    return next(figures, reasons[0])


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


@dataclass(frozen=True)
class Area:
    """A group of criteria: how many hold, and what is worst about it."""

    group: str
    good: int
    total: int
    shares: tuple[Share, ...]
    worst: str
    state: str


GROUPS = ("data", "interfaces", "workflows", "people", "security", "continuity")
"""Areas of the cockpit, in its order."""


def areas(report: GateReport | None, lang: Lang) -> tuple[Area, ...]:
    """What a gate asks, by area; an area it does not ask about is left out."""
    if report is None:
        return ()
    found = []
    for group in GROUPS:
        items = [item for item in report.criteria if item.criterion.group in _WITH[group]]
        if not items:
            continue
        worst = max(items, key=lambda item: SHOWN.index(item.state) if item.blocks else -1)
        found.append(
            Area(
                group=group,
                good=sum(not item.blocks for item in items),
                total=len(items),
                shares=shares(Counter(item.state for item in items)),
                worst=worst.criterion.title[lang] if worst.blocks else "",
                state=worst.state.value if worst.blocks else State.PASS.value,
            )
        )
    return tuple(found)


_WITH = {group: {group} for group in GROUPS} | {"security": {"security", "technology"}}


@dataclass(frozen=True)
class Cell:
    """What one department answers for in one area."""

    good: int
    total: int
    state: str


@dataclass(frozen=True)
class Department:
    """A department's row of the grid; a cell is None where nothing is asked of it."""

    title: str
    cells: tuple[Cell | None, ...]


def departments(report: GateReport | None, lang: Lang) -> tuple[Department, ...]:
    """Who on the hospital's side answers for what at a gate, those with most left to do first."""
    if report is None:
        return ()
    owners_of: dict[str, list[Answered]] = {}
    for item in report.criteria:
        if item.criterion.hospital_owner:
            owners_of.setdefault(item.criterion.hospital_owner, []).append(item)
    ordered = sorted(
        owners_of.items(), key=lambda pair: (-sum(item.blocks for item in pair[1]), pair[0])
    )
    return tuple(
        Department(role_title(role)[lang], tuple(_cell(items, group) for group in GROUPS))
        for role, items in ordered
    )


def _cell(items: list[Answered], group: str) -> Cell | None:
    here = [item for item in items if item.criterion.group in _WITH[group]]
    if not here:
        return None
    worst = max(here, key=lambda item: SHOWN.index(item.state) if item.blocks else -1)
    good = sum(not item.blocks for item in here)
    return Cell(good, len(here), worst.state.value if worst.blocks else State.PASS.value)
