"""Say something at a gate: 同意 / 有条件同意 / 不同意, decide, adopt, waive, close a condition.

What is said is bound to the gate's definition and to what each criterion said at that moment, and
countersigns the heads of all other chains: from then on those can no longer be rolled back
unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.model import Gate, Seat
from luodi.evidence.gate.signatures import ConditionState, may_close
from luodi.evidence.model import (
    Artefact,
    Choice,
    Condition,
    ContentInput,
    Decision,
    EvidenceInput,
    Figure,
    HeadMark,
    Input,
    Kind,
    Side,
    Verdict,
)
from luodi.evidence.outcome import Outcome
from luodi.evidence.verify import Verification

DECIDER_ONLY = frozenset({Choice.GO, Choice.NO_GO, Choice.ADOPT, Choice.WAIVE})
NEEDS_REASON = frozenset(
    {Choice.AGREE_IF, Choice.DISAGREE, Choice.NO_GO, Choice.WAIVE, Choice.CLOSE}
)
_VERBS = {
    Choice.GO: "decide",
    Choice.NO_GO: "decide",
    Choice.ADOPT: "adopt",
    Choice.WAIVE: "waive",
    Choice.CLOSE: "close",
}
"""Verb under which the ledger keeps it, so that a later gate can ask for the decision alone."""

_VERDICTS = {
    Choice.AGREE_IF: Verdict.WARN,
    Choice.WAIVE: Verdict.WARN,
    Choice.DISAGREE: Verdict.FAIL,
    Choice.NO_GO: Verdict.FAIL,
}


@dataclass(frozen=True)
class Voice:
    """What one person wants to say from one seat.

    ``target`` is the criterion to waive or the condition to close; ``scan`` the digest of a signed
    paper, needed where the seat's side has no key of its own here.
    """

    seat: str
    name: str
    choice: Choice
    reason: str = ""
    conditions: tuple[Condition, ...] = ()
    target: str = ""
    scan: str = ""


def sign(
    report: GateReport, voice: Voice, verification: Verification, own_writer: str, own_side: Side
) -> Outcome[Decision]:
    """Put a person's word beside the evidence.

    Parameters
    ----------
    report : GateReport
        The gate as the person sees it.
    voice : Voice
    verification : Verification
        The ledger whose heads are countersigned.
    own_writer, own_side
        Chain and side of the key that signs.

    Raises
    ------
    WrongUse
        The seat is unknown or of another side, only the decider may say this, a reason or a
        condition is missing, a hard stop was to be waived, or a go does not follow from the
        evidence.
    """
    gate = report.gate
    seat = gate.seat(voice.seat)
    if seat is None:
        known = tuple(item.id for item in gate.seats)
        raise WrongUse(
            "evidence.sign_no_seat", {"gate": gate.id, "seat": voice.seat, "known": known}
        )
    _check_side(seat, voice, own_side)
    _check_voice(gate, voice)
    _check_target(report, voice)
    if voice.choice is Choice.GO and (_shut(report) or _others_missing(report)):
        raise WrongUse("evidence.sign_not_ready", {"gate": gate.id})
    decision = Decision(
        gate=gate.id,
        definition=report.definition,
        seat=seat.id,
        choice=voice.choice,
        name=voice.name,
        reason=voice.reason,
        conditions=voice.conditions,
        states={item.criterion.id: item.state.value for item in report.criteria},
        target=voice.target,
        scan=voice.scan,
    )
    return Outcome(
        decision,
        subject=f"gate:{gate.id}",
        engine="evidence",
        verb=_VERBS.get(voice.choice, "sign"),
        verdict=_VERDICTS.get(voice.choice, Verdict.PASS),
        kind=Kind.DECISION,
        figures=_figures(report),
        inputs=_inputs(report, verification),
        artefacts=(Artefact(name="scan", digest=voice.scan),) if voice.scan else (),
        decision=decision,
        heads=_heads(verification, own_writer),
    )


def _check_side(seat: Seat, voice: Voice, own_side: Side) -> None:
    if seat.side is not own_side and not voice.scan:
        raise WrongUse(
            "evidence.sign_other_side",
            {"seat": seat.id, "side": seat.side, "own": own_side},
        )


def _check_voice(gate: Gate, voice: Voice) -> None:
    params = {"gate": gate.id, "choice": voice.choice}
    if voice.choice in DECIDER_ONLY and voice.seat != gate.decider:
        raise WrongUse("evidence.sign_decider_only", {**params, "seat": gate.decider})
    if (voice.choice is Choice.AGREE_IF) != bool(voice.conditions):
        raise WrongUse("evidence.sign_conditions", params)
    if voice.choice in NEEDS_REASON and not voice.reason.strip() and not voice.conditions:
        raise WrongUse("evidence.sign_needs_reason", params)
    if not voice.name.strip():
        raise WrongUse("evidence.sign_needs_name", params)


def _check_target(report: GateReport, voice: Voice) -> None:
    params = {"gate": report.gate.id, "target": voice.target}
    if voice.choice is Choice.WAIVE:
        found = next((c for c in report.gate.criteria if c.id == voice.target), None)
        if found is None:
            raise WrongUse("evidence.sign_no_criterion", params)
        if found.hard_stop:
            raise WrongUse("evidence.sign_hard_stop", params)
        if not any(item.blocks for item in report.criteria if item.criterion is found):
            raise WrongUse("evidence.sign_nothing_to_waive", params)
    elif voice.choice is Choice.CLOSE:
        open_ones = {
            held.id: held for held in report.conditions if held.state is not ConditionState.CLOSED
        }
        if voice.target not in open_ones:
            raise WrongUse("evidence.sign_no_condition", {**params, "known": tuple(open_ones)})
        held = open_ones[voice.target]
        if not may_close(report.gate, voice.seat, held.gate, held.seat):
            raise WrongUse("evidence.sign_not_yours", {**params, "seat": held.seat})
    elif voice.target:
        raise WrongUse("evidence.sign_no_target", {**params, "choice": voice.choice})


def _shut(report: GateReport) -> bool:
    """Tell whether more than an earlier no keeps the gate shut: a decider may come to say yes."""
    return any(reason.code != "evidence.gate_decided_no" for reason in report.closed)


def _others_missing(report: GateReport) -> bool:
    """A decision comes last: every other seat has spoken on the gate as it stands."""
    return any(
        not signature.counts
        for signature in report.signatures
        if signature.seat.id != report.gate.decider
        and not (signature.seat.optional and signature.decision is None)
    )


def _figures(report: GateReport) -> tuple[Figure, ...]:
    blocking = sum(item.blocks for item in report.criteria)
    return (
        Figure(name="criteria", value=len(report.criteria), unit="criterion"),
        Figure(name="blocking", value=blocking, unit="criterion"),
    )


def _inputs(report: GateReport, verification: Verification) -> tuple[Input, ...]:
    """The definition and every record the answer was read from, by the digest of their bytes."""
    walks = {chain.writer: chain.walk for chain in verification.chains}
    read = {record.id: record for item in report.criteria for record in item.evidence}
    gate = ContentInput(name=f"gates.toml#{report.gate.id}", digest=report.definition)
    built_on = (
        EvidenceInput(id=name, digest=walks[record.writer].digest_at(record.seq))
        for name, record in sorted(read.items())
    )
    return (gate, *built_on)


def _heads(verification: Verification, own_writer: str) -> tuple[HeadMark, ...]:
    return tuple(
        chain.head.mark
        for chain in verification.chains
        if chain.head is not None
        and chain.writer != own_writer
        and chain.verdict is not Verdict.FAIL
    )


def parse_condition(text: str) -> Condition:
    """Read a condition as it is typed: ``text|owner|2027-03-12``; owner and day may be left out.

    Raises
    ------
    WrongUse
        ``evidence.condition_malformed``.
    """
    said, owner, due = ([part.strip() for part in text.split("|")] + ["", ""])[:3]
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise WrongUse("evidence.condition_malformed", {"text": text[:80]}) from error
    if not said or text.count("|") > 2:
        raise WrongUse("evidence.condition_malformed", {"text": text[:80]})
    return Condition(text=said, owner=owner, due=day)
