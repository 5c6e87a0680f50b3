"""Check one chain by itself: its links, its key, its signed head."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.head import Head
from luodi.evidence.ledger import Chains
from luodi.evidence.model import (
    FORMAT,
    NO_DIGEST,
    Evidence,
    Finding,
    HeadMark,
    Opening,
    Severity,
    Side,
    Verdict,
)
from luodi.evidence.outcome import finding_params, verdict_of
from luodi.evidence.suite import DEFAULT_SUITE, Suite, suite_named, writer_of

CLOCK_TOLERANCE = timedelta(seconds=2)
"""A clock set back by less is being kept in step, not tampered with."""


@dataclass(frozen=True)
class Walk:
    """What following the links of a chain read, in stored order.

    ``seqs`` and ``digests`` have an entry for every line; the seq of an unreadable line is 0.
    ``records`` is empty where only the chain was asked for, not what it says.
    """

    seqs: tuple[int, ...]
    digests: tuple[str, ...]
    records: tuple[Evidence, ...]
    witnessed: tuple[tuple[str, HeadMark], ...]
    findings: tuple[Finding, ...]

    @property
    def last(self) -> int:
        """Seq of the last readable record."""
        return next((seq for seq in reversed(self.seqs) if seq), 0)

    def digest_at(self, seq: int) -> str:
        """Digest of the record numbered `seq`; empty when there is none."""
        if 0 < seq <= len(self.seqs) and self.seqs[seq - 1] == seq:
            return self.digests[seq - 1]
        return self.digests[self.seqs.index(seq)] if seq in self.seqs else ""


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
    keep: bool = False,
) -> Chain:
    """Check one chain: its links, its key, its head; keep its records when asked."""
    data, findings = ledger.data(writer), list[Finding]()
    head = _read_head(ledger, writer, findings)
    whole, _, torn = data.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    opening = _opening(lines, writer, findings)
    suite = suite_named(opening.suite if opening else DEFAULT_SUITE)
    walk = _walk(lines, writer, ledger.project, suite, keep)
    findings += walk.findings
    findings += _order(walk, writer)
    findings += _head_agrees(head, opening, walk, writer, ledger)
    if torn:
        findings.append(
            chain_finding("evidence.verify_torn", writer, Severity.WARN, bytes=len(torn))
        )
    if trusted is not None and writer not in trusted:
        findings.append(chain_finding("evidence.verify_untrusted", writer, Severity.WARN))
    return Chain(
        writer=writer,
        opening=opening,
        head=head,
        walk=walk,
        findings=tuple(findings),
        trusted=trusted is None or writer in trusted,
    )


def _read_head(ledger: Chains, writer: str, findings: list[Finding]) -> Head | None:
    try:
        return ledger.head(writer)
    except LuodiError as error:
        params = finding_params(error.params)
        findings.append(Finding(code=error.code, params=params, severity=Severity.ERROR))
        return None


def _opening(lines: list[bytes], writer: str, findings: list[Finding]) -> Opening | None:
    """Read who may write this chain; its name is the fingerprint of that key."""
    try:
        opening = msgspec.json.decode(lines[0], type=Evidence).opening if lines else None
    except msgspec.MsgspecError:
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


def _walk(lines: list[bytes], writer: str, project: str, suite: Suite, keep: bool) -> Walk:
    """Follow the links.  The loop is the speed of verification: nothing but the check is in it."""
    decode = msgspec.json.Decoder(Evidence).decode
    digest_of = suite.digest
    records: list[Evidence] = []
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
        except (msgspec.MsgspecError, UnicodeDecodeError):
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
        else:
            latest = record.recorded
        if record.heads:
            witnessed += [(record.id, mark) for mark in record.heads]
        if keep:
            records.append(record)
        seqs.append(record.seq)
        previous, expected = digest, record.seq + 1
    return Walk(tuple(seqs), tuple(digests), tuple(records), tuple(witnessed), tuple(findings))


def _unreadable(line: bytes, writer: str, number: int) -> Finding:
    try:
        version = msgspec.json.decode(line, type=_Version).format
    except (msgspec.MsgspecError, UnicodeDecodeError):
        version = 0
    if version > FORMAT:
        return chain_finding("evidence.verify_newer", writer, line=number, format=version)
    return chain_finding("evidence.verify_damaged", writer, line=number)


class _Version(msgspec.Struct):
    format: int = 0


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
    head: Head | None, opening: Opening | None, walk: Walk, writer: str, ledger: Chains
) -> Iterator[Finding]:
    if head is None:
        yield chain_finding("evidence.verify_no_head", writer)
        return
    if head.project != ledger.project or head.writer != writer:
        yield chain_finding("evidence.verify_other_head", writer)
    elif not head.is_signed() or (opening and head.public_key != opening.public_key):
        yield chain_finding("evidence.verify_head_forged", writer)
    if head.seq > max(walk.last, len(walk.seqs)):
        yield chain_finding(
            "evidence.verify_truncated", writer, seq=walk.last, lost=head.seq - walk.last
        )
    elif walk.digest_at(head.seq) != head.digest:
        yield chain_finding("evidence.verify_rewritten", writer, first=1, last=head.seq)
    if walk.last > head.seq:
        yield _tail(head, walk, writer, ledger)


def _tail(head: Head, walk: Walk, writer: str, ledger: Chains) -> Finding:
    """Records after the head: announced by the key before a crash, or by nobody."""
    announced = ledger.announced(writer)
    vouched = (
        announced is not None
        and announced.public_key == head.public_key
        and announced.digest == walk.digest_at(announced.seq)
        and announced.seq == walk.last
        and announced.is_signed()
    )
    code = "evidence.verify_unsealed" if vouched else "evidence.verify_unsigned"
    severity = Severity.WARN if vouched else Severity.ERROR
    return chain_finding(code, writer, severity, first=head.seq + 1, last=walk.last)


def chain_finding(
    code: str, writer: str, severity: Severity = Severity.ERROR, **params: str | int
) -> Finding:
    """Something wrong with a chain, by message code."""
    return Finding(code=code, params={"writer": writer, **params}, severity=severity)
