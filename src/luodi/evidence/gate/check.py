"""Check a gate: what the evidence says, what people said about it, and the whole.

Looking makes no evidence; signing does (:mod:`luodi.evidence.gate.sign`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from luodi.evidence.gate.answer import Answered, Reason, Shelf, State, answer
from luodi.evidence.gate.earlier import earlier_decision
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.signatures import (
    DECIDING,
    SIGNING,
    ConditionState,
    Held,
    Said,
    Signature,
    Waiver,
    conditions_held,
    decisions,
    lacks_authority,
    position,
    waivers,
)
from luodi.evidence.model import Choice, Kind, Side, Verdict, local_day, now
from luodi.evidence.verify import Verification


class Answer(StrEnum):
    """What a gate says as a whole."""

    GO = "go"
    GO_IF = "go_if"
    READY = "ready"
    NO_GO = "no_go"


OPEN = frozenset({Answer.GO, Answer.GO_IF})
"""Answers with which the work behind the gate may begin."""


@dataclass(frozen=True)
class GateReport:
    """A gate as it stands.

    ``closed`` is what keeps it shut, ``waiting`` who has yet to speak, ``attached`` what a go
    would carry with it; ``ignored`` names the chains that were not asked because nobody here
    trusts their key.
    """

    gate: Gate
    definition: str
    asked_at: datetime
    criteria: tuple[Answered, ...]
    signatures: tuple[Signature, ...]
    decision: Signature | None
    conditions: tuple[Held, ...]
    waivers: tuple[Waiver, ...]
    closed: tuple[Reason, ...]
    waiting: tuple[Reason, ...]
    attached: tuple[Reason, ...]
    ignored: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """Go, go with something attached, ready to be decided, or no-go."""
        if self.closed:
            return Answer.NO_GO
        if self.waiting:
            return Answer.READY
        return Answer.GO_IF if self.attached else Answer.GO

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that led to the answer, what weighs most first."""
        return (*self.closed, *self.waiting, *self.attached)


def check(
    gate: Gate,
    verification: Verification,
    shelf: Shelf,
    sides: Mapping[str, Side],
    moment: datetime | None = None,
    *,
    gates: Sequence[Gate] = (),
) -> GateReport:
    """Evaluate a gate: evidence first, then what people said about it.

    Parameters
    ----------
    gate : Gate
    verification : Verification
        The ledger after verification; a broken chain closes every gate.
    shelf : Shelf
        The records that count.
    sides : mapping of writer to Side
        Whose key writes which chain.
    moment : datetime, optional
        When the question is asked; now by default.
    gates : sequence of Gate
        All gates of the project, for criteria that ask what an earlier one decided.
    """
    asked_at = moment or now()
    definition = gate.definition()
    said = decisions(shelf)
    here = [item for item in said if item.decision.gate == gate.id]
    granted = waivers(gate, here, definition, sides)
    answered = (
        earlier_decision(criterion, gates, said, sides, asked_at)
        if criterion.kind is Kind.DECISION
        else answer(criterion, shelf, asked_at)
        for criterion in gate.criteria
    )
    criteria = tuple(_waive(item, granted) for item in answered)
    signatures = tuple(
        position(seat, here, SIGNING, definition, criteria, sides) for seat in gate.seats
    )
    seat = gate.seat(gate.decider)
    decision = position(seat, here, DECIDING, definition, criteria, sides) if seat else None
    conditions = conditions_held(gate, said, sides, local_day(asked_at))
    return GateReport(
        gate=gate,
        definition=definition,
        asked_at=asked_at,
        criteria=criteria,
        signatures=signatures,
        decision=decision,
        conditions=conditions,
        waivers=granted,
        closed=(
            *_closed_by_evidence(verification, criteria),
            *_not_adopted(gate, here, definition, sides),
            *_closed_by_people(signatures, decision),
        ),
        waiting=_waiting(gate, signatures, decision),
        attached=_attached(gate, criteria, signatures, conditions),
        ignored=tuple(chain.writer for chain in verification.chains if not chain.trusted),
    )


def _waive(item: Answered, granted: tuple[Waiver, ...]) -> Answered:
    waived = item.blocks and any(waiver.covers(item) for waiver in granted)
    return replace(item, state=State.WAIVED) if waived else item


