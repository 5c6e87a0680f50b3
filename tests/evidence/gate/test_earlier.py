"""A later gate believes an earlier one's decider, and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from luodi.evidence.model import Choice, Draft, Environment, Verdict

Make = Callable[..., Any]


@pytest.fixture
def later(gate: Make) -> Any:
    """A gate that asks for nothing but the go of the sample gate."""
    return gate(
        {"id": "decision.review", "kind": "decision", "subject": "gate:review", "verb": "decide"},
        gate={"id": "t0"},
        require=[],
    )


@pytest.fixture
def says(desk: Any, later: Any, gate: Make) -> Make:
    """What the later gate makes of the ledger: the state, and the reasons without their prefix."""
    desk.gates = (gate(), later)

    def asked(**changes: Any) -> tuple[str, list[str]]:
        found = desk.check(later, **changes).criteria[0]
        codes = [reason.code.removeprefix("evidence.") for reason in found.reasons]
        return found.state.value, codes

    return asked


def test_it_works(desk: Any, gate: Make, proof: Make, says: Make) -> None:
    assert says() == ("untested", ["reason_untested"])
    desk.add(proof())
    desk.agree(gate())
    assert says()[0] == "untested", "agreeing and adopting are not deciding"
    desk.say(gate(), "hospital_leader", "go")
    assert says() == ("pass", [])
    desk.say(gate(), "finance", "agree")
    assert says() == ("pass", [])
    desk.say(gate(), "hospital_leader", "no_go", "台风")
    assert says() == ("fail", ["reason_verdict"])
    desk.say(gate(), "hospital_leader", "go")
    assert says() == ("pass", [])


def test_it_stands_until_another_is_taken(desk: Any, gate: Make, proof: Make, says: Make) -> None:
    desk.add(proof())
    desk.go(gate())
    desk.add(proof(verdict=Verdict.FAIL))
    assert says() == ("pass", [])
    assert says(moment=desk.clock + timedelta(days=5)) == ("pass", [])


def test_a_vendor_cannot_write_it_by_hand(desk: Any, gate: Make, says: Make) -> None:
    desk.decide(gate(), writer="vendor")
    assert says() == ("stale", ["signature_other_side"])
    desk.decide(gate(), writer="vendor", scan="a" * 64)
    assert says() == ("pass", []), "a signed paper is the hospital's own word"


def test_another_seat_cannot_decide(desk: Any, gate: Make, says: Make) -> None:
    desk.decide(gate(), seat="finance")
    assert says()[0] == "untested"


def test_a_decision_on_other_thresholds_is_stale(desk: Any, gate: Make, says: Make) -> None:
    desk.decide(gate(), definition="0" * 64)
    assert says() == ("stale", ["signature_other_definition"])


def test_another_gates_decision_is_no_answer(desk: Any, gate: Make, says: Make) -> None:
    desk.decide(gate(gate={"id": "freeze"}))
    assert says()[0] == "untested"


def test_a_gate_that_is_not_there_has_decided_nothing(desk: Any, gate: Make, later: Any) -> None:
    desk.gates = (later,)
    desk.decide(gate())
    assert desk.check(later).criteria[0].state.value == "untested"


def test_a_no_is_a_failure(desk: Any, gate: Make, says: Make) -> None:
    desk.decide(gate(), Choice.NO_GO)
    assert says() == ("fail", ["reason_verdict"])


def test_it_ages(desk: Any, gate: Make) -> None:
    asked = {"kind": "decision", "subject": "gate:review", "verb": "decide", "max_age": "4d"}
    aged = gate(asked, gate={"id": "t0"}, require=[])
    desk.gates = (gate(), aged)
    desk.decide(gate())
    assert desk.check(aged).criteria[0].state.value == "pass"
    late = desk.check(aged, desk.clock + timedelta(days=5)).criteria[0]
    assert (late.state.value, late.reasons[0].code) == ("stale", "evidence.reason_expired")


def test_a_rehearsed_decision_opens_no_production(desk: Any, gate: Make) -> None:
    asked = {"kind": "decision", "subject": "gate:review", "verb": "decide"}
    real = gate(asked, gate={"id": "t0", "environment": "production"}, require=[])
    desk.gates = (gate(), real)
    for environment in Environment:
        desk.decide(gate())
        record = desk.chains["hospital"].pop()
        desk.add(record_in(record, environment), "hospital")
        state = desk.check(real).criteria[0].state.value
        assert state == ("pass" if environment is Environment.PRODUCTION else "untested")


def record_in(record: Any, environment: Environment) -> Any:

    fields = {name: getattr(record, name) for name in Draft.__struct_fields__}
    return Draft(**{**fields, "environment": environment})
