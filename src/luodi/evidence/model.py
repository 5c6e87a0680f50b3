"""The nouns of evidence: frozen values, written once, never changed.

A :class:`Draft` is what a verb knows when it ends.  A ledger gives it its place in a chain and it
becomes :class:`Evidence`.  The classes are msgspec structs: a frozen dataclass that is checked
while it is read, fast enough to check a whole ledger at every gate.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

FORMAT = 1
"""Format version of an evidence record."""

NO_DIGEST = "0" * 64
"""What the first record of a chain names as the digest of the record before it."""

Number: TypeAlias = int | Decimal
"""A figure's value.  Binary floats are not numbers a hospital may be shown."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""How many there are, possibly none."""

Ordinal: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
"""A place in a chain, counted from 1."""

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time.  Without its zone it could not be put in order with others."""


class Kind(StrEnum):
    """Who speaks: a program, a person, or people who decide."""

    MACHINE = "machine"
    ATTESTATION = "attestation"
    DECISION = "decision"


class Environment(StrEnum):
    """Where the work was done.  Evidence of a sandbox never opens a production gate."""

    SANDBOX = "sandbox"
    TEST = "test"
    REHEARSAL = "rehearsal"
    PRODUCTION = "production"


class Status(StrEnum):
    """How the verb ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verdict(StrEnum):
    """What the verb found."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class Side(StrEnum):
    """Whose person, key or seat it is."""

    VENDOR = "vendor"
    HOSPITAL = "hospital"
    THIRD_PARTY = "third_party"
    SUPERVISOR = "supervisor"


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of every noun: immutable, nothing unknown accepted.

    A noun never refers back to itself, so the garbage collector need not follow it: a ledger of
    100,000 records is read three times as fast.
    """


class Figure(Noun, frozen=True, kw_only=True):
    """One measured number: ``Figure(name="rows", value=33296, unit="row")``."""

    name: str
    value: Number
    unit: str = ""


class Finding(Noun, frozen=True, kw_only=True):
    """Something noticed: a message code with parameters, and how often it was met."""

    code: str
    params: dict[str, str | int] = {}
    severity: Severity = Severity.WARN
    count: int = 1


class ContentInput(Noun, frozen=True, kw_only=True, tag_field="type", tag="content"):
    """An input that is the same as long as it says the same: digest of its canonical form."""

    name: str
    digest: str


class SnapshotInput(Noun, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """A living input, such as a source table.

    It grows while people work; that is drift.  ``limit`` is how much the watermark may grow, in
    ``unit``, before the evidence no longer speaks for it; None leaves that to the criterion.
    """

    name: str
    schema: str
    watermark: int
    unit: str = "row"
    limit: int | None = None


class EvidenceInput(Noun, frozen=True, kw_only=True, tag_field="type", tag="evidence"):
    """Another record this one builds on: its id and the digest of its stored bytes."""

    id: str
    digest: str

    @property
    def name(self) -> str:
        return self.id


Input: TypeAlias = ContentInput | SnapshotInput | EvidenceInput


class Artefact(Noun, frozen=True, kw_only=True):
    """A file the work left behind, by digest.  A private one lives in the vault only."""

    name: str
    digest: str
    private: bool = False


class Attestation(Noun, frozen=True, kw_only=True):
    """What a person vouches for: a training sheet, a drill, an interview.

    ``scan`` is the SHA-256 of the signed paper; ``expires`` the day it stops counting.
    """

    statement: str
    scan: str
    signer: str
    countersigner: str = ""
    expires: date | None = None


class Choice(StrEnum):
    """What a person says at a gate."""

    AGREE = "agree"
    AGREE_IF = "agree_if"
    DISAGREE = "disagree"
    GO = "go"
    NO_GO = "no_go"
    ADOPT = "adopt"
    WAIVE = "waive"
    CLOSE = "close"


class Condition(Noun, frozen=True, kw_only=True):
    """What must still be done, by whom and by when, for an agreement to hold."""

    text: str
    owner: str = ""
    due: date | None = None


class Decision(Noun, frozen=True, kw_only=True):
    """One act of 会签: a seat at a gate says something, with its reason.

    ``definition`` is the digest of the gate as it stood, so that nobody's signature moves to
    other thresholds; ``states`` is what each criterion said at that moment; ``target`` names the
    criterion waived or the condition closed; ``scan`` is the digest of a signed paper.
    """

    gate: str
    definition: str
    seat: str
    choice: Choice
    name: str
    reason: str = ""
    conditions: tuple[Condition, ...] = ()
    states: dict[str, str] = {}
    target: str = ""
    scan: str = ""


class HeadMark(Noun, frozen=True, kw_only=True):
    """Where another chain stood when this record was written: a countersignature of its head."""

    writer: str
    seq: int
    digest: str


class Opening(Noun, frozen=True, kw_only=True):
    """First record of a chain: which suite signs it, with which key, for whom."""

    suite: str
    public_key: str
    name: str
    side: Side


class Draft(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a verb knows when it ends.

    ``subject`` is ``area:thing`` (``migration:patients``); ``engine`` and ``verb`` name the code;
    ``correlation`` ties the record to the job and the log that led to it.
    """

    kind: Kind
    environment: Environment
    subject: str
    engine: str
    verb: str
    status: Status
    verdict: Verdict
    actor: str
    host: str
    version: str
    started: Moment
    finished: Moment
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    inputs: tuple[Input, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    attestation: Attestation | None = None
    decision: Decision | None = None
    opening: Opening | None = None
    heads: tuple[HeadMark, ...] = ()
    correlation: str = ""


class Evidence(Draft, frozen=True, kw_only=True, omit_defaults=True):
    """A draft with its place in a chain; ``recorded`` is when the ledger took it in."""

    format: int
    project: str
    writer: str
    seq: Ordinal
    previous: str
    recorded: Moment

    @property
    def id(self) -> str:
        """``writer:seq``, the name other records use."""
        return f"{self.writer}:{self.seq}"

    def figure(self, name: str) -> Figure | None:
        """Find a figure by name."""
        return next((figure for figure in self.figures if figure.name == name), None)


class _Version(msgspec.Struct):
    """The one field that a record of every format has."""

    format: Ordinal


UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading a damaged or malicious record may raise."""


def format_of(line: bytes) -> int:
    """Tell which format a stored record is of; 0 when it does not read."""
    try:
        return msgspec.json.decode(line, type=_Version).format
    except UNREADABLE:
        return 0


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """Return the calendar day where this is read: papers expire by the wall, not by Greenwich."""
    return moment.astimezone().date()
