"""What a crash left at the end of a chain, and what somebody else put there.

Only bytes that the chain's own key has announced, or that this installation remembers writing,
are sealed.  A torn last line is set aside.  Anything else at the end stays where it is and stops
further appending until a person has looked: it may be a forgery.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from luodi.evidence.catalogue import Param
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.head import Head, seal
from luodi.evidence.model import (
    FORMAT,
    NO_DIGEST,
    UNREADABLE,
    Evidence,
    Finding,
    HeadMark,
    Severity,
    format_of,
    now,
)
from luodi.evidence.suite import Signer


@dataclass(frozen=True)
class Recovered:
    """The head to go on from, and the bytes after it that are to be set aside."""

    head: Head
    torn: bytes = b""
    findings: tuple[Finding, ...] = ()


def recover(
    path: Path,
    signer: Signer,
    project: str,
    *,
    head: Head | None,
    announced: Head | None,
    remembered: HeadMark | None,
) -> Recovered:
    """Find the end of the own chain, from its last bytes alone.

    Raises
    ------
    LuodiError
        The head is missing or foreign, the chain is shorter than its head, was altered at its
        end, is older than this installation remembers, or has records nobody signed.
    """
    with explained(path):
        data = path.read_bytes()
    announced = announced if announced and _is_own(announced, signer, project) else None
    base = _base(path, data, signer, project, head, announced)
    found = _tail(path, data, base, signer, project, announced, remembered)
    _refuse_rollback(path, found.head, remembered, data, signer)
    return found


def _base(
    path: Path,
    data: bytes,
    signer: Signer,
    project: str,
    head: Head | None,
    announced: Head | None,
) -> Head:
    """The published head, once the chain is known to still end with it."""
    place: dict[str, Param] = {"path": str(path)}
    if head is None:
        if data and (announced is None or announced.after):
            raise LuodiError("evidence.head_missing", place)
        return _before_first(signer, project)  # the very first append was cut short
    if head.project != project:
        raise LuodiError(
            "evidence.other_project", {**place, "found": head.project, "expected": project}
        )
    if not _is_own(head, signer, project):
        raise LuodiError("evidence.head_foreign", place)
    if len(data) < head.size:
        raise LuodiError(
            "evidence.truncated", {**place, "seq": head.seq, "lost": head.size - len(data)}
        )
    last = _last_line(data[: head.size])
    if signer.suite.digest(last) != head.digest:
        raise LuodiError("evidence.altered", {**place, "seq": head.seq})
    if (found := format_of(last)) > FORMAT:
        raise LuodiError("evidence.format_newer", {**place, "found": found, "known": FORMAT})
    return head


def _tail(
    path: Path,
    data: bytes,
    base: Head,
    signer: Signer,
    project: str,
    announced: Head | None,
    remembered: HeadMark | None,
) -> Recovered:
    """Decide about the bytes after the published head."""
    rest = data[base.size :]
    if not rest:
        return Recovered(base)
    complete = rest[: rest.rfind(b"\n") + 1]
    torn = rest[len(complete) :]
    if announced is not None and announced.seq > base.seq:
        if len(complete) == announced.size - base.size and _ends_with(complete, announced, signer):
            return Recovered(announced, torn, findings=_sealed(announced, base, torn))
        if announced.after == base.seq and len(rest) < announced.size - base.size:
            finding = _finding("evidence.report_cut_append", base, len(rest))
            return Recovered(base, rest, findings=(finding,))
    if not complete:
        return Recovered(base, torn, findings=(_finding("evidence.report_torn", base, len(torn)),))
    if remembered is not None and _leads_to(remembered, complete, base, signer):
        size = base.size + len(complete)
        head = seal(signer, project, remembered.seq, size, remembered.digest, after=base.seq)
        return Recovered(head, torn, findings=_sealed(head, base, torn))
    raise LuodiError(
        "evidence.unsigned_tail",
        {"path": str(path), "seq": base.seq, "count": complete.count(b"\n")},
    )


def _refuse_rollback(
    path: Path, head: Head, remembered: HeadMark | None, data: bytes, signer: Signer
) -> None:
    if remembered is None or remembered.seq == 0:
        return
    place: dict[str, Param] = {"path": str(path), "seq": head.seq, "remembered": remembered.seq}
    if head.seq < remembered.seq:
        raise LuodiError("evidence.rolled_back", place)
    line = _line(data, remembered.seq)
    if line is None or signer.suite.digest(line) != remembered.digest:
        raise LuodiError("evidence.rewritten", place)


def _before_first(signer: Signer, project: str) -> Head:
    """Where a chain stands before its opening record; never signed, never published."""
    return Head(
        format=1,
        project=project,
        writer=signer.writer,
        seq=0,
        after=0,
        size=0,
        digest=NO_DIGEST,
        suite=signer.suite.name,
        public_key=signer.public_key.hex(),
        sealed=now(),
    )


def _is_own(head: Head, signer: Signer, project: str) -> bool:
    return (
        head.project == project
        and head.writer == signer.writer
        and head.public_key == signer.public_key.hex()
        and head.is_signed()
    )


def _ends_with(complete: bytes, announced: Head, signer: Signer) -> bool:
    return signer.suite.digest(_last_line(complete)) == announced.digest


def _last_line(data: bytes) -> bytes:
    return data[:-1].rpartition(b"\n")[2]


def _line(data: bytes, seq: int) -> bytes | None:
    lines = data.split(b"\n", seq)
    return lines[seq - 1] if len(lines) > seq else None


def _leads_to(remembered: HeadMark, complete: bytes, base: Head, signer: Signer) -> bool:
    """Tell whether unbroken links lead from the head to the very record that is remembered.

    The last line alone proves nothing: anybody can put lines before a copy of it.
    """
    seq, digest = base.seq, base.digest
    for line in complete[:-1].split(b"\n"):
        try:
            record = msgspec.json.decode(line, type=Evidence)
        except UNREADABLE:
            return False
        if (record.writer, record.seq, record.previous) != (signer.writer, seq + 1, digest):
            return False
        seq, digest = record.seq, signer.suite.digest(line)
    return (seq, digest) == (remembered.seq, remembered.digest)


def _sealed(head: Head, base: Head, torn: bytes) -> tuple[Finding, ...]:
    sealed = Finding(
        code="evidence.report_sealed",
        params={"writer": head.writer, "first": base.seq + 1, "last": head.seq},
        severity=Severity.WARN,
        count=head.seq - base.seq,
    )
    return (sealed, _finding("evidence.report_torn", head, len(torn))) if torn else (sealed,)


def _finding(code: str, head: Head, size: int) -> Finding:
    return Finding(
        code=code,
        params={"writer": head.writer, "seq": head.seq, "bytes": size},
        severity=Severity.WARN,
    )
