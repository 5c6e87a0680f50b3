"""The sample hospital: a whole HIS landing, five weeks before its night, told by ``sample.toml``.

Its people and its evidence are invented (engine ``demo``, environment ``sandbox``); ledger, keys,
gates, signatures and staleness are the real thing, as for any hosted project.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.gate.model import Criterion, Gate, Op, Requirement, Seat
from luodi.evidence.gate.read import role_title
from luodi.evidence.gate.sign import Voice, sign
from luodi.evidence.model import (
    Attestation,
    Choice,
    Draft,
    Environment,
    Figure,
    Input,
    Kind,
    Noun,
    Side,
    Verdict,
    now,
)
from luodi.evidence.outcome import Author, Outcome
from luodi.evidence.shape import parse_toml, shape
from luodi.landing.folder import LandingFolder
from luodi.landing.new import new

if TYPE_CHECKING:
    from luodi.workbench.core.hosted import HostedSite
    from luodi.workbench.core.models import Project

_ENVIRONMENT = re.compile(r'(?m)^environment = "\w+"$')
_BEFORE_GATE = timedelta(days=2)
"""Evidence is made that long before the gate that asks for it."""

_MAPPED = "mapping/patients.toml"
_MAPPING = """\
format = 1
domain = "patients"
title = {{ zh = "患者主索引", en = "Patients" }}
owner = "medical_records"
source = "old_his"
target = "new_his"

[[feed]]
id = "patient"
from = "pms_patient"
to = "patient"
key = {{ column = "id", strategy = "sequence" }}

