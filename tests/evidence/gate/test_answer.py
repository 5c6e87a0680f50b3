from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.canonical import digest
from luodi.evidence.freshness import Present
from luodi.evidence.gate.answer import Answered, answer
from luodi.evidence.model import (
    Attestation,
    ContentInput,
    Draft,
    Environment,
    EvidenceInput,
    Figure,
    Input,
    Kind,
    SnapshotInput,
    Status,
    Verdict,
)

Make = Callable[..., Any]
NO_DIGEST = "0" * 64


def one(desk: Any, gate: Any, moment: Any = None) -> Answered:
    """What the only criterion of a gate says."""
    (criterion,) = gate.criteria
    return answer(criterion, desk.shelf, moment or desk.clock)


def said(found: Answered) -> tuple[str, list[str]]:
    return found.state.value, [
        reason.code.removeprefix("evidence.reason_") for reason in found.reasons
    ]


def test_it_works(desk: Any, gate: Make, proof: Make) -> None:
    record = desk.add(proof())
    desk.passed(hours=3)
    found = one(desk, gate())
    assert said(found) == ("pass", [])
    assert not found.blocks
    assert found.evidence == (record,)
    assert found.age == timedelta(hours=3, seconds=1)


# --- what the record says -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "asked", "state", "reasons"),
    [
        ({"verdict": Verdict.WARN}, {"verdicts": ["pass", "warn"]}, "warn", ["warned"]),
        ({"verdict": Verdict.WARN}, {}, "fail", ["verdict"]),
        ({"verdict": Verdict.FAIL}, {}, "fail", ["verdict"]),
        ({"verdict": Verdict.UNKNOWN}, {}, "fail", ["verdict"]),
        ({"status": Status.CANCELLED}, {}, "fail", ["status"]),
        ({"status": Status.FAILED}, {}, "fail", ["status"]),
        ({"figures": ()}, {}, "fail", ["no_figure"]),
        ({"figures": (Figure(name="unaccounted", value=0, unit="piece"),)}, {}, "fail", ["unit"]),
        ({"figures": (Figure(name="unaccounted", value=0),)}, {}, "fail", ["unit"]),
        ({"figures": (Figure(name="unaccounted", value=1, unit="row"),)}, {}, "fail", ["figure"]),
        (
            {"figures": (Figure(name="unaccounted", value=Decimal("0.00"), unit="row"),)},
            {},
            "pass",
            [],
        ),
        (
            {"figures": (Figure(name="unaccounted", value=Decimal("0.01"), unit="row"),)},
            {},
            "fail",
            ["figure"],
        ),
    ],
    ids=str,
)
def test_a_record_says(
    desk: Any, gate: Make, proof: Make, changes: Any, asked: Any, state: str, reasons: list[str]
) -> None:
    desk.add(proof(**changes))
    found = one(desk, gate(**asked))
    assert said(found) == (state, reasons)
    assert found.blocks is (state not in ("pass", "warn"))


