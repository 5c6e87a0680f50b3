"""The gates that Luodi ships: whole, in both languages, and opened by evidence and nothing less."""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import resources
from typing import Any

import msgspec
import pytest

from luodi.evidence.catalogue import LANGUAGES
from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.answer import BLOCKING, answer
from luodi.evidence.gate.compare import meets
from luodi.evidence.gate.model import Criterion, Gate, Op, Requirement
from luodi.evidence.gate.read import read_gates
from luodi.evidence.gate.templates import Template, template, template_names
from luodi.evidence.model import (
    Attestation,
    Draft,
    Environment,
    Figure,
    Kind,
    Number,
    Verdict,
)
from luodi.evidence.shape import parse_toml

Make = Callable[..., Any]
NAMES = ("demo", "emr", "his", "lis", "pacs")
SYSTEMS = ("emr", "his", "lis", "pacs")
GATES = [(name, gate) for name in NAMES for gate in template(name).gates()]
each_gate = pytest.mark.parametrize(
    ("name", "gate"), GATES, ids=[f"{name}-{gate.id}" for name, gate in GATES]
)


def source(name: str) -> dict[str, Any]:
    text = (resources.files("luodi") / "evidence/gate" / name).read_text(encoding="utf-8")
    return parse_toml(text, name)


CATALOGUE: list[dict[str, Any]] = source("criteria.toml")["criterion"]
ROLES = set(source("roles.toml")["role"])


def test_it_works() -> None:
    assert template_names() == NAMES
    his = template("his")
    assert his.title == {"zh": "HIS 上线关口", "en": "Gates of a HIS landing"}
    assert len(his.gates()) == 18
    assert his.gates()[0].decider == "hospital_leader"


def test_an_unknown_template_names_those_there_are() -> None:
    with pytest.raises(WrongUse) as caught:
        template("ris")
    assert caught.value.code == "evidence.gate_no_template"
    for lang in LANGUAGES:
        assert all(name in caught.value.text(lang) for name in ("ris", *NAMES))
        assert caught.value.next_step(lang)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_out_as_a_projects_own_file(name: str) -> None:
    one: Template = template(name)
    table = parse_toml(one.text, "gates.toml")
    assert read_gates(table, "gates.toml") == one.gates()
    asked = {criterion.id for gate in one.gates() for criterion in gate.criteria}
    assert {item["id"] for item in table["criterion"]} == asked
    assert "[[criterion]]\n" in one.text
    assert "\n# 数据 / data" not in one.text, "remarks between criteria stay behind"


# --- the catalogue --------------------------------------------------------------------------------


def test_every_criterion_is_asked_somewhere() -> None:
    asked = {criterion.id for _, gate in GATES for criterion in gate.criteria}
    assert [item["id"] for item in CATALOGUE if item["id"] not in asked] == []


def test_a_criterion_is_filed_under_its_group() -> None:
    assert len({item["id"] for item in CATALOGUE}) == len(CATALOGUE)
    assert [
        item["id"] for item in CATALOGUE if not item["id"].startswith(item["group"] + ".")
    ] == []


INSURANCE = (
    "acceptance",
    "line",
    "catalogue",
    "register",
    "upload",
    "presettle",
    "settle",
    "cancel",
    "reversal",
    "reconciliation",
)
BALANCES = (
    "inpatients",
    "beds",
    "deposits",
    "unsettled_charges",
    "long_term_orders",
    "paid_undispensed",
    "pending_reports",
    "appointments",
    "visit_cards",
    "stock",
    "invoice_numbers",
)
HARD_STOPS = [
    "commercial.processing_agreement",
    "commercial.privacy_impact_assessment",
    "data.rows_accounted",
    "data.exclusions_signed",
    "data.identity_reviewed",
    "data.drug_codes_reviewed",
    *(f"data.balance_{name}" for name in BALANCES),
    "interfaces.round_trip",
    "interfaces.simulator_signed",
    *(f"interfaces.insurance_{name}" for name in INSURANCE),
    "workflows.outpatient_walk",
    "workflows.inpatient_walk",
    "workflows.peripherals",
    "technology.restore",
    "technology.way_back",
    "security.permission_matrix",
    "continuity.drill_30_minutes",
    "continuity.drill_2_hours",
    "continuity.drill_8_hours",
]
"""What go-live practice marks ■; beds stand beside 在院患者."""


def test_the_hard_stops_are_those_of_go_live_practice() -> None:
    assert [item["id"] for item in CATALOGUE if item.get("hard_stop")] == HARD_STOPS


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_template_softens_a_hard_stop_at_the_gates_that_decide(name: str) -> None:
    for gate in template(name).gates():
        if gate.id in ("go_live_review", "t0_confirmation", "point_of_no_return"):
            soft = [
                item.id for item in gate.criteria if item.id in HARD_STOPS and not item.hard_stop
            ]
            assert soft == [], gate.id


