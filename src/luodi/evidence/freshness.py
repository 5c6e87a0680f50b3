"""Does a record still speak for the world?  Each of its inputs is asked, and says so by name.

A resolver knows one kind of input (files of a landing folder, a source database) and answers
whether it is the same, changed, drifted by how much, or cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from luodi.evidence.model import (
    ContentInput,
    Evidence,
    EvidenceInput,
    Input,
    SnapshotInput,
    local_day,
    now,
)


class Standing(StrEnum):
    """What became of an input since the evidence was made."""

    SAME = "same"
    DRIFTED = "drifted"
    UNKNOWN = "cannot_tell"
    CHANGED = "changed"
    EXPIRED = "expired"


_ORDER = (
    Standing.SAME,
    Standing.DRIFTED,
    Standing.UNKNOWN,
    Standing.EXPIRED,
    Standing.CHANGED,
)


@dataclass(frozen=True)
class Answer:
    """One input's standing; ``drift`` is how far the watermark moved, in ``unit``."""

    name: str
    standing: Standing
    drift: int = 0
    unit: str = ""
    limit: int | None = None


@dataclass(frozen=True)
class Present:
    """What a resolver finds now: a content digest, or a source's schema digest and watermark.

    ``gone`` tells that the input no longer exists.
    """

    digest: str = ""
    schema: str = ""
    watermark: int = 0
    gone: bool = False


class Resolver(Protocol):
    """Looks up the present state of an input; None when it is not this resolver's to answer."""

    def __call__(self, item: ContentInput | SnapshotInput) -> Present | None: ...


Reader = Callable[[Collection[Evidence]], Resolver]
"""Makes a resolver out of the newest record of every act: some things are known by them alone."""


def worst(answers: Iterable[Answer]) -> Standing:
    """The standing of a whole: that of its worst part."""
    return max((answer.standing for answer in answers), key=_ORDER.index, default=Standing.SAME)


def expired(evidence: Evidence, moment: datetime, max_age: timedelta | None) -> bool:
    """Tell whether the evidence is too old, or its attestation has run out, at `moment`."""
    attestation = evidence.attestation
    if attestation and attestation.expires and attestation.expires < local_day(moment):
        return True
    return max_age is not None and moment - evidence.finished > max_age


@dataclass
class Freshness:
    """Asks resolvers, once per input, and follows evidence that builds on evidence.

    Parameters
    ----------
    resolvers : sequence of Resolver
        Asked in order; the first that knows the input answers.
    records : mapping of id to Evidence
        Records that evidence inputs may name.
    newest : mapping
        For each (subject, engine, verb, environment) the id of its newest record: an older one
        that something was built on has been superseded.
    digest_of : callable, optional
        Digest of a record's stored bytes by its id, empty where there is no such record; one that
        was written anew is not the one built on.
    moment : datetime
        When the question is asked.
    """

    resolvers: Sequence[Resolver]
    records: Mapping[str, Evidence]
    newest: Mapping[tuple[str, str, str, str], str]
    digest_of: Callable[[str], str] | None = None
    moment: datetime = field(default_factory=now)
    _answers: dict[Input, Answer] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def of(self, evidence: Evidence) -> tuple[Answer, ...]:
        """Answer for every input of `evidence`, in its order."""
        return tuple(self._answer(item) for item in evidence.inputs)

    def _answer(self, item: Input) -> Answer:
        if item not in self._answers:
            if isinstance(item, EvidenceInput):
                self._answers[item] = self._of_record(item)
            else:
                self._answers[item] = self._of_thing(item)
        return self._answers[item]

    def _of_thing(self, item: ContentInput | SnapshotInput) -> Answer:
        present = next(
            (found for resolve in self.resolvers if (found := resolve(item)) is not None), None
        )
        if present is None:
            return Answer(item.name, Standing.UNKNOWN)
        if present.gone:
            return Answer(item.name, Standing.CHANGED)
        if isinstance(item, ContentInput):
            same = present.digest == item.digest
            return Answer(item.name, Standing.SAME if same else Standing.CHANGED)
        return _drift(item, present)

    def _of_record(self, item: EvidenceInput) -> Answer:
        """A record built on another is as fresh as that one, until a newer one replaces it."""
        record = self.records.get(item.id)
        stored = self.digest_of(item.id) if self.digest_of else item.digest if record else ""
        if not stored or item.id in self._under_way:
            return Answer(item.id, Standing.UNKNOWN)
        if stored != item.digest or record is None:
            return Answer(item.id, Standing.CHANGED)  # written anew, or replaced by a newer one
        if self.newest.get(identity(record)) != record.id:
            return Answer(item.id, Standing.CHANGED)
        if expired(record, self.moment, None):
            return Answer(item.id, Standing.EXPIRED)
        self._under_way.add(item.id)
        try:
            return Answer(item.id, worst(self.of(record)))
        finally:
            self._under_way.discard(item.id)


def identity(record: Evidence) -> tuple[str, str, str, str]:
    """What a newer record must share to replace this one."""
    return (record.subject, record.engine, record.verb, record.environment.value)


def _drift(item: SnapshotInput, present: Present) -> Answer:
    grown = present.watermark - item.watermark
    if present.schema != item.schema or grown < 0:
        return Answer(item.name, Standing.CHANGED, grown, item.unit, item.limit)
    if grown == 0:
        return Answer(item.name, Standing.SAME, 0, item.unit, item.limit)
    beyond = item.limit is not None and grown > item.limit
    standing = Standing.CHANGED if beyond else Standing.DRIFTED
    return Answer(item.name, standing, grown, item.unit, item.limit)