def _closed_by_evidence(verification: Verification, criteria: tuple[Answered, ...]) -> list[Reason]:
    reasons = [
        Reason("evidence.gate_chain_broken", {"writer": chain.writer})
        for chain in verification.chains
        if chain.verdict is Verdict.FAIL
    ]
    if not reasons and verification.verdict is Verdict.FAIL:
        reasons.append(Reason("evidence.gate_ledger_broken", {}))
    hard = tuple(item.criterion.id for item in criteria if item.blocks and item.criterion.hard_stop)
    soft = tuple(
        item.criterion.id for item in criteria if item.blocks and not item.criterion.hard_stop
    )
    if hard:
        reasons.append(Reason("evidence.gate_hard_stops", {"count": len(hard), "criteria": hard}))
    if soft:
        reasons.append(Reason("evidence.gate_unmet", {"count": len(soft), "criteria": soft}))
    return reasons


def _not_adopted(
    gate: Gate, said: list[Said], definition: str, sides: Mapping[str, Side]
) -> list[Reason]:
    """The thresholds themselves are signed by the decider; edited ones are signed again."""
    decider = gate.seat(gate.decider)
    if decider is None:
        return []
    adopted = [
        item.decision.definition
        for item in said
        if item.decision.choice is Choice.ADOPT
        and item.decision.seat == decider.id
        and not lacks_authority(decider, item, sides)
    ]
    if not adopted:
        return [Reason("evidence.gate_not_adopted", {"seat": gate.decider})]
    if adopted[-1] != definition:
        return [Reason("evidence.gate_changed_since", {"seat": gate.decider})]
    return []


def _closed_by_people(
    signatures: tuple[Signature, ...], decision: Signature | None
) -> list[Reason]:
    reasons = [
        Reason(
            "evidence.gate_veto",
            {"seat": signature.seat.id, "reason": signature.decision.reason},
        )
        for signature in signatures
        if signature.seat.veto and _speaks(signature, Choice.DISAGREE) and signature.decision
    ]
    if decision and decision.decision and _speaks(decision, Choice.NO_GO):
        reasons.append(Reason("evidence.gate_decided_no", {"reason": decision.decision.reason}))
    return reasons


def _speaks(signature: Signature, choice: Choice) -> bool:
    decision = signature.decision
    return signature.counts and decision is not None and decision.choice is choice


def _waiting(
    gate: Gate, signatures: tuple[Signature, ...], decision: Signature | None
) -> tuple[Reason, ...]:
    """Who has yet to speak, or to speak again; the decision is the decider's own signature."""
    silent: list[str] = []
    reasons: list[Reason] = []
    for signature in signatures:
        if signature.seat.id == gate.decider or signature.counts:
            continue
        if signature.decision is not None:
            reasons += signature.reasons
        elif not signature.seat.optional:
            silent.append(signature.seat.id)
    if silent:
        reasons.append(Reason("evidence.gate_awaits_seats", {"seats": tuple(silent)}))
    if decision is not None and not decision.counts:
        missing = Reason("evidence.gate_awaits_decision", {"seat": gate.decider})
        reasons += decision.reasons or (missing,)
    return tuple(reasons)


def _attached(
    gate: Gate,
    criteria: tuple[Answered, ...],
    signatures: tuple[Signature, ...],
    conditions: tuple[Held, ...],
) -> tuple[Reason, ...]:
    """What a go carries with it: open conditions, waivers in use, and voices against it."""
    unclosed = tuple(
        item.condition.text
        for item in conditions
        if item.gate == gate.id and item.state is not ConditionState.CLOSED
    )
    used = tuple(item.criterion.id for item in criteria if item.state is State.WAIVED)
    against = tuple(
        signature.seat.id for signature in signatures if _speaks(signature, Choice.DISAGREE)
    )
    reasons = []
    if unclosed:
        reasons.append(Reason("evidence.gate_conditions_open", {"conditions": unclosed}))
    if used:
        reasons.append(Reason("evidence.gate_waived", {"criteria": used}))
    if against:
        reasons.append(Reason("evidence.gate_against", {"seats": against}))
    return tuple(reasons)