def test_the_review_of_a_his_asks_every_hard_stop() -> None:
    review = next(gate for gate in template("his").gates() if gate.id == "go_live_review")
    assert [name for name in HARD_STOPS if name not in {item.id for item in review.criteria}] == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_eighteen_gates_stand_in_the_order_of_time(name: str) -> None:
    gates = template(name).gates()
    assert [gate.id for gate in gates] == [gate.id for gate in template("his").gates()]
    days = [gate.offset_days for gate in gates]
    assert None not in days
    assert days == sorted(days, key=lambda day: day or 0)


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_real_gate_reads_the_sandbox(name: str) -> None:
    asked = [item for gate in template(name).gates() for item in (gate, *gate.criteria)]
    assert all(item.environment is not Environment.SANDBOX for item in asked)


@each_gate
def test_every_owner_and_seat_is_a_known_role(name: str, gate: Gate) -> None:
    owners = {one for c in gate.criteria for one in (c.vendor_owner, c.hospital_owner)}
    assert sorted(owners - ROLES) == []
    assert sorted({seat.id for seat in gate.seats} - ROLES) == []
    assert gate.seat(gate.decider).side.value == "hospital"


def test_both_languages_stand_everywhere() -> None:
    found = [
        (f"{one['id']}.{key}", one[key]) for one in CATALOGUE for key in ("title", "why", "remedy")
    ]
    for name in NAMES:
        table = source(f"templates/{name}.toml")
        found += [(f"{name}.{key}", table[key]) for key in ("title", "about")]
        for gate in table["gate"]:
            found += [(f"{name}.{gate['id']}.{key}", gate[key]) for key in ("title", "question")]
            found += [
                (f"{name}.{gate['id']}.seat", seat["title"])
                for seat in gate["seat"]
                if "title" in seat
            ]
    found += [(f"roles.{role}", words) for role, words in source("roles.toml")["role"].items()]
    for place, said in found:
        assert isinstance(said, dict), place
        assert set(said) == {"zh", "en"}, place
        assert re.search("[一-鿿]", said["zh"]) or said["zh"] == said["en"], place
        assert said["en"].strip(), place
        assert not re.search("[一-鿿]", said["en"]), place


# --- remedies -------------------------------------------------------------------------------------

ROOMS_NOT_BUILT = {
    # command: the room of DESIGN §2 it will come with
    "interface": "interfaces",
    "insurance": "interfaces",
    "flow": "flow",
    "rehearse": "rehearsal",
    "compliance": "compliance",
    "diagnose": "diagnosis",
    "release": "release",
    "plan": "planning",
}


def is_built(command: str, verb: str) -> bool:
    app = importlib.import_module(f"luodi.cli.{command}").app
    return verb in app.built().commands


def test_a_remedy_names_commands_that_exist_or_will_come() -> None:
    built = {name for section in cli_sections() for name in section["commands"]}
    asked = {
        (item["id"], *found)
        for item in CATALOGUE
        for text in item["remedy"].values()
        for found in re.findall(r"`luodi (\w+) (\w+)", text)
    }
    assert asked
    wrong = [
        (place, command, verb)
        for place, command, verb in sorted(asked)
        if not (is_built(command, verb) if command in built else command in ROOMS_NOT_BUILT)
    ]
    assert wrong == []
    assert not built & set(ROOMS_NOT_BUILT), "a room was built: check its verbs and take it off"


def cli_sections() -> list[dict[str, Any]]:
    text = (resources.files("luodi") / "cli/commands.toml").read_text(encoding="utf-8")
    sections: list[dict[str, Any]] = parse_toml(text, "commands.toml")["section"]
    return sections


def test_the_remedy_of_a_word_is_to_attest_it_and_of_a_decision_to_sign() -> None:
    command = {"attestation": "`luodi evidence attest", "decision": "`luodi gate sign"}
    for item in CATALOGUE:
        if item["kind"] in command:
            for lang in LANGUAGES:
                said = item["remedy"][lang]
                # The signature under a mapping is taken where its version is known.
                signed = item["subject"] == "mapping:*" and "`luodi migrate map sign" in said
                assert signed or command[item["kind"]] in said, item["id"]


def test_a_later_gate_asks_for_a_gate_that_is_there() -> None:
    for name in SYSTEMS:
        seen: set[str] = set()
        for gate in template(name).gates():
            asked = {c.subject for c in gate.criteria if c.kind is Kind.DECISION}
            assert asked <= {f"gate:{one}" for one in seen}, f"{name} {gate.id}"
            seen.add(gate.id)


# --- evidence that just meets a gate opens it, a unit less does not -------------------------------


@dataclass
class Wanted:
    """One record to be made: for several criteria that ask the same verb about one subject."""

    criteria: list[Criterion] = field(default_factory=list)

    @property
    def requirements(self) -> list[Requirement]:
        return [item for criterion in self.criteria for item in criterion.require]

    def figures(self) -> dict[str, Figure]:
        found = {}
        for item in self.requirements:
            same = [other for other in self.requirements if other.figure == item.figure]
            ends = [end for other in same for end in just(other)]
            value = next(end for end in ends if all(meets(end, other) for other in same))
            found[item.figure] = Figure(name=item.figure, value=value, unit=item.unit)
        return found


