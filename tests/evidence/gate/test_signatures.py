"""What people have said: whether it counts, who may close a condition, what a waiver covers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.signatures import Signature, decisions
from luodi.evidence.model import Choice, Condition, Decision, Kind, Verdict

Make = Callable[..., Any]
SCAN = digest_bytes(b"signed paper")


def of(report: GateReport, seat: str) -> Signature:
    return next(item for item in report.signatures if item.seat.id == seat)


def why(signature: Signature) -> list[str]:
    return [reason.code.removeprefix("evidence.signature_") for reason in signature.reasons]


@pytest.fixture
def ready(desk: Any, gate: Make, proof: Make) -> Any:
    """A gate whose evidence stands and on which everybody has agreed; nobody has decided."""
    desk.add(proof())
    desk.agree(gate())
    return desk


def forged(desk: Any, gate: Any, proof: Make, writer: str, seat: str, choice: Choice) -> None:
    """Write a decision past `sign`, as whoever has a key can."""
    report = desk.check(gate)
    decision = Decision(
        gate=gate.id,
        definition=report.definition,
        seat=seat,
        choice=choice,
        name="王工",
        states={item.criterion.id: item.state.value for item in report.criteria},
    )
    draft = proof(kind=Kind.DECISION, subject=f"gate:{gate.id}", verb="decide", decision=decision)
    desk.add(draft, writer)


def test_it_works(ready: Any, gate: Make) -> None:
    report = ready.check(gate())
    spoken = {item.seat.id: item.counts for item in report.signatures}
    assert spoken == {
        "project_manager": True,
        "finance": True,
        "supervisor": False,
        "hospital_leader": False,
    }
    assert of(report, "finance").decision.choice is Choice.AGREE
    assert report.decision is not None
    assert not report.decision.counts


def test_the_last_word_counts(ready: Any, gate: Make) -> None:
    ready.say(gate(), "finance", "disagree", "预交金差 3 元")
    assert of(ready.check(gate()), "finance").decision.choice is Choice.DISAGREE
    ready.say(gate(), "finance", "agree")
    assert of(ready.check(gate()), "finance").decision.choice is Choice.AGREE


def test_a_chain_knows_its_last_word_though_its_clock_went_back(ready: Any, gate: Make) -> None:
    ready.say(gate(), "hospital_leader", "go")
    ready.clock -= timedelta(days=300)
    ready.say(gate(), "hospital_leader", "no_go", "患者账不平")
    ready.clock += timedelta(days=300)
    assert [item.decision.choice.value for item in decisions(ready.shelf)][-2:] == ["go", "no_go"]
    report = ready.check(gate())
    assert report.decision.decision.choice is Choice.NO_GO
    assert report.answer.value == "no_go"


# --- on what, and before what ---------------------------------------------------------------------


def test_a_signature_stays_with_the_thresholds_it_was_given_on(ready: Any, gate: Make) -> None:
    other = gate(require=[{"figure": "unaccounted", "op": "<=", "value": 9, "unit": "row"}])
    report = ready.check(other)
    assert why(of(report, "finance")) == ["other_definition"]
    assert of(report, "finance").decision is not None, "it is still shown"
    assert why(of(ready.check(gate()), "finance")) == []


def test_a_signature_ends_when_something_got_worse(ready: Any, gate: Make, proof: Make) -> None:
    ready.add(proof(1))
    report = ready.check(gate())
    assert why(of(report, "finance")) == ["before"]
    assert of(report, "finance").reasons[0].params["criteria"] == ("data.rows",)


def test_who_signs_knowing_of_a_failure_has_signed(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(1))
    desk.say(gate(), "finance", "agree")
    assert of(desk.check(gate()), "finance").counts


# --- whose key ------------------------------------------------------------------------------------


def test_the_vendors_key_does_not_speak_for_the_hospital(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof())
    forged(desk, gate(), proof, "vendor", "finance", Choice.AGREE)
    assert why(of(desk.check(gate()), "finance")) == ["other_side"]


def test_a_signed_paper_speaks_for_its_seat(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.say(gate(), "finance", "agree", writer="vendor", scan=SCAN)
    assert of(desk.check(gate()), "finance").counts


def test_nobody_silences_a_seat_that_is_not_his(ready: Any, gate: Make, proof: Make) -> None:
    ready.say(gate(), "finance", "disagree", "预交金差 3 元")
    forged(ready, gate(), proof, "vendor", "finance", Choice.AGREE)
    report = ready.check(gate())
    assert of(report, "finance").decision.choice is Choice.DISAGREE
    assert "evidence.gate_veto" in [reason.code for reason in report.closed]


def test_nobody_decides_from_a_seat_that_is_not_his(ready: Any, gate: Make, proof: Make) -> None:
    forged(ready, gate(), proof, "vendor", "hospital_leader", Choice.GO)
    report = ready.check(gate())
    assert why(report.decision) == ["other_side"]
    assert report.answer.value == "ready"


def test_a_key_that_is_not_trusted_says_nothing(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    forged(desk, gate(), proof, "stranger", "finance", Choice.DISAGREE)
    assert of(desk.check(gate()), "finance").decision is None


# --- conditions -----------------------------------------------------------------------------------

LABELS = Condition(text="补打三楼标签", owner="药剂科", due=date(2027, 3, 3))


@pytest.fixture
def agreed_if(ready: Any, gate: Make) -> Any:
    record = ready.say(gate(), "finance", "agree_if", conditions=(LABELS,))
    ready.name = f"{record.id}#1"
    return ready


def states(desk: Any, gate: Any) -> list[str]:
    return [held.state.value for held in desk.check(gate).conditions]


def test_a_condition_is_open_then_overdue_then_closed_for_ever(agreed_if: Any, gate: Make) -> None:
    (held,) = agreed_if.check(gate()).conditions
    assert (held.id, held.gate, held.seat) == (agreed_if.name, "review", "finance")
    assert (held.condition, held.state.value) == (LABELS, "open")
    agreed_if.clock = agreed_if.clock.replace(day=3)
    assert states(agreed_if, gate()) == ["open"], "the day itself is in time"
    agreed_if.passed(days=1)
    assert states(agreed_if, gate()) == ["overdue"]
    agreed_if.say(
        gate(), "finance", "close", "已补打，见照片", target=agreed_if.name, name="赵会计"
    )
    (held,) = agreed_if.check(gate()).conditions
    assert (held.state.value, held.closed_by) == ("closed", "赵会计")
    assert held.closed_because == "已补打，见照片"
    agreed_if.say(gate(), "finance", "agree")
    agreed_if.passed(days=400)
    assert states(agreed_if, gate()) == ["closed"]


def test_a_condition_stays_open_when_its_seat_changes_its_mind(agreed_if: Any, gate: Make) -> None:
    agreed_if.say(gate(), "finance", "agree")
    assert states(agreed_if, gate()) == ["open"]
    other = gate(max_age="1d")
    assert states(agreed_if, other) == ["open"], "nor do other thresholds make it go away"


def test_the_decider_closes_a_condition_of_his_gate(agreed_if: Any, gate: Make) -> None:
    agreed_if.say(gate(), "hospital_leader", "close", "院办已核", target=agreed_if.name)
    assert states(agreed_if, gate()) == ["closed"]


def closing(desk: Any, gate: Any, proof: Make, writer: str, seat: str) -> None:
    forged(desk, gate, proof, writer, seat, Choice.CLOSE)
    record = desk.chains[writer][-1]
    said = msgspec.structs.replace(record.decision, target=desk.name)
    desk.chains[writer][-1] = msgspec.structs.replace(record, decision=said)


@pytest.mark.parametrize(
    ("writer", "seat"),
    [
        ("vendor", "project_manager"),
        ("vendor", "finance"),
        ("vendor", "hospital_leader"),
        ("supervisor", "supervisor"),
        ("stranger", "finance"),
    ],
)
def test_nobody_else_closes_a_condition(
    agreed_if: Any, gate: Make, proof: Make, writer: str, seat: str
) -> None:
    closing(agreed_if, gate(), proof, writer, seat)
    assert states(agreed_if, gate()) == ["open"]


def test_a_condition_set_on_paper_is_closed_with_the_seats_own_key_or_paper(
    ready: Any, gate: Make, proof: Make
) -> None:
    record = ready.say(
        gate(), "finance", "agree_if", writer="vendor", scan=SCAN, conditions=(LABELS, LABELS)
    )
    ready.name = f"{record.id}#1"
    closing(ready, gate(), proof, "vendor", "finance")
    assert states(ready, gate()) == ["open", "open"], "the vendor's key carried it, no more"
    ready.say(gate(), "finance", "close", "已补打", target=ready.name)
    assert states(ready, gate()) == ["closed", "open"]
    ready.say(
        gate(),
        "finance",
        "close",
        "已补打",
        writer="vendor",
        scan=SCAN,
        target=f"{record.id}#2",
    )
    assert states(ready, gate()) == ["closed", "closed"]


def test_a_condition_is_seen_from_every_gate_and_closed_by_its_own_seat(
    agreed_if: Any, gate: Make, proof: Make
) -> None:
    t0 = gate(gate={"id": "t0"})
    assert states(agreed_if, t0) == ["open"]
    closing(agreed_if, t0, proof, "hospital", "hospital_leader")
    assert states(agreed_if, t0) == ["open"], "it is not a condition of his gate"
    closing(agreed_if, t0, proof, "vendor", "finance")
    assert states(agreed_if, t0) == ["open"], "nor does the vendor's key speak for the seat"
    agreed_if.say(t0, "finance", "close", "已补打", target=agreed_if.name)
    assert states(agreed_if, t0) == ["closed"]
    assert states(agreed_if, gate()) == ["closed"]


# --- waivers --------------------------------------------------------------------------------------


def test_a_waiver_lets_pass_what_the_decider_saw(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(1))
    desk.say(gate(), "hospital_leader", "waive", "一行测试数据", target="data.rows")
    report = desk.check(gate())
    assert report.criteria[0].state.value == "waived"
    assert [(item.criterion, item.reason) for item in report.waivers] == [
        ("data.rows", "一行测试数据")
    ]
    desk.add(proof())
    report = desk.check(gate())
    assert report.criteria[0].state.value == "pass"
    assert len(report.waivers) == 1, "visible for ever"


def test_a_waiver_does_not_cover_what_got_worse(desk: Any, gate: Make, proof: Make) -> None:
    desk.say(gate(), "hospital_leader", "waive", "来不及测", target="data.rows")
    desk.agree(gate())
    assert desk.check(gate()).criteria[0].state.value == "waived"
    desk.add(proof(verdict=Verdict.FAIL))
    report = desk.check(gate())
    assert report.criteria[0].state.value == "fail"
    assert why(of(report, "finance")) == ["before"]
    assert report.answer.value == "no_go"


@pytest.mark.parametrize("seen", [{}, {"data.rows": "pass"}, {"data.rows": "waived"}])
def test_a_waiver_given_before_there_was_anything_to_waive_covers_nothing(
    desk: Any, gate: Make, proof: Make, seen: dict[str, str]
) -> None:
    desk.add(proof(1))
    forged(desk, gate(), proof, "hospital", "hospital_leader", Choice.WAIVE)
    record = desk.chains["hospital"][-1]
    said = msgspec.structs.replace(record.decision, target="data.rows", states=seen)
    desk.chains["hospital"][-1] = msgspec.structs.replace(record, decision=said)
    assert desk.check(gate()).criteria[0].state.value == "fail"


def test_a_waiver_ends_with_its_thresholds(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(1))
    desk.say(gate(), "hospital_leader", "waive", "一行测试数据", target="data.rows")
    assert desk.check(gate(max_age="9d")).criteria[0].state.value == "fail"


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize(
    ("writer", "seat"), [("vendor", "hospital_leader"), ("hospital", "finance")]
)
def test_nobody_else_waives_and_nobody_a_hard_stop(
    desk: Any, gate: Make, proof: Make, hard: bool, writer: str, seat: str
) -> None:
    asked = gate(hard_stop=hard)
    desk.add(proof(1))
    desk.name = "data.rows"
    forged(desk, asked, proof, writer, seat, Choice.WAIVE)
    if hard:
        forged(desk, asked, proof, "hospital", "hospital_leader", Choice.WAIVE)
    for name in {writer, "hospital"} & set(desk.chains):
        desk.chains[name] = [
            msgspec.structs.replace(
                record, decision=msgspec.structs.replace(record.decision, target="data.rows")
            )
            if record.decision
            else record
            for record in desk.chains[name]
        ]
    report = desk.check(asked)
    assert report.criteria[0].state.value == "fail"
    assert report.waivers == ()
