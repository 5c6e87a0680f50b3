"""会签: what people have said at a gate, and whether it still counts.

Nothing anybody said disappears: a condition is open or closed for ever, a waiver stays visible,
a signature given on other thresholds or before something got worse is shown as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from luodi.evidence.catalogue import Param
from luodi.evidence.gate.answer import BLOCKING, ORDER, Answered, Reason, Shelf, State
from luodi.evidence.gate.model import Gate, Seat
from luodi.evidence.model import Choice, Condition, Decision, Evidence, Kind, Side

SIGNING = frozenset({Choice.AGREE, Choice.AGREE_IF, Choice.DISAGREE})
DECIDING = frozenset({Choice.GO, Choice.NO_GO})


class ConditionState(StrEnum):
    """A condition is red while open, amber once closed."""

    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True)
class Held:
    """A condition somebody set, and what became of it."""

    id: str
    gate: str
    seat: str
    condition: Condition
    state: ConditionState
    closed_by: str = ""
    closed_because: str = ""


@dataclass(frozen=True)
class Signature:
    """A seat and the last thing it said; ``reasons`` tell why that no longer or never counted."""

    seat: Seat
    decision: Decision | None
    record: Evidence | None
    reasons: tuple[Reason, ...] = ()

    @property
    def counts(self) -> bool:
        """Tell whether the seat has spoken on the gate as it stands."""
        return self.decision is not None and not self.reasons


@dataclass(frozen=True)
class Waiver:
    """A criterion the decider let pass, and why."""

    criterion: str
    record: Evidence
    reason: str

    def covers(self, item: Answered) -> bool:
        """A waiver lets pass what the decider saw, or less; not what got worse afterwards."""
        decision = self.record.decision
        seen = decision.states.get(self.criterion, "") if decision else ""
        return (
            self.criterion == item.criterion.id
            and seen in BLOCKING
            and ORDER.index(item.state) <= ORDER.index(State(seen))
        )


@dataclass(frozen=True)
class Said:
    """A decision with the record that carries it."""

    decision: Decision
    record: Evidence


def decisions(shelf: Shelf) -> list[Said]:
    """Everything people said at any gate of the project, in the order it was recorded.

    A chain keeps its own order though its clock went back; chains are put together by time.
    """
    said: list[tuple[datetime, str, int, Said]] = []
    latest: dict[str, datetime] = {}
    for record in shelf.records.values():
        if record.kind is Kind.DECISION and record.decision is not None:
            writer = record.writer
            latest[writer] = max(record.recorded, latest.get(writer, record.recorded))
            said.append((latest[writer], writer, record.seq, Said(record.decision, record)))
    return [item for *_, item in sorted(said, key=lambda entry: entry[:3])]


def position(
    seat: Seat,
    said: list[Said],
    choices: frozenset[Choice],
    definition: str,
    criteria: tuple[Answered, ...],
    sides: Mapping[str, Side],
) -> Signature:
    """The last thing a seat said among `choices`, and why it does not count if it does not.

    Whoever may not speak from the seat cannot silence what somebody who may has said.
    """
    spoken = [
        item for item in said if item.decision.seat == seat.id and item.decision.choice in choices
    ]
    if not spoken:
        return Signature(seat, None, None)
    with_authority = [item for item in spoken if not lacks_authority(seat, item, sides)]
    last = (with_authority or spoken)[-1]
    reasons = [*lacks_authority(seat, last, sides)]
    if last.decision.definition != definition:
        reasons.append(Reason("evidence.signature_other_definition", {"seat": seat.id}))
    elif worse := _worse(last.decision, criteria):
        reasons.append(
            Reason("evidence.signature_before", {"seat": seat.id, "criteria": tuple(worse)})
        )
    return Signature(seat, last.decision, last.record, tuple(reasons))


def lacks_authority(seat: Seat, said: Said, sides: Mapping[str, Side]) -> tuple[Reason, ...]:
    """A seat speaks with a key of its own side, or by a signed paper."""
    if said.decision.scan or sides.get(said.record.writer) is seat.side:
        return ()
    params: dict[str, Param] = {"seat": seat.id, "side": seat.side.value}
    return (Reason("evidence.signature_other_side", params),)


def _worse(decision: Decision, criteria: tuple[Answered, ...]) -> list[str]:
    """Name what blocks now and did not when the signature was given."""
    blocking = {state.value for state in BLOCKING}
    return [
        item.criterion.id
        for item in criteria
        if item.blocks and decision.states.get(item.criterion.id) not in blocking
    ]


def waivers(
    gate: Gate, said: list[Said], definition: str, sides: Mapping[str, Side]
) -> tuple[Waiver, ...]:
    """Criteria the decider let pass; a hard stop never passes that way."""
    decider = gate.seat(gate.decider)
    soft = {criterion.id for criterion in gate.criteria if not criterion.hard_stop}
    return tuple(
        Waiver(item.decision.target, item.record, item.decision.reason)
        for item in said
        if item.decision.choice is Choice.WAIVE
        and decider is not None
        and item.decision.seat == decider.id
        and item.decision.target in soft
        and item.decision.definition == definition
        and not lacks_authority(decider, item, sides)
    )


def conditions_held(
    gate: Gate, said: list[Said], sides: Mapping[str, Side], today: date
) -> tuple[Held, ...]:
    """Every condition ever set in this project, with what became of it."""
    return tuple(
        _held(gate, item, number, condition, said, sides, today)
        for item in said
        for number, condition in enumerate(item.decision.conditions, 1)
    )


def _held(
    gate: Gate,
    setting: Said,
    number: int,
    condition: Condition,
    said: list[Said],
    sides: Mapping[str, Side],
    today: date,
) -> Held:
    name = f"{setting.record.id}#{number}"
    closing = next((item for item in said if _closes(gate, item, name, setting, sides)), None)
    overdue = condition.due is not None and condition.due < today
    state = ConditionState.OVERDUE if overdue else ConditionState.OPEN
    return Held(
        id=name,
        gate=setting.decision.gate,
        seat=setting.decision.seat,
        condition=condition,
        state=ConditionState.CLOSED if closing else state,
        closed_by=closing.decision.name if closing else "",
        closed_because=closing.decision.reason if closing else "",
    )


def _closes(gate: Gate, item: Said, name: str, setting: Said, sides: Mapping[str, Side]) -> bool:
    """Tell whether a closing counts: said from a seat that may, by somebody who may sit there.

    The seats of another gate are not known here: there the side that set it has to close it.
    """
    decision, asked = item.decision, setting.decision
    if decision.choice is not Choice.CLOSE or decision.target != name:
        return False
    if not may_close(gate, decision.seat, asked.gate, asked.seat):
        return False
    if gate.id == asked.gate:
        seat = gate.seat(decision.seat)
        return seat is not None and not lacks_authority(seat, item, sides)
    own_side = sides.get(item.record.writer) is sides.get(setting.record.writer)
    return own_side or bool(decision.scan)


def may_close(gate: Gate, seat: str, set_at: str, set_by: str) -> bool:
    """A condition is closed by the seat that set it, or by the decider of its gate."""
    return seat == set_by or (seat == gate.decider and gate.id == set_at)
