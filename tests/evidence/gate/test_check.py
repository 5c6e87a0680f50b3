"""The whole: what keeps a gate shut, who is waited for, what a go carries with it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.gate.answer import Reason
from luodi.evidence.gate.check import OPEN
from luodi.evidence.model import Condition, Environment, EvidenceInput

Make = Callable[..., Any]
SCAN = digest_bytes(b"signed paper")


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code.removeprefix("evidence.") for reason in reasons]


def test_it_works(desk: Any, gate: Make, proof: Make) -> None:
    one = gate()
    report = desk.check(one)
    assert report.answer.value == "no_go"
    assert codes(report.closed) == ["gate_unmet", "gate_not_adopted"]
    desk.add(proof())
    assert codes(desk.check(one).reasons) == [
        "gate_not_adopted",
        "gate_awaits_seats",
        "gate_awaits_decision",
    ]
    desk.agree(one)
    report = desk.check(one)
    assert report.answer.value == "ready"
    assert codes(report.reasons) == ["gate_awaits_decision"]
    assert report.answer not in OPEN
    desk.say(one, "hospital_leader", "go")
    report = desk.check(one)
    assert report.answer.value == "go"
    assert report.answer in OPEN
    assert report.reasons == ()


# --- evidence -------------------------------------------------------------------------------------


def test_worse_evidence_closes_a_gate_that_was_open(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    assert desk.go(gate()).answer.value == "go"
    desk.add(proof(1))
    report = desk.check(gate())
    assert report.answer.value == "no_go"
    assert codes(report.closed) == ["gate_unmet"]
    assert codes(report.waiting) == ["signature_before"] * 3


def test_hard_stops_are_told_apart(desk: Any, gate: Make, proof: Make) -> None:
    one = gate({"id": "a", "hard_stop": True}, {"id": "b"}, {"id": "c", "subject": "x:y"})
    desk.add(proof(1))
    hard, soft = desk.check(one).closed[:2]
    assert (hard.code, hard.params) == (
        "evidence.gate_hard_stops",
        {"count": 1, "criteria": ("a",)},
    )
    assert (soft.code, soft.params) == ("evidence.gate_unmet", {"count": 2, "criteria": ("b", "c")})


@pytest.mark.parametrize("writer", ["supervisor", "stranger"])
def test_a_broken_chain_closes_the_gate(desk: Any, gate: Make, proof: Make, writer: str) -> None:
    desk.add(proof())
    assert desk.go(gate()).answer.value == "go"
    desk.add(proof(subject="other:thing"), writer)
    assert desk.check(gate()).answer.value == "go"
    desk.broken.add(writer)
    report = desk.check(gate())
    assert report.closed == (Reason("evidence.gate_chain_broken", {"writer": writer}),)
    assert report.answer.value == "no_go"


def test_a_chain_that_is_gone_closes_the_gate(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.go(gate())
    desk.lost = True
    assert codes(desk.check(gate()).closed) == ["gate_ledger_broken"]


@pytest.mark.parametrize("environment", list(Environment))
def test_a_sandbox_never_opens_a_production_gate(
    desk: Any, gate: Make, proof: Make, environment: Environment
) -> None:
    one = gate(gate={"environment": "production"})
    desk.add(proof(environment=environment))
    desk.agree(one)
    expected = "ready" if environment is Environment.PRODUCTION else "no_go"
    assert desk.check(one).answer.value == expected


# --- adoption -------------------------------------------------------------------------------------


def test_thresholds_are_signed_and_signed_again_when_they_change(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof(5))
    strict = gate()
    lax = gate(require=[{"figure": "unaccounted", "op": "<=", "value": 5, "unit": "row"}])
    desk.agree(strict)
    report = desk.check(lax)
    assert codes(report.closed) == ["gate_changed_since"]
    assert codes(report.waiting)[:2] == ["signature_other_definition"] * 2
    desk.say(lax, "hospital_leader", "adopt")
    assert codes(desk.check(lax).closed) == []
    assert codes(desk.check(strict).closed) == ["gate_unmet", "gate_changed_since"]


def test_a_change_and_back_is_signed_again_as_well(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.agree(gate())
    desk.say(gate(max_age="9d"), "hospital_leader", "adopt")
    assert codes(desk.check(gate()).closed) == ["gate_changed_since"]


def test_the_vendor_does_not_adopt(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    one = gate()
    desk.sides["vendor-as-hospital"] = desk.sides["hospital"]
    desk.say(one, "hospital_leader", "adopt", writer="vendor-as-hospital")
    assert "gate_not_adopted" not in codes(desk.check(one).closed)
    desk.sides["vendor-as-hospital"] = desk.sides["vendor"]
    assert codes(desk.check(one).closed) == ["gate_not_adopted"]


# --- people ---------------------------------------------------------------------------------------


def test_a_veto_closes(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.go(gate())
    desk.say(gate(), "finance", "disagree", "预交金差 3 元")
    report = desk.check(gate())
    assert report.closed == (
        Reason("evidence.gate_veto", {"seat": "finance", "reason": "预交金差 3 元"}),
    )


def test_the_deciders_own_veto_closes(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.go(gate())
    desk.say(gate(), "hospital_leader", "disagree", "再等一周")
    assert codes(desk.check(gate()).closed) == ["gate_veto"]


def test_a_voice_against_stays_visible(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.agree(gate())
    desk.say(gate(), "project_manager", "disagree", "人手不够")
    desk.say(gate(), "hospital_leader", "go")
    report = desk.check(gate())
    assert report.answer.value == "go_if"
    assert report.attached == (Reason("evidence.gate_against", {"seats": ("project_manager",)}),)


def test_an_optional_seat_may_stay_silent_but_not_half_speak(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof())
    assert desk.go(gate()).answer.value == "go"
    desk.say(gate(max_age="9d"), "supervisor", "agree")
    report = desk.check(gate())
    assert report.answer.value == "ready"
    assert codes(report.waiting) == ["signature_other_definition"]


def test_the_others_are_waited_for_by_name(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.say(gate(), "hospital_leader", "adopt")
    desk.say(gate(), "finance", "agree")
    assert desk.check(gate()).waiting == (
        Reason("evidence.gate_awaits_seats", {"seats": ("project_manager",)}),
        Reason("evidence.gate_awaits_decision", {"seat": "hospital_leader"}),
    )


def test_no_is_no_until_the_decider_says_yes(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.agree(gate())
    desk.say(gate(), "hospital_leader", "no_go", "台风")
    report = desk.check(gate())
    assert report.closed == (Reason("evidence.gate_decided_no", {"reason": "台风"}),)
    desk.say(gate(), "hospital_leader", "go")
    assert desk.check(gate()).answer.value == "go"


def test_what_is_said_at_one_gate_is_said_there_alone(desk: Any, gate: Make, proof: Make) -> None:
    """The same seats, the same criteria; only the gate is another."""
    desk.add(proof())
    condition = (Condition(text="补标签"),)
    desk.agree(gate())
    desk.say(gate(), "finance", "agree_if", conditions=condition)
    desk.say(gate(), "hospital_leader", "go")
    other = gate(gate={"id": "t0"})
    report = desk.check(other)
    assert codes(report.reasons) == [
        "gate_not_adopted",
        "gate_awaits_seats",
        "gate_awaits_decision",
    ]
    assert [item.decision for item in report.signatures] == [None] * 4
    assert [held.gate for held in report.conditions] == ["review"], "seen, but not its own"
    assert desk.go(other).answer.value == "go"


def test_a_go_carries_its_conditions_and_waivers(desk: Any, gate: Make, proof: Make) -> None:
    one = gate({"id": "a"}, {"id": "b", "subject": "x:y"})
    desk.add(proof())
    desk.say(one, "hospital_leader", "waive", "用不到", target="b")
    desk.agree(one)
    record = desk.say(
        one, "finance", "agree_if", conditions=(Condition(text="补标签", due=date(2027, 3, 2)),)
    )
    desk.say(one, "hospital_leader", "go")
    report = desk.check(one)
    assert report.answer.value == "go_if"
    assert report.answer in OPEN
    assert report.attached == (
        Reason("evidence.gate_conditions_open", {"conditions": ("补标签",)}),
        Reason("evidence.gate_waived", {"criteria": ("b",)}),
    )
    desk.passed(days=9)
    assert desk.check(one).conditions[0].state.value == "overdue"
    assert codes(desk.check(one).attached) == ["gate_conditions_open", "gate_waived"]
    desk.say(one, "finance", "close", "已补", target=f"{record.id}#1")
    assert codes(desk.check(one).attached) == ["gate_waived"]


# --- a later gate asks for an earlier gate's decision ---------------------------------------------


def test_a_go_holds_on_to_what_it_was_read_from(desk: Any, gate: Make, proof: Make) -> None:
    record = desk.add(proof())
    desk.go(gate())
    decided = desk.chains["hospital"][-1]
    assert [item.id for item in decided.inputs if isinstance(item, EvidenceInput)] == [record.id]


def test_the_question_is_asked_now_unless_told(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    later = desk.clock + timedelta(days=9)
    assert desk.check(gate(max_age="7d"), later).asked_at == later
    assert desk.check(gate(max_age="7d"), later).criteria[0].state.value == "stale"
    assert desk.check(gate(max_age="7d")).criteria[0].state.value == "pass"