[[feed.column]]
to = "name"
from = ["name"]
steps = [{{ op = "{op}" }}]
"""


class Person(Noun, frozen=True, kw_only=True):
    """Somebody to sign in as."""

    username: str
    name: str
    side: Side
    function: str


class Said(Noun, frozen=True, kw_only=True):
    """What a criterion says at the present gate; ``built_on`` names a file that changes later."""

    criterion: str
    verdict: Verdict = Verdict.PASS
    figures: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    more: tuple[Figure, ...] = ()
    built_on: str = ""
    untested: bool = False


class Story(Noun, frozen=True, kw_only=True):
    """``sample.toml``."""

    format: Literal[1]
    hospital: str
    vendor: str
    project: str
    template: str
    days_ahead: int
    present: str
    names: dict[str, tuple[str, ...]]
    person: tuple[Person, ...]
    said: tuple[Said, ...]


def story() -> Story:
    """Read the story."""
    text = (resources.files("luodi.workbench") / "sample.toml").read_text("utf-8")
    return shape(parse_toml(text, "sample.toml"), Story, "sample.toml")


def tell(told: Story) -> Project:
    """Host the sample landing and fill its ledger, gate by gate, on the day each was due."""
    from luodi.workbench.core.hosted import host, write_content

    with tempfile.TemporaryDirectory() as place:
        go_live = _saturday(now() + timedelta(days=told.days_ahead))
        project = host(_folder(told, Path(place), go_live), vendor=told.vendor)
    teller = _Teller.at(project, told)
    for gate in teller.passed:
        moment = min(now(), go_live + timedelta(days=gate.offset_days or 0))
        teller.work(gate.criteria, moment - _BEFORE_GATE)
        teller.pass_gate(gate, moment)
    teller.work(teller.present.criteria, now() - timedelta(hours=20), told.said)
    texts = {file.name: file.text for file in project.content.all()}
    write_content(project, {**texts, _MAPPED: _MAPPING.format(op="half_width")}, by=None)
    return project


def _saturday(moment: datetime) -> datetime:
    """Ten in the evening of the Saturday on or after a moment, where this is read."""
    local = moment.astimezone()
    day = local.date() + timedelta(days=(5 - local.weekday()) % 7)
    return datetime.combine(day, time(22), tzinfo=local.tzinfo)


def _folder(told: Story, place: Path, go_live: datetime) -> LandingFolder:
    made = new(
        place / f"{told.hospital} {told.project}",
        template_name=told.template,
        hospital=told.hospital,
        go_live=go_live,
        environment=Environment.SANDBOX,
    ).result
    gates = made.path / "gates.toml"
    text = gates.read_text("utf-8")
    gates.write_text(_ENVIRONMENT.sub('environment = "sandbox"', text), "utf-8")
    (made.path / "mapping").mkdir()
    (made.path / _MAPPED).write_text(_MAPPING.format(op="trim"), "utf-8")
    return LandingFolder(made.path)


@dataclass(frozen=True)
class _Teller:
    """The two organisations at work: what they record, and when."""

    told: Story
    sites: Mapping[Side, HostedSite]
    passed: tuple[Gate, ...]
    present: Gate

    @classmethod
    def at(cls, project: Project, told: Story) -> _Teller:
        from luodi.workbench.core.hosted import SPEAKING, HostedSite

        sites = {side: HostedSite.of(project, side) for side in SPEAKING}
        gates = sites[Side.VENDOR].folder.gates
        number = next(place for place, gate in enumerate(gates) if gate.id == told.present)
        return cls(told, sites, gates[:number], gates[number])

    def work(
        self, criteria: Iterable[Criterion], moment: datetime, said: Iterable[Said] = ()
    ) -> None:
        """Record what criteria ask for, in one append."""
        exceptions = {each.criterion: each for each in said}
        acts: dict[tuple[Kind, str, str], list[Criterion]] = {}
        for criterion in criteria:
            if criterion.kind is not Kind.DECISION:
                act = (criterion.kind, criterion.subject, criterion.verb)
                acts.setdefault(act, []).append(criterion)
        drafts = [
            draft for asking in acts.values() for draft in self._drafts(asking, exceptions, moment)
        ]
        self.sites[Side.VENDOR].ledger.append(drafts)

    def _drafts(
        self, asking: list[Criterion], exceptions: Mapping[str, Said], moment: datetime
    ) -> Iterator[Draft]:
        """One act answers every criterion that asks for it."""
        criterion = asking[0]
        said = next((exceptions[each.id] for each in asking if each.id in exceptions), None)
        if said is not None and said.untested:
            return
        area, _, thing = criterion.subject.partition(":")
        things = self.told.names[area][: max(criterion.at_least, 2)] if thing == "*" else (thing,)
        for each in things:
            outcome = self._outcome(asking, f"{area}:{each}", said)
            said = None if thing == "*" else said  # one of many has the trouble
            author = Author("张工", Environment.SANDBOX)
            yield outcome.draft(author, moment - timedelta(minutes=20), moment)

    def _outcome(self, asking: list[Criterion], subject: str, said: Said | None) -> Outcome[None]:
        criterion = asking[0]
        required = {each.figure: each for criterion in asking for each in criterion.require}
        otherwise = said.figures if said else {}
        figures = [
            Figure(
                name=each.figure,
                value=_number(otherwise.get(each.figure, _enough(each))),
                unit=each.unit,
            )
            for each in required.values()
        ]
        inputs: tuple[Input, ...] = ()
        if said and said.built_on:
            inputs = (self.sites[Side.VENDOR].folder.input(said.built_on),)
        attested = criterion.kind is Kind.ATTESTATION
        return Outcome(
            None,
            subject=subject,
            engine="demo",
            verb="attest" if attested else criterion.verb,
            verdict=said.verdict if said else Verdict.PASS,
            kind=criterion.kind,
            figures=(*figures, *(said.more if said else ())),
            inputs=inputs,
            attestation=_attested(criterion) if attested else None,
        )

    def pass_gate(self, gate: Gate, moment: datetime) -> None:
        """Adopt the criteria, have every seat agree, and decide: go."""
        decider = gate.decider
        self._speak(gate, [Voice(decider, self._name(decider), Choice.ADOPT, "阈值同意")], moment)
        voices = [
            Voice(seat.id, self._name(seat.id), Choice.AGREE, scan=self._scan(seat))
            for seat in gate.seats
            if seat.id != decider
        ]
        self._speak(gate, voices, moment)
        self._speak(gate, [Voice(decider, self._name(decider), Choice.GO)], moment)

    def _speak(self, gate: Gate, voices: Iterable[Voice], moment: datetime) -> None:
        """Sign with the key of each seat's side, as the gate stood at `moment`."""
        asked = moment + timedelta(minutes=1)
        report, verification = self.sites[Side.VENDOR].check(gate.id, asked)
        drafts: dict[Side, list[Draft]] = {side: [] for side in self.sites}
        for voice in voices:
            seat = gate.seat(voice.seat)
            side = seat.side if seat and seat.side in self.sites else Side.VENDOR
            outcome = sign(report, voice, verification, self.sites[side].signer.writer, side)
            author = Author(voice.name, Environment.SANDBOX)
            drafts[side].append(outcome.draft(author, moment, moment))
        for side, spoken in drafts.items():
            self.sites[side].ledger.append(spoken)

    def _name(self, role: str) -> str:
        """Who sits in a seat; for most, the title is all the story tells."""
        known = {each.function: each.name for each in self.told.person}
        return known.get(role) or role_title(role)["zh"]

    def _scan(self, seat: Seat) -> str:
        """A side without a key here speaks by a paper; a stand-in for its scan."""
        return "" if seat.side in self.sites else digest_bytes(f"样例扫描件 {seat.id}".encode())


def _attested(criterion: Criterion) -> Attestation:
    title = criterion.title["zh"]
    owner = role_title(criterion.hospital_owner)["zh"] if criterion.hospital_owner else ""
    return Attestation(
        statement=f"{title}（样例）",
        scan=digest_bytes(f"样例扫描件 {criterion.id}".encode()),
        signer="张工",
        countersigner=owner or "信息科",
    )


def _enough(requirement: Requirement) -> Decimal:
    """A value that meets a comparison, not by a hair."""
    value = Decimal(requirement.value)
    match requirement.op:
        case Op.GE | Op.GT:
            more = (value * Decimal("1.2")).to_integral_value(ROUND_CEILING)
            return max(min(more, Decimal(100)), value) if requirement.unit == "percent" else more
        case Op.LE | Op.LT:
            return value * Decimal("0.8")
        case Op.NE:
            return value + 1
        case _:
            return value


def _number(value: Decimal) -> int | Decimal:
    whole = value == value.to_integral_value()
    return int(value) if whole else value.normalize()
