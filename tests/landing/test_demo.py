"""The demonstration: its story, its three reasons, and nothing else touched."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from luodi.evidence.catalogue import lookup
from luodi.evidence.chain import Keep
from luodi.evidence.errors import Cancelled, LuodiError, WrongUse
from luodi.evidence.gate.answer import State
from luodi.evidence.gate.check import Answer
from luodi.evidence.gate.templates import template_names
from luodi.evidence.model import Environment, Side, Status, Verdict
from luodi.evidence.progress import Cancellation, Recording, Silent
from luodi.landing import demo as verb
from luodi.landing.demo import Demonstration, demo
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.site import Site


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return demo(tmp_path_factory.mktemp("demo") / "演 示", progress=Silent())


def test_it_works(told: Demonstration) -> None:
    assert [(step.code.removeprefix("landing.demo_"), step.verdict) for step in told.steps] == [
        ("began", Verdict.PASS),
        ("first_round", Verdict.PASS),
        ("no_go", Verdict.FAIL),
        ("second_round", Verdict.PASS),
        ("hospital", Verdict.PASS),
        ("signed", Verdict.WARN),
        ("tampered", Verdict.FAIL),
    ]
    assert all(lookup(step.code) for step in told.steps)


def test_the_first_answer_is_no_for_three_true_reasons(told: Demonstration) -> None:
    assert told.before.answer is Answer.NO_GO
    blocked = {item.criterion.id: item.state for item in told.before.criteria if item.blocks}
    assert blocked == {
        "data.rows_accounted": State.STALE,
        "data.balance_deposits": State.FAIL,
        "continuity.drill_2_hours": State.UNTESTED,
    }
    hard = told.before.closed[0]
    assert hard.code == "evidence.gate_hard_stops"
    assert hard.params["criteria"] == tuple(blocked)
    codes = {
        item.criterion.id: [reason.code for reason in item.reasons]
        for item in told.before.criteria
        if item.blocks
    }
    assert all(codes.values())


def test_the_last_answer_is_go_with_a_condition(told: Demonstration) -> None:
    assert told.after.answer is Answer.GO_IF
    assert not [item for item in told.after.criteria if item.blocks]
    assert [held.condition.text for held in told.after.conditions] == ["异地结算再补测两例"]
    silent = [item.seat.id for item in told.after.signatures if not item.counts]
    assert silent == ["hospital_leader"]
    assert told.after.decision is not None
    assert told.after.decision.counts


def test_tampering_is_found_at_the_record_that_was_edited(told: Demonstration) -> None:
    chain = next(c for c in told.tampered.chains if c.writer == told.vendor.signer.writer)
    own = told.vendor.verify(keep=Keep.ALL).result
    (edited,) = [
        record.seq
        for kept in own.chains
        for record in kept.records
        if any(figure.value == Decimal("12.5") for figure in record.figures)
    ]
    (finding,) = [f for f in told.tampered.findings if f.code == "evidence.verify_altered"]
    assert finding.params["writer"] == chain.writer
    assert finding.params["seq"] == finding.params["line"] == edited
    assert own.verdict is Verdict.PASS


def test_both_installations_are_left_whole(told: Demonstration) -> None:
    settings = verb._settings(told.root, "hospital-home", "信息科", Side.HOSPITAL)
    hospital = Site.open(told.root / "院方" / told.vendor.folder.path.name, settings)
    assert hospital.verify().verdict is Verdict.PASS
    assert hospital.signer.writer != told.vendor.signer.writer
    assert hospital.folder.digests() == told.vendor.folder.digests()
    vendors = told.vendor.chains.data(told.vendor.signer.writer)
    assert vendors.startswith(hospital.chains.data(told.vendor.signer.writer))


def test_its_evidence_is_of_every_kind_and_opens_no_real_gate(told: Demonstration) -> None:
    records = [
        record
        for chain in told.vendor.verify(keep=Keep.ALL).result.chains
        for record in chain.records
    ]
    assert {record.environment for record in records} == {Environment.SANDBOX}
    assert {record.kind for record in records} == {"machine", "attestation", "decision"}
    assert {record.status for record in records} == set(Status)
    assert {type(item).__name__ for record in records for item in record.inputs} == {
        "ContentInput",
        "SnapshotInput",
        "EvidenceInput",
    }
    assert "demo" in template_names()


def test_told_twice(tmp_path: Path) -> None:
    first = demo(tmp_path / "d", progress=Silent())
    (tmp_path / "d" / "left over").touch()
    second = demo(tmp_path / "d", progress=Silent())
    assert second.before.answer is Answer.NO_GO
    assert second.after.answer is Answer.GO_IF
    assert second.vendor.signer.writer != first.vendor.signer.writer
    assert not (tmp_path / "d" / "left over").exists()


def test_an_empty_folder_is_good_enough(tmp_path: Path) -> None:
    assert demo(tmp_path, progress=Silent()).after.answer is Answer.GO_IF


@pytest.mark.parametrize("what", ["a file in it", "a landing folder", "a file"])
def test_what_is_somebody_elses_stays(tmp_path: Path, what: str) -> None:
    root = tmp_path / "别人的"
    if what == "a landing folder":
        new(root, template_name="demo")
    elif what == "a file":
        root.write_text("mine")
    else:
        root.mkdir()
        (root / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    error = refusal(lambda: demo(root, progress=Silent()))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.demo_elsewhere"
    assert sorted(tmp_path.rglob("*")) == before


def test_progress_is_reported(tmp_path: Path) -> None:
    watcher = Recording()
    told = demo(tmp_path / "d", progress=watcher)
    (stage,) = watcher.steps
    assert stage.done == stage.total == len(told.steps)


@pytest.mark.parametrize("at", range(7))
def test_stopped_after_any_step_it_can_be_told_again(tmp_path: Path, at: int) -> None:
    cancellation = Cancellation()

    class Watcher(Recording):
        def advance(self, units: int = 1) -> None:
            if self.steps[0].done == at:
                cancellation.request()
            super().advance(units)

    with pytest.raises(Cancelled):
        demo(tmp_path / "d", progress=Watcher(cancellation))
    assert demo(tmp_path / "d", progress=Silent()).after.answer is Answer.GO_IF


def test_this_installations_own_home_is_not_used(tmp_path: Path, luodi_home: Path) -> None:
    demo(tmp_path / "d", progress=Silent())
    assert not luodi_home.exists()
    assert Home(luodi_home).path == luodi_home