def just(item: Requirement) -> list[Number]:
    """The values closest to the edge."""
    step = {Op.GT: 1, Op.LT: -1, Op.NE: 1}.get(item.op, 0)
    return [item.value + step, *([item.high] if item.high is not None else [])]


def beyond(item: Requirement) -> Number:
    """One unit worse than the edge."""
    return item.value + {Op.GE: -1, Op.BETWEEN: -1, Op.GT: 0, Op.LT: 0, Op.NE: 0}.get(item.op, 1)


def wanted(criteria: tuple[Criterion, ...]) -> dict[tuple[str, str, str], Wanted]:
    """Group criteria by what one record can answer: subject, kind and verb."""
    records: dict[tuple[str, str, str], Wanted] = {}
    for criterion in criteria:
        stem = criterion.subject.removesuffix("*")
        names = (
            [f"{stem}样本-{number}" for number in range(criterion.at_least)]
            if criterion.subject.endswith("*")
            else [stem]
        )
        for name in names:
            key = (name, criterion.kind.value, criterion.verb)
            records.setdefault(key, Wanted()).criteria.append(criterion)
    return records


def drafted(
    proof: Make, key: tuple[str, str, str], item: Wanted, moment: Any, **changes: Any
) -> Draft:
    subject, kind, verb = key
    order = list(Environment)
    word = Attestation(statement="见扫描件", scan="0" * 64, signer="王工", countersigner="李主任")
    draft: Draft = proof(
        kind=Kind(kind),
        subject=subject,
        verb=verb or "attest",
        environment=max((c.environment for c in item.criteria), key=order.index),
        attestation=word if kind == "attestation" else None,
        figures=tuple(item.figures().values()),
        started=moment,
        finished=moment,
    )
    return msgspec.structs.replace(draft, **changes)


@pytest.mark.parametrize("name", NAMES)
def test_the_least_that_is_asked_opens_every_gate_from_first_to_last(
    name: str, desk: Any, proof: Make
) -> None:
    """Evidence at the edge of each threshold, adoption, every signature, decisions in turn."""
    go_live = desk.clock
    desk.gates = template(name).gates()
    for number, gate in enumerate(desk.gates):
        desk.clock = go_live + timedelta(days=gate.offset_days or 0, hours=number)
        assert desk.check(gate).answer.value == "no_go"
        for key, item in wanted(gate.criteria).items():
            if key[1] != "decision":  # those have been taken at the gates before
                desk.add(drafted(proof, key, item, desk.clock))
        report = desk.go(gate)
        assert (report.answer.value, report.reasons) == ("go", ()), gate.id


@each_gate
def test_one_unit_worse_closes_it(name: str, gate: Gate, new_desk: Make, proof: Make) -> None:
    for key, item in wanted(gate.criteria).items():
        for asked in item.criteria:
            if asked.kind is Kind.DECISION:
                continue  # test_earlier
            for changes in worse(item, asked):
                desk = new_desk()
                for other, fine in wanted((asked,)).items():
                    desk.add(drafted(proof, other, fine, desk.clock))
                assert answer(asked, desk.shelf, desk.clock).state.value == "pass", asked.id
                desk.add(drafted(proof, key, item, desk.clock, **changes))
                assert answer(asked, desk.shelf, desk.clock).state in BLOCKING, (asked.id, changes)


def worse(item: Wanted, asked: Criterion) -> Iterator[dict[str, Any]]:
    """Each way in which one record can fall short of one criterion by the least."""
    figures = item.figures()
    for requirement in asked.require:
        spoilt = Figure(name=requirement.figure, value=beyond(requirement), unit=requirement.unit)
        yield {"figures": tuple({**figures, requirement.figure: spoilt}.values())}
    yield {"verdict": Verdict.FAIL}
    if asked.countersigned:
        yield {"attestation": Attestation(statement="x", scan="0" * 64, signer="王工")}


@each_gate
def test_one_criterion_short_closes_the_whole(
    name: str, gate: Gate, desk: Any, proof: Make
) -> None:
    records = {key: item for key, item in wanted(gate.criteria).items() if key[1] != "decision"}
    desk.gates = template(name).gates()
    for earlier in desk.gates:
        if any(criterion.subject == f"gate:{earlier.id}" for criterion in gate.criteria):
            desk.decide(earlier)
    for key, item in records.items():
        desk.add(drafted(proof, key, item, desk.clock))
    desk.agree(gate)
    assert desk.check(gate).answer.value == "ready"
    key, item = next(iter(records.items()))
    desk.add(drafted(proof, key, item, desk.clock, verdict=Verdict.FAIL))
    report = desk.check(gate)
    assert report.answer.value == "no_go"
    assert {c.criterion.id for c in report.criteria if c.blocks} == {c.id for c in item.criteria}
