"""Check one chain by itself: its links, its key, its signed head."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import identity
from luodi.evidence.head import Head
from luodi.evidence.ledger import Chains
from luodi.evidence.model import (
    FORMAT,
    NO_DIGEST,
    UNREADABLE,
    Evidence,
    Finding,
    HeadMark,
    Opening,
    Severity,
    Side,
    Verdict,
    format_of,
)
from luodi.evidence.outcome import finding_params, verdict_of
from luodi.evidence.suite import DEFAULT_SUITE, Suite, suite_named, writer_of

CLOCK_TOLERANCE = timedelta(seconds=2)
"""A clock set back by less is being kept in step, not tampered with."""


class Keep(StrEnum):
    """Which records stay in memory after a chain was checked.

    ``newest`` is what a gate reads: every decision, and of all else the last record of each
    identity; what it replaced is only told from what never was.
    """

    NOTHING = "nothing"
    NEWEST = "newest"
    ALL = "all"


@dataclass(frozen=True)
class Walk:
    """What following the links of a chain read, in stored order.

    ``seqs`` and ``digests`` have an entry for every line; the seq of an unreadable line is 0.
    ``records`` is empty where only the chain was asked for, not what it says.
    """

    seqs: tuple[int, ...]
    digests: tuple[str, ...]
    records: tuple[Evidence, ...] = ()
    witnessed: tuple[tuple[str, HeadMark], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def last(self) -> int:
        """Seq of the last readable record."""
        return next((seq for seq in reversed(self.seqs) if seq), 0)

    def digest_at(self, seq: int) -> str:
        """Digest of the record numbered `seq`; empty when there is none."""
        if 0 < seq <= len(self.seqs) and self.seqs[seq - 1] == seq:
            return self.digests[seq - 1]
        return self.digests[self.seqs.index(seq)] if seq > 0 and seq in self.seqs else ""


@dataclass(frozen=True)
class Chain:
    """One chain after verification."""

    writer: str
    opening: Opening | None
    head: Head | None
    walk: Walk
    findings: tuple[Finding, ...]
    trusted: bool

    @property
    def records(self) -> tuple[Evidence, ...]:
        """Records that could be read, in stored order; none unless they were kept."""
        return self.walk.records

    @property
    def verdict(self) -> Verdict:
        """Pass, warn or fail by the worst finding."""
        return verdict_of(self.findings)

    @property
    def sealed(self) -> int:
        """Seq the signed head vouches for, 0 when none does."""
        return self.head.seq if self.head else 0


def check_chain(
    ledger: Chains,
    writer: str,
    trusted: Mapping[str, Side] | None = None,
    *,
    keep: Keep = Keep.NOTHING,
) -> Chain:
    """Check one chain: its links, its key, its head; keep its records when asked."""
    findings = list[Finding]()
    stored = _stored(ledger, writer, findings)
    whole, _, torn = stored.data.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    opening = _opening(lines, writer, findings)
    suite = _suite(opening, writer, findings)
    walk = Walk((), ())
    if suite is not None:
        walk = _walk(lines, writer, ledger.project, suite, keep)
        findings += walk.findings
        findings += _order(walk, writer)
        findings += _head_agrees(stored, opening, walk, writer, ledger.project)
    if torn:
        findings.append(
            chain_finding("evidence.verify_torn", writer, Severity.WARN, bytes=len(torn))
        )
    if trusted is not None and writer not in trusted:
        findings.append(chain_finding("evidence.verify_untrusted", writer, Severity.WARN))
    return Chain(
        writer=writer,
        opening=opening,
        head=stored.head,
        walk=walk,
        findings=tuple(findings),
        trusted=trusted is None or writer in trusted,
    )


@dataclass(frozen=True)
class Stored:
    """A chain as it stood at one moment."""

    data: bytes
    head: Head | None = None
    announced: Head | None = None


def read_chain(ledger: Chains, writer: str) -> Stored:
    """Read a chain as it stood at one moment, though its writer may be appending meanwhile.

    Whatever a head counts is in the chain before that head is published.  So the head is read
    first, and where it has moved on meanwhile, the records after it are left to the next reading.
    """
    head = ledger.head(writer)
    while True:
        data, announced = ledger.data(writer), ledger.announced(writer)
        later = ledger.head(writer)
        if later == head:
            return Stored(data, head, announced)
        if head is not None and head.is_signed():
            return Stored(data[: head.size], head)
        head = later  # it was met half-written, or there was none yet


def _stored(ledger: Chains, writer: str, findings: list[Finding]) -> Stored:
    try:
        stored = read_chain(ledger, writer)
    except LuodiError as error:
        stored = Stored(ledger.data(writer))
        params = finding_params(error.params)
        findings.append(Finding(code=error.code, params=params, severity=Severity.ERROR))
    if (head := stored.head) and (rest := _unfinished(stored)):
        findings.append(
            chain_finding(
                "evidence.verify_unfinished", writer, Severity.WARN, seq=head.seq, bytes=rest
            )
        )
        return replace(stored, data=stored.data[: head.size])
    return stored


def _unfinished(stored: Stored) -> int:
    """Bytes of an append that is under way, or that a crash has cut short."""
    head, announced, size = stored.head, stored.announced, len(stored.data)
    if head is None or announced is None or announced.after != head.seq:
        return 0
    if not head.size < size < announced.size:
        return 0
    own = (announced.suite, announced.public_key) == (head.suite, head.public_key)
    return size - head.size if own and announced.is_signed() else 0


def _opening(lines: list[bytes], writer: str, findings: list[Finding]) -> Opening | None:
    """Read who may write this chain; its name is the fingerprint of that key."""
    try:
        opening = msgspec.json.decode(lines[0], type=Evidence).opening if lines else None
    except UNREADABLE:
        opening = None
    if opening is None:
        findings.append(chain_finding("evidence.verify_no_opening", writer))
        return None
    try:
        own = writer_of(bytes.fromhex(opening.public_key)) == writer
    except ValueError:
        own = False
    if not own:
        findings.append(chain_finding("evidence.verify_foreign_key", writer))
    return opening


def _suite(opening: Opening | None, writer: str, findings: list[Finding]) -> Suite | None:
    """Find how the chain is digested; None where a newer version alone knows."""
    name = opening.suite if opening else DEFAULT_SUITE
    try:
        return suite_named(name)
    except LuodiError:
        findings.append(chain_finding("evidence.verify_suite", writer, suite=name))
        return None


def _walk(lines: list[bytes], writer: str, project: str, suite: Suite, keep: Keep) -> Walk:
    """Follow the links.  The loop is the speed of verification: nothing but the check is in it."""
    decode = msgspec.json.Decoder(Evidence).decode
    digest_of = suite.digest
    records: list[Evidence] = []
    newest: dict[tuple[str, str, str, str], Evidence] = {}
    witnessed: list[tuple[str, HeadMark]] = []
    findings: list[Finding] = []
    seqs: list[int] = []
    digests: list[str] = []
    previous, expected, latest = NO_DIGEST, 1, datetime.min.replace(tzinfo=UTC)
    for number, line in enumerate(lines, 1):
        digest = digest_of(line)
        digests.append(digest)
        try:
            record = decode(line)
        except UNREADABLE:
            findings.append(_unreadable(line, writer, number))
            seqs.append(0)
            previous, expected = "", expected + 1
            continue
        if record.seq == expected and record.previous != previous and previous:
            findings.append(_broken_link(writer, number, record.seq))
        if record.writer != writer or record.project != project or record.format != FORMAT:
            findings.append(chain_finding("evidence.verify_stranger", writer, line=number))
        if record.recorded < latest:
            findings += _clock(record, latest)
        latest = record.recorded
        if record.heads:
            witnessed += [(record.id, mark) for mark in record.heads]
        if keep is Keep.NEWEST and record.decision is None:
            newest[identity(record)] = record
        elif keep is not Keep.NOTHING:
            records.append(record)
        seqs.append(record.seq)
        previous, expected = digest, record.seq + 1
    kept = (
        sorted((*records, *newest.values()), key=lambda record: record.seq) if newest else records
    )
    return Walk(tuple(seqs), tuple(digests), tuple(kept), tuple(witnessed), tuple(findings))


def _unreadable(line: bytes, writer: str, number: int) -> Finding:
    version = format_of(line)
    if version > FORMAT:
        return chain_finding("evidence.verify_newer", writer, line=number, format=version)
    return chain_finding("evidence.verify_damaged", writer, line=number)


def _broken_link(writer: str, number: int, seq: int) -> Finding:
    if seq == 1:
        return chain_finding("evidence.verify_first_link", writer, line=number)
    return chain_finding("evidence.verify_altered", writer, seq=seq - 1, next=seq, line=number - 1)


def _order(walk: Walk, writer: str) -> Iterator[Finding]:
    """Tell records that are gone from records that moved and records that were put in."""
    if walk.seqs == tuple(range(1, len(walk.seqs) + 1)):
        return
    times = Counter(walk.seqs)
    present = sorted(times)
    expected = 1
    for line, seq in enumerate(walk.seqs, 1):
        if seq == 0:
            expected += 1
            continue
        if seq < expected:
            code = "evidence.verify_inserted" if times[seq] > 1 else "evidence.verify_reordered"
            yield chain_finding(code, writer, seq=seq, line=line)
        elif seq > expected:
            between = bisect_left(present, seq) - bisect_left(present, expected)
            if between < seq - expected:
                yield chain_finding(
                    "evidence.verify_missing", writer, first=expected, last=seq - 1, line=line
                )
        expected = seq + 1


def _clock(record: Evidence, latest: datetime) -> Iterator[Finding]:
    back = latest - record.recorded
    if back > CLOCK_TOLERANCE:
        seconds = int(back.total_seconds())
        yield chain_finding(
            "evidence.verify_clock",
            record.writer,
            Severity.WARN,
            seq=record.seq,
            seconds=seconds,
        )


def _head_agrees(
    stored: Stored, opening: Opening | None, walk: Walk, writer: str, project: str
) -> Iterator[Finding]:
    head, announced = stored.head, stored.announced
    sealed = head.seq if head else 0
    first = announced if announced and announced.after == 0 else None
    if head is None and not _vouches(first, opening, walk, writer, project):
        yield chain_finding("evidence.verify_no_head", writer)
        return
    if head is not None:
        yield from _published(head, opening, walk, writer, project)
    if walk.last > sealed:
        vouched = _vouches(announced, opening, walk, writer, project)
        code = "evidence.verify_unsealed" if vouched else "evidence.verify_unsigned"
        severity = Severity.WARN if vouched else Severity.ERROR
        yield chain_finding(code, writer, severity, first=sealed + 1, last=walk.last)


def _published(
    head: Head, opening: Opening | None, walk: Walk, writer: str, project: str
) -> Iterator[Finding]:
    if head.project != project or head.writer != writer:
        yield chain_finding("evidence.verify_other_head", writer)
    elif opening and not _is_by(head, opening):
        yield chain_finding("evidence.verify_head_forged", writer)
    if head.seq > max(walk.last, len(walk.seqs)):
        yield chain_finding(
            "evidence.verify_truncated", writer, seq=walk.last, lost=head.seq - walk.last
        )
    elif walk.digest_at(head.seq) != head.digest:
        yield chain_finding("evidence.verify_rewritten", writer, first=1, last=head.seq)


def _vouches(
    announced: Head | None, opening: Opening | None, walk: Walk, writer: str, project: str
) -> bool:
    """Records after the head were announced by the key before a crash, or come from nobody."""
    return (
        announced is not None
        and (announced.project, announced.writer) == (project, writer)
        and (announced.seq, announced.digest) == (walk.last, walk.digest_at(walk.last))
        and _is_by(announced, opening)
    )


def _is_by(head: Head, opening: Opening | None) -> bool:
    """Tell whether the key that opened the chain signed this head."""
    if opening is None or (head.suite, head.public_key) != (opening.suite, opening.public_key):
        return False
    return head.is_signed()


def chain_finding(
    code: str, writer: str, severity: Severity = Severity.ERROR, **params: str | int
) -> Finding:
    """Something wrong with a chain, by message code."""
    return Finding(code=code, params={"writer": writer, **params}, severity=severity)