def test_a_comparison_without_a_unit_takes_any(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    asked = gate(require=[{"figure": "unaccounted", "op": "==", "value": 0}])
    assert said(one(desk, asked)) == ("pass", [])


def test_every_comparison_counts(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(
        proof(
            verdict=Verdict.FAIL,
            figures=(
                Figure(name="rows", value=9, unit="row"),
                Figure(name="unaccounted", value=4, unit="row"),
            ),
        )
    )
    asked = gate(
        require=[
            {"figure": "rows", "op": "between", "value": [10, Decimal("20.5")], "unit": "row"},
            {"figure": "unaccounted", "op": "<", "value": 4, "unit": "row"},
            {"figure": "unaccounted", "op": "!=", "value": 4, "unit": "row"},
        ]
    )
    found = one(desk, asked)
    assert said(found) == ("fail", ["verdict", "figure", "figure", "figure"])
    assert found.reasons[1].params["required"] == ("10", "20.5")
    assert [reason.params.get("op") for reason in found.reasons[1:]] == ["between", "<", "!="]


def test_a_figure_named_twice_cannot_hide_the_worse_one(desk: Any, gate: Make, proof: Make) -> None:
    figures = [Figure(name="unaccounted", value=value, unit="row") for value in (0, 7)]
    desk.add(proof(figures=tuple(figures)))
    assert said(one(desk, gate())) == ("fail", ["figure"])
    desk.add(proof(figures=tuple(reversed(figures))))
    assert said(one(desk, gate())) == ("fail", ["figure"])


def attested(proof: Make, **changes: Any) -> Draft:
    word = Attestation(statement="已演练", scan=NO_DIGEST, signer="王工", **changes)
    draft: Draft = proof(kind=Kind.ATTESTATION, verb="attest", attestation=word)
    return draft


ATTESTED = {"kind": "attestation", "verb": "", "countersigned": True}


def test_a_paper_needs_the_other_side(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(attested(proof))
    assert said(one(desk, gate(**ATTESTED))) == ("fail", ["countersigner"])
    assert said(one(desk, gate(**ATTESTED | {"countersigned": False}))) == ("pass", [])
    desk.add(attested(proof, countersigner="李主任"))
    assert said(one(desk, gate(**ATTESTED))) == ("pass", [])


# --- which record ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "migration:patients-2"},
        {"verb": "load"},
        {"engine": "demo"},
        {"kind": Kind.ATTESTATION},
    ],
    ids=str,
)
def test_another_question_is_no_answer(
    desk: Any, gate: Make, proof: Make, changes: dict[str, Any]
) -> None:
    desk.add(proof(**changes))
    found = one(desk, gate(engine="migration"))
    assert said(found) == ("untested", ["untested"])
    assert found.age is None
    assert found.reasons[0].params == {"asked": "reconcile migration:patients"}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_a_run_that_was_stopped_does_not_leave_the_one_before_standing(
    desk: Any, gate: Make, proof: Make, status: Status
) -> None:
    desk.add(proof())
    desk.add(proof(status=status, verdict=Verdict.UNKNOWN))
    assert said(one(desk, gate())) == ("fail", ["status"])


def test_the_chain_knows_what_is_newest_though_its_clock_went_back(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof())
    desk.add(proof(3, finished=desk.clock - timedelta(hours=1)))
    assert said(one(desk, gate())) == ("fail", ["figure"])


def test_the_chain_knows_what_is_newest_on_other_systems_too(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof())
    earlier = desk.clock - timedelta(hours=1)
    desk.add(proof(3, finished=earlier, environment=Environment.PRODUCTION))
    assert said(one(desk, gate())) == ("fail", ["figure"])


@pytest.mark.parametrize("first", ["hospital", "vendor"])
def test_between_chains_time_tells(desk: Any, gate: Make, proof: Make, first: str) -> None:
    second = {"hospital": "vendor", "vendor": "hospital"}[first]
    desk.add(proof(3), first)
    desk.add(proof(finished=desk.clock + timedelta(minutes=1)), second)
    assert said(one(desk, gate())) == ("pass", [])
    desk.add(proof(3, finished=desk.clock + timedelta(minutes=2)), first)
    assert said(one(desk, gate())) == ("fail", ["figure"])


def test_a_chain_that_is_not_trusted_says_nothing(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(), "stranger")
    assert said(one(desk, gate())) == ("untested", ["untested"])
    desk.add(proof(5))
    desk.add(proof(finished=desk.clock + timedelta(hours=1)), "stranger")
    assert said(one(desk, gate())) == ("fail", ["figure"])


def test_a_chain_that_does_not_verify_says_nothing(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.broken.add("vendor")
    assert said(one(desk, gate())) == ("untested", ["untested"])


# --- the environment ------------------------------------------------------------------------------


@given(data=st.data())
def test_a_less_real_environment_never_opens_a_gate(
    data: st.DataObject, new_desk: Make, gate: Make, proof: Make
) -> None:
    """Whatever is in the ledger: only what is real enough opens, and only it is shown."""
    order = list(Environment)
    gate_is, asks = (data.draw(st.sampled_from(order)) for _ in range(2))
    if asks is Environment.SANDBOX:
        gate_is = Environment.SANDBOX
    desk = new_desk()
    records = st.tuples(st.sampled_from(order), st.sampled_from([0, 1]), st.booleans())
    for environment, unaccounted, by_hospital in data.draw(st.lists(records, max_size=6)):
        draft = proof(unaccounted, environment=environment, finished=desk.clock)
        desk.add(draft, "hospital" if by_hospital else "vendor")
    found = one(desk, gate(environment=asks.value, gate={"environment": gate_is.value}))
    real = [
        record
        for chain in desk.chains.values()
        for record in chain
        if order.index(record.environment) >= order.index(asks)
    ]
    if not real:
        assert found.state.value == "untested"
        assert found.evidence == ()
    else:
        newest = max(real, key=lambda record: record.recorded)
        assert found.evidence == (newest,)
        assert (found.state.value == "pass") is (newest.figures[0].value == 0)


def test_it_says_where_the_evidence_comes_from(desk: Any, gate: Make, proof: Make) -> None:
    for environment in (Environment.TEST, Environment.SANDBOX):
        desk.add(proof(environment=environment))
    found = one(desk, gate())
    assert said(found) == ("untested", ["environment", "too_few"])
    assert found.reasons[0].params["environments"] == ("sandbox", "test")
    assert found.reasons[0].params["environment"] == "rehearsal"


# --- many subjects --------------------------------------------------------------------------------


def test_every_matching_subject_must_answer(desk: Any, gate: Make, proof: Make) -> None:
    asked = gate(subject="migration:*", at_least=2)
    desk.add(proof())
    assert said(one(desk, asked)) == ("untested", ["too_few"])
    desk.add(proof(subject="migration:drugs", finished=desk.clock - timedelta(hours=5)))
    found = one(desk, asked)
    assert said(found) == ("pass", [])
    assert found.age > timedelta(hours=5), "the oldest is what counts"
    desk.add(proof(2, subject="migration:orders"))
    found = one(desk, asked)
    assert said(found) == ("fail", ["figure"])
    assert found.reasons[0].params["subject"] == "migration:orders"


def test_an_unreal_subject_does_not_hide_behind_its_neighbours(
    desk: Any, gate: Make, proof: Make
) -> None:
    asked = gate(subject="migration:*", at_least=2)
    for subject in ("migration:patients", "migration:drugs"):
        desk.add(proof(subject=subject))
    desk.add(proof(subject="migration:orders", environment=Environment.TEST))
    found = one(desk, asked)
    assert said(found) == ("untested", ["environment"])
    assert found.reasons[0].params["subject"] == "migration:orders"


def test_a_stem_ends_where_it_says(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(subject="migrations:patients"))
    assert one(desk, gate(subject="migration:*")).state.value == "untested"
    assert one(desk, gate(subject="migration*")).state.value == "pass"


# --- does it still speak for the world ------------------------------------------------------------


def test_it_is_too_old_a_second_late(desk: Any, gate: Make, proof: Make) -> None:
    record = desk.add(proof())
    asked = gate(max_age="6h")
    limit = record.finished + timedelta(hours=6)
    assert said(one(desk, asked, limit)) == ("pass", [])
    found = one(desk, asked, limit + timedelta(seconds=1))
    assert said(found) == ("stale", ["expired"])
    assert found.reasons[0].params["age"] == 6 * 3600 + 1


def test_a_word_runs_out(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(attested(proof, countersigner="李主任", expires=date(2027, 3, 1)))
    asked = gate(**ATTESTED)
    assert said(one(desk, asked)) == ("pass", [])
    desk.passed(days=1)
    assert said(one(desk, asked)) == ("stale", ["expired"])


def test_evidence_of_tomorrow_is_no_evidence(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof(finished=desk.clock + timedelta(minutes=4)))
    assert said(one(desk, gate())) == ("pass", []), "clocks differ by a little"
    desk.add(proof(finished=desk.clock + timedelta(minutes=6)))
    found = one(desk, gate(max_age="1h"))
    assert said(found) == ("stale", ["future"])
    assert found.age == timedelta()


CONTENT = ContentInput(name="mapping/patients.toml", digest="a" * 64)


def snapshot(limit: int | None = None) -> SnapshotInput:
    return SnapshotInput(name="source:his", schema="s", watermark=100, limit=limit)


@pytest.mark.parametrize(
    ("item", "present", "asked", "state", "reasons"),
    [
        (CONTENT, Present(digest="a" * 64), {}, "pass", []),
        (CONTENT, Present(digest="b" * 64), {}, "stale", ["input_changed"]),
        (CONTENT, Present(gone=True), {}, "stale", ["input_changed"]),
        (CONTENT, None, {}, "warn", ["input_cannot_tell"]),
        (CONTENT, None, {"hard_stop": True}, "stale", ["input_cannot_tell"]),
        (CONTENT, None, {"cannot_tell": "stale"}, "stale", ["input_cannot_tell"]),
        (
            CONTENT,
            None,
            {"hard_stop": True, "cannot_tell": "warn"},
            "warn",
            ["input_cannot_tell"],
        ),
        (snapshot(), Present(schema="s", watermark=100), {}, "pass", []),
        (snapshot(), Present(schema="s", watermark=101), {}, "warn", ["input_drifted"]),
        (snapshot(), Present(schema="t", watermark=100), {}, "stale", ["input_changed"]),
        (snapshot(), Present(schema="s", watermark=99), {}, "stale", ["input_changed"]),
        (snapshot(5), Present(schema="s", watermark=105), {}, "pass", ["input_drifted"]),
        (snapshot(5), Present(schema="s", watermark=106), {}, "stale", ["input_changed"]),
        (
            snapshot(),
            Present(schema="s", watermark=105),
            {"drift_limit": 5},
            "pass",
            ["input_drifted"],
        ),
        (
            snapshot(),
            Present(schema="s", watermark=106),
            {"drift_limit": 5},
            "stale",
            ["input_drifted"],
        ),
        (
            snapshot(9),
            Present(schema="s", watermark=106),
            {"drift_limit": 5},
            "stale",
            ["input_drifted"],
        ),
    ],
    ids=str,
)
def test_an_input_moves(
    desk: Any,
    gate: Make,
    proof: Make,
    item: Input,
    present: Present | None,
    asked: dict[str, Any],
    state: str,
    reasons: list[str],
) -> None:
    desk.resolvers = (lambda _: present,)
    desk.add(proof(inputs=(item,)))
    assert said(one(desk, gate(**asked))) == (state, reasons)


def test_a_failure_outweighs_what_moved(desk: Any, gate: Make, proof: Make) -> None:
    desk.resolvers = (lambda _: Present(digest="b" * 64),)
    desk.add(proof(4, inputs=(CONTENT,)))
    assert said(one(desk, gate())) == ("fail", ["figure", "input_changed"])


def test_evidence_built_on_superseded_evidence_is_stale(desk: Any, gate: Make, proof: Make) -> None:
    load = desk.add(proof(verb="load", figures=()))
    desk.add(proof(inputs=(EvidenceInput(id=load.id, digest=digest(load.id)),)))
    assert said(one(desk, gate())) == ("pass", [])
    desk.add(proof(verb="load", figures=()))
    found = one(desk, gate())
    assert said(found) == ("stale", ["input_changed"])
    assert found.reasons[0].params["input"] == load.id


def test_evidence_built_on_what_nobody_trusts_cannot_be_told(
    desk: Any, gate: Make, proof: Make
) -> None:
    load = desk.add(proof(verb="load"), "stranger")
    desk.add(proof(inputs=(EvidenceInput(id=load.id, digest=digest(load.id)),)))
    assert said(one(desk, gate(hard_stop=True))) == ("stale", ["input_cannot_tell"])


def test_evidence_built_on_a_record_that_was_written_anew_is_stale(
    desk: Any, gate: Make, proof: Make
) -> None:
    load = desk.add(proof(verb="load", figures=()))
    desk.add(proof(inputs=(EvidenceInput(id=load.id, digest=NO_DIGEST),)))
    assert said(one(desk, gate())) == ("stale", ["input_changed"])
