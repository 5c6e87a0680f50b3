"""Merge the chains somebody sent into the own ledger: a union in which nothing is overwritten.

A chain only ever grows, so of two copies one begins with the other and the longer is kept.  Two
different records under one writer and seq are a fork: somebody wrote twice, from an old copy or
with a stolen key.  Both are kept, and the alarm stays in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from luodi.evidence.chain import Chain, check_chain
from luodi.evidence.errors import LuodiError
from luodi.evidence.head import Head
from luodi.evidence.ledger import Chains, Ledger
from luodi.evidence.model import Figure, Finding, Severity, Side, Verdict
from luodi.evidence.outcome import Outcome, verdict_of


class Union(StrEnum):
    """What became of one chain."""

    SAME = "same"
    ADDED = "added"
    GREW = "grew"
    OLDER = "older"
    FORKED = "forked"
    REFUSED = "refused"


@dataclass(frozen=True)
class Merged:
    """One chain after the merge: how many records came in, and where a copy is kept aside."""

    writer: str
    union: Union
    records: int = 0
    aside: str = ""


def merge(
    mine: Ledger, theirs: Chains, *, trusted: Mapping[str, Side] | None = None
) -> Outcome[tuple[Merged, ...]]:
    """Take in what is new in `theirs`.

    A chain of theirs that does not verify by itself is refused and kept aside; the others are
    merged all the same.

    Raises
    ------
    LuodiError
        ``evidence.other_project``.
    """
    if theirs.project != mine.project:
        raise LuodiError(
            "evidence.other_project",
            {
                "path": ", ".join(theirs.writers()),
                "found": theirs.project,
                "expected": mine.project,
            },
        )
    findings: list[Finding] = []
    merged = tuple(_one(mine, theirs, writer, trusted, findings) for writer in theirs.writers())
    return Outcome(
        merged,
        subject=f"ledger:{mine.project}",
        engine="evidence",
        verb="merge",
        verdict=verdict_of(findings) if findings else Verdict.PASS,
        figures=(
            Figure(name="chains", value=len(merged), unit="chain"),
            Figure(name="records", value=sum(item.records for item in merged), unit="record"),
        ),
        findings=tuple(findings),
    )


def _one(
    mine: Ledger,
    theirs: Chains,
    writer: str,
    trusted: Mapping[str, Side] | None,
    findings: list[Finding],
) -> Merged:
    chain = check_chain(theirs, writer, trusted)
    findings += chain.findings
    head = chain.head
    if chain.verdict is Verdict.FAIL or head is None:
        return _keep_aside(mine, theirs, writer, Union.REFUSED)
    ours, sent = mine.data(writer), theirs.data(writer)[: head.size]
    ours = ours[: ours.rfind(b"\n") + 1]
    if sent == ours:
        if not _has_head(mine, writer, head):
            mine.adopt(writer, sent, head)
        return Merged(writer, Union.SAME)
    if ours.startswith(sent):
        return Merged(writer, Union.OLDER)
    if not sent.startswith(ours):
        findings.append(_fork(writer, ours, sent))
        return _keep_aside(mine, theirs, writer, Union.FORKED)
    mine.adopt(writer, sent, head)
    return Merged(writer, Union.GREW if ours else Union.ADDED, _new_records(chain, ours))


def _has_head(mine: Ledger, writer: str, sent: Head) -> bool:
    """Tell whether the own copy still has its head; a lost or damaged one is taken from theirs."""
    try:
        head = mine.head(writer)
    except LuodiError:
        return False
    return head is not None and head.mark == sent.mark


def _new_records(chain: Chain, ours: bytes) -> int:
    return chain.sealed - ours.count(b"\n")


def _fork(writer: str, ours: bytes, sent: bytes) -> Finding:
    """Name the first record that two copies of a chain tell differently."""
    pairs = zip(ours.split(b"\n"), sent.split(b"\n"), strict=False)
    seq = next(number for number, (own, other) in enumerate(pairs, 1) if own != other)
    return Finding(
        code="evidence.fork", params={"writer": writer, "seq": seq}, severity=Severity.ERROR
    )


def _keep_aside(mine: Ledger, theirs: Chains, writer: str, union: Union) -> Merged:
    return Merged(writer, union, aside=mine.set_aside(writer, theirs.data(writer), union.value))
