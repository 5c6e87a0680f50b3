"""What the ledger answers to a gate's criteria, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from luodi.evidence.catalogue import Param
from luodi.evidence.freshness import (
    Answer,
    Freshness,
    Reader,
    Resolver,
    Standing,
    expired,
    identity,
)
from luodi.evidence.gate.compare import meets
from luodi.evidence.gate.model import CannotTell, Criterion, Requirement, real_enough
from luodi.evidence.model import Evidence, Status, Verdict
from luodi.evidence.verify import Verification

FUTURE_TOLERANCE = timedelta(minutes=5)
"""Evidence dated later than this cannot be given an age."""


class State(StrEnum):
    """What a criterion says, from best to worst."""

    PASS = "pass"
    WARN = "warn"
    STALE = "stale"
    UNTESTED = "untested"
    FAIL = "fail"
    WAIVED = "waived"


BLOCKING = frozenset({State.STALE, State.UNTESTED, State.FAIL})
ORDER = (State.PASS, State.WARN, State.STALE, State.UNTESTED, State.FAIL)


@dataclass(frozen=True)
class Reason:
    """One sentence of an explanation, by message code."""

    code: str
    params: Mapping[str, Param]


@dataclass(frozen=True)
class Answered:
    """One criterion, what answered it, and why it says what it says."""

    criterion: Criterion
    state: State
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    age: timedelta | None

    @property
    def blocks(self) -> bool:
        """Tell whether the gate cannot open while this stands."""
        return self.state in BLOCKING


@dataclass(frozen=True)
class Judgement:
    """State of one record, or of one part of it, under one criterion."""

    state: State
    reasons: tuple[Reason, ...] = ()


class Shelf:
    """The records a gate may read, found by subject.

    Only chains that verify and are trusted count.  Within a chain the order of the chain decides
    which record is newest, because clocks go back; between chains, the time the work finished.
    """

    def __init__(
        self,
        verification: Verification,
        resolvers: Sequence[Resolver],
        readers: Sequence[Reader] = (),
    ) -> None:
        chains = [
            chain
            for chain in verification.chains
            if chain.trusted and chain.verdict is not Verdict.FAIL
        ]
        self.records = {record.id: record for chain in chains for record in chain.records}
        self._newest: dict[tuple[str, str, str, str], Evidence] = {}
        for chain in chains:
            for key, record in {identity(record): record for record in chain.records}.items():
                known = self._newest.get(key)
                if known is None or known.finished < record.finished:
                    self._newest[key] = record
        self._by_subject: dict[str, list[Evidence]] = {}
        for record in self._newest.values():
            self._by_subject.setdefault(record.subject, []).append(record)
        newest = {key: record.id for key, record in self._newest.items()}
        self._walks = {chain.writer: chain.walk for chain in chains}
        told = [reader(self._newest.values()) for reader in readers]
        self.freshness = Freshness([*resolvers, *told], self.records, newest, self.digest_of)

    def digest_of(self, record_id: str) -> str:
        """Digest of a record's stored bytes; empty where no counted chain has such a record."""
        writer, _, seq = record_id.rpartition(":")
        walk = self._walks.get(writer)
        return walk.digest_at(int(seq)) if walk and seq.isdecimal() else ""

    def matching(self, criterion: Criterion) -> dict[str, list[Evidence]]:
        """Find, per subject, the newest records of each environment that speak of a criterion."""
        if criterion.subject.endswith("*"):
            stem = criterion.subject[:-1]
            subjects = sorted(name for name in self._by_subject if name.startswith(stem))
        else:
            subjects = [criterion.subject]
        found = {
            subject: [
                record
                for record in self._by_subject.get(subject, ())
                if record.kind is criterion.kind
                and criterion.verb in ("", record.verb)
                and criterion.engine in ("", record.engine)
            ]
            for subject in subjects
        }
        return {subject: records for subject, records in found.items() if records}


def answer(criterion: Criterion, shelf: Shelf, moment: datetime) -> Answered:
    """Ask the ledger one criterion.

    Parameters
    ----------
    criterion : Criterion
        Of kind machine or attestation; decisions are `luodi.evidence.gate.earlier`'s.
    shelf : Shelf
        The verified records.
    moment : datetime
        When the question is asked.
    """
    matching = shelf.matching(criterion)
    if not matching:
        asked = f"{criterion.verb} {criterion.subject}".strip()
        nothing = Reason("evidence.reason_untested", {"asked": asked})
        return Answered(criterion, State.UNTESTED, (nothing,), (), None)
    real: dict[str, Evidence] = {}
    judged: list[Judgement] = []
    for subject, records in matching.items():
        counting = [r for r in records if real_enough(r.environment, criterion.environment)]
        if counting:
            real[subject] = _newest(counting)
        else:
            judged.append(_not_real_enough(criterion, subject, records))
    judged += [_judge(criterion, record, shelf, moment) for record in real.values()]
    if len(real) < criterion.at_least:
        params: dict[str, Param] = {"found": len(real), "required": criterion.at_least}
        judged.append(Judgement(State.UNTESTED, (Reason("evidence.reason_too_few", params),)))
    oldest = min((record.finished for record in real.values()), default=moment)
    return Answered(
        criterion,
        max((part.state for part in judged), key=ORDER.index),
        tuple(reason for part in judged for reason in part.reasons),
        tuple(real.values()),
        max(moment - oldest, timedelta()) if real else None,
    )


