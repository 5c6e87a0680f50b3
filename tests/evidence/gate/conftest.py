"""What the tests of gates stand on: a gate to write down, evidence, and a ledger in memory."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from luodi.evidence.canonical import digest
from luodi.evidence.chain import Chain, Walk, chain_finding
from luodi.evidence.freshness import Resolver
from luodi.evidence.gate.answer import Shelf
from luodi.evidence.gate.check import GateReport, check
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.read import read_gates
from luodi.evidence.gate.sign import Voice, sign
from luodi.evidence.head import Head
from luodi.evidence.model import (
    Choice,
    Decision,
    Draft,
    Environment,
    Evidence,
    Figure,
    Kind,
    Side,
    Status,
    Verdict,
)
from luodi.evidence.outcome import Author
from luodi.evidence.verify import Verification

MOMENT = datetime(2027, 3, 1, 8, 30, tzinfo=UTC)
PROJECT = "同济-his-2027"
SIDES = {
    "vendor": Side.VENDOR,
    "hospital": Side.HOSPITAL,
    "supervisor": Side.SUPERVISOR,
    "third party": Side.THIRD_PARTY,
}

CRITERION: dict[str, Any] = {
    "id": "data.rows",
    "group": "data",
    "title": {"zh": "每一行都有去向", "en": "Every row accounted for"},
    "why": {"zh": "少一行就少一位患者。", "en": "A row short is a patient short."},
    "remedy": {"zh": "重新对账。", "en": "Reconcile again."},
    "kind": "machine",
    "subject": "migration:patients",
    "verb": "reconcile",
    "require": [{"figure": "unaccounted", "op": "==", "value": 0, "unit": "row"}],
}
GATE: dict[str, Any] = {
    "id": "review",
    "title": {"zh": "上线评审会", "en": "Go-live review"},
    "question": {"zh": "上不上线？", "en": "Do we go live?"},
    "environment": "rehearsal",
    "criteria": ["data.rows"],
    "decider": "hospital_leader",
    "seat": [
        {"id": "project_manager", "side": "vendor"},
        {"id": "finance", "side": "hospital", "veto": True},
        {"id": "supervisor", "side": "supervisor", "optional": True},
        {"id": "hospital_leader", "side": "hospital", "veto": True},
    ],
}


def written(
    *criteria: dict[str, Any], gate: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """The table of a gates.toml; each mapping is a criterion that differs from the sample."""
    asked = [{**CRITERION, **criterion, **changes} for criterion in criteria or ({},)]
    names = list(dict.fromkeys(criterion["id"] for criterion in asked))
    one = {**GATE, "criteria": names, **(gate or {})}
    return copy.deepcopy({"format": 1, "criterion": asked, "gate": [one]})


@pytest.fixture(scope="session")
def table() -> Callable[..., dict[str, Any]]:
    return written


@pytest.fixture(scope="session")
def gate() -> Callable[..., Gate]:
    """Write a gate with the criteria that differ from the sample in what is named, and read it."""
    return lambda *criteria, **changes: read_gates(written(*criteria, **changes), "gates.toml")[0]


def proven(unaccounted: int = 0, **changes: Any) -> Draft:
    said = Draft(
        kind=Kind.MACHINE,
        environment=Environment.REHEARSAL,
        subject="migration:patients",
        engine="migration",
        verb="reconcile",
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        actor="王工",
        host="站点-01",
        version="0.1",
        started=MOMENT,
        finished=MOMENT,
        figures=(Figure(name="unaccounted", value=unaccounted, unit="row"),),
    )
    return msgspec.structs.replace(said, **changes)


@pytest.fixture(scope="session")
def proof() -> Callable[..., Draft]:
    """Evidence that meets the sample criterion, unless told otherwise."""
    return proven


@dataclass
class Desk:
    """A project's ledger in memory: three keys, and a clock that the test sets."""

    clock: datetime = MOMENT
    sides: dict[str, Side] = field(default_factory=lambda: dict(SIDES))
    chains: dict[str, list[Evidence]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    lost: bool = False
    resolvers: tuple[Resolver, ...] = ()
    gates: tuple[Gate, ...] = ()

    def add(self, draft: Draft, writer: str = "vendor", **changes: Any) -> Evidence:
        """Append to a chain; the clock moves on by a second."""
        chain = self.chains.setdefault(writer, [])
        self.clock += timedelta(seconds=1)
        fields = {name: getattr(draft, name) for name in Draft.__struct_fields__} | changes
        record = Evidence(
            **fields,
            format=1,
            project=PROJECT,
            writer=writer,
            seq=len(chain) + 1,
            previous="0" * 64,
            recorded=self.clock,
        )
        chain.append(record)
        return record

    def passed(self, **later: float) -> None:
        """Let time pass."""
        self.clock += timedelta(**later)

    @property
    def verification(self) -> Verification:
        chains = tuple(self._chain(writer) for writer in sorted(self.chains))
        findings = [finding for chain in chains for finding in chain.findings]
        if self.lost:
            findings.append(chain_finding("evidence.verify_chain_lost", "w1", seq=1, source="x"))
        return Verification(PROJECT, chains, tuple(findings))

    def _chain(self, writer: str) -> Chain:
        records = tuple(self.chains[writer])
        digests = tuple(digest(record.id) for record in records)
        head = Head(
            format=1,
            project=PROJECT,
            writer=writer,
            seq=len(records),
            after=len(records),
            size=0,
            digest=digests[-1],
            suite="ed25519-sha256",
            public_key="",
            sealed=self.clock,
        )
        walk = Walk(tuple(record.seq for record in records), digests, records)
        altered = (chain_finding("evidence.verify_altered", writer, seq=1, next=2, line=1),)
        findings = altered if writer in self.broken else ()
        return Chain(writer, None, head, walk, findings, writer in self.sides)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.verification, self.resolvers)

    def check(self, gate: Gate, moment: datetime | None = None) -> GateReport:
        at = moment or self.clock
        return check(gate, self.verification, self.shelf, self.sides, at, gates=self.gates)

    def say(
        self, gate: Gate, seat: str, choice: str, reason: str = "", writer: str = "", **more: Any
    ) -> Evidence:
        """Sign at a gate with the key of the seat's side, or of the writer named."""
        found = gate.seat(seat)
        own = writer or next(
            (name for name, side in self.sides.items() if found and side is found.side), "vendor"
        )
        voice = Voice(seat, more.pop("name", "张三"), Choice(choice), reason, **more)
        side = self.sides.get(own, Side.VENDOR)
        outcome = sign(self.check(gate), voice, self.verification, own, side)
        author = Author("张三", gate.environment, host="站点-01")
        return self.add(outcome.draft(author, self.clock, self.clock), own)

    def decide(self, gate: Gate, choice: Choice = Choice.GO, writer: str = "", **more: Any) -> None:
        """Put a decision into the ledger without asking the gate, as only a test can."""
        seat = gate.seat(gate.decider)
        assert seat is not None
        own = writer or next(name for name, side in self.sides.items() if side is seat.side)
        stands = gate.definition()
        decision = Decision(
            gate=gate.id, definition=stands, seat=seat.id, choice=choice, name="院长"
        )
        draft = proven(
            kind=Kind.DECISION,
            subject=f"gate:{gate.id}",
            verb="decide",
            environment=Environment.PRODUCTION,
            started=self.clock,
            finished=self.clock,
            decision=msgspec.structs.replace(decision, **more),
        )
        self.add(draft, own)

    def agree(self, gate: Gate) -> None:
        """Adopt the gate and let everybody but the decider agree."""
        self.say(gate, gate.decider, "adopt")
        for seat in gate.seats:
            if seat.id != gate.decider and not seat.optional:
                self.say(gate, seat.id, "agree")

    def go(self, gate: Gate) -> GateReport:
        """Bring a gate whose evidence stands to its go."""
        self.agree(gate)
        self.say(gate, gate.decider, "go")
        return self.check(gate)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def new_desk() -> Callable[..., Desk]:
    """For property tests, which need another one each time."""
    return Desk
