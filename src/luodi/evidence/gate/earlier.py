"""A criterion that asks for an earlier gate: only that gate's own decider can answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from luodi.evidence.catalogue import Param
from luodi.evidence.freshness import expired
from luodi.evidence.gate.answer import ORDER, Answered, Reason, State
from luodi.evidence.gate.model import Criterion, Gate, real_enough
from luodi.evidence.gate.signatures import DECIDING, Said, Signature, position
from luodi.evidence.model import Choice, Side


def earlier_decision(
    criterion: Criterion,
    gates: Sequence[Gate],
    said: list[Said],
    sides: Mapping[str, Side],
    moment: datetime,
) -> Answered:
    """Answer a criterion of kind decision, whose subject is ``gate:<id>``.

    A record that merely says it was decided does not count: it has to come from the seat that
    decides there, with that side's authority, on that gate as it stands now.
    """
    earlier = next((gate for gate in gates if criterion.subject == f"gate:{gate.id}"), None)
    seat = earlier.seat(earlier.decider) if earlier else None
    if earlier is None or seat is None:
        return _untested(criterion)
    there = [item for item in said if item.decision.gate == earlier.id]
    found = position(seat, there, DECIDING, earlier.definition(), (), sides)
    if found.decision is None or found.record is None:
        return _untested(criterion)
    record = found.record
    parts = [(State.STALE, reason) for reason in found.reasons]
    if found.decision.choice is not Choice.GO:
        parts.append(_part(State.FAIL, "evidence.reason_verdict", found, verdict="fail"))
    if not real_enough(record.environment, criterion.environment):
        parts.append(
            _part(
                State.UNTESTED,
                "evidence.reason_environment",
                found,
                environments=(record.environment.value,),
                environment=criterion.environment.value,
            )
        )
    if expired(record, moment, criterion.max_age):
        age = int((moment - record.finished).total_seconds())
        parts.append(_part(State.STALE, "evidence.reason_expired", found, age=age))
    return Answered(
        criterion,
        max((state for state, _ in parts), key=ORDER.index, default=State.PASS),
        tuple(reason for _, reason in parts),
        (record,),
        moment - record.finished,
    )


def _untested(criterion: Criterion) -> Answered:
    asked = f"{criterion.verb} {criterion.subject}".strip()
    reason = Reason("evidence.reason_untested", {"asked": asked})
    return Answered(criterion, State.UNTESTED, (reason,), (), None)


def _part(state: State, code: str, found: Signature, **params: Param) -> tuple[State, Reason]:
    subject = found.record.subject if found.record else ""
    return state, Reason(code, {"subject": subject, **params})