def _not_real_enough(criterion: Criterion, subject: str, records: Iterable[Evidence]) -> Judgement:
    """A subject proven only on a less real system: it must not hide behind its neighbours."""
    params: dict[str, Param] = {
        "subject": subject,
        "environments": tuple(sorted({record.environment.value for record in records})),
        "environment": criterion.environment.value,
    }
    return Judgement(State.UNTESTED, (Reason("evidence.reason_environment", params),))


def _judge(criterion: Criterion, record: Evidence, shelf: Shelf, moment: datetime) -> Judgement:
    """Judge one record: what it found first, then whether it still speaks for the world."""
    parts = [*_said(criterion, record), *_fresh(criterion, record, shelf, moment)]
    state = max((part.state for part in parts), key=ORDER.index, default=State.PASS)
    return Judgement(state, tuple(reason for part in parts for reason in part.reasons))


def _said(criterion: Criterion, record: Evidence) -> Iterable[Judgement]:
    if record.status is not Status.COMPLETED:
        yield _part(record, State.FAIL, "evidence.reason_status", status=record.status.value)
        return
    if record.verdict not in criterion.verdicts:
        yield _part(record, State.FAIL, "evidence.reason_verdict", verdict=record.verdict.value)
    elif record.verdict is Verdict.WARN:
        yield _part(record, State.WARN, "evidence.reason_warned")
    attestation = record.attestation
    if criterion.countersigned and (attestation is None or not attestation.countersigner):
        yield _part(record, State.FAIL, "evidence.reason_countersigner")
    for item in criterion.require:
        yield from _measured(item, record)


def _measured(item: Requirement, record: Evidence) -> Iterable[Judgement]:
    """Compare a figure; one that a record names twice has to meet the comparison twice."""
    figures = [figure for figure in record.figures if figure.name == item.figure]
    if not figures:
        yield _part(record, State.FAIL, "evidence.reason_no_figure", figure=item.figure)
    for figure in figures:
        if item.unit and figure.unit != item.unit:
            yield _part(
                record,
                State.FAIL,
                "evidence.reason_unit",
                figure=item.figure,
                found=figure.unit,
                required=item.unit,
            )
        elif not meets(figure.value, item):
            yield _part(
                record,
                State.FAIL,
                "evidence.reason_figure",
                figure=item.figure,
                found=figure.value,
                unit=figure.unit,
                op=item.op.value,
                required=item.value if item.high is None else (str(item.value), str(item.high)),
            )


def _fresh(
    criterion: Criterion, record: Evidence, shelf: Shelf, moment: datetime
) -> Iterable[Judgement]:
    if record.finished > moment + FUTURE_TOLERANCE:
        yield _part(record, State.STALE, "evidence.reason_future", id=record.id)
    elif expired(record, moment, criterion.max_age):
        age = int((moment - record.finished).total_seconds())
        yield _part(record, State.STALE, "evidence.reason_expired", age=age)
    for said in shelf.freshness.of(record):
        state = _state_of(said, criterion)
        if said.standing is not Standing.SAME:
            code = f"evidence.reason_input_{said.standing.value}"
            yield _part(record, state, code, input=said.name, drift=said.drift, unit=said.unit)


def _state_of(said: Answer, criterion: Criterion) -> State:
    """Drift within an agreed limit is what a living source does; without one it is a warning."""
    if said.standing is Standing.UNKNOWN:
        return State.STALE if criterion.cannot_tell is CannotTell.STALE else State.WARN
    if said.standing is Standing.DRIFTED:
        limit = criterion.drift_limit if criterion.drift_limit is not None else said.limit
        if limit is None:
            return State.WARN
        return State.STALE if said.drift > limit else State.PASS
    return State.PASS if said.standing is Standing.SAME else State.STALE


def _part(record: Evidence, state: State, code: str, **params: Param) -> Judgement:
    return Judgement(state, (Reason(code, {"subject": record.subject, **params}),))


def _newest(records: Iterable[Evidence]) -> Evidence:
    """The newest of several: by place within a chain, by time between chains."""
    last = {record.writer: record for record in sorted(records, key=lambda record: record.seq)}
    return max(last.values(), key=lambda record: record.finished)
