"""Verify a ledger: what was edited, inserted, reordered, lost, forged or rolled back, and where.

Without its key nobody can edit, insert, reorder or truncate a chain unnoticed.  Whoever has the
key, or puts back an old copy together with its old head, is noticed only against a head that
somebody else has kept: see :class:`Mark`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from luodi.evidence.chain import Chain, Keep, chain_finding, check_chain
from luodi.evidence.ledger import Chains
from luodi.evidence.model import Figure, Finding, HeadMark, Side, Verdict
from luodi.evidence.outcome import Outcome, verdict_of


@dataclass(frozen=True)
class Mark:
    """A head kept by somebody else, and who that is (a chain, a paper, this installation)."""

    head: HeadMark
    source: str


@dataclass(frozen=True)
class Verification:
    """A whole ledger after verification."""

    project: str
    chains: tuple[Chain, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    @property
    def count(self) -> int:
        """Records read."""
        return sum(len(chain.walk.seqs) for chain in self.chains)


def verify(
    ledger: Chains,
    *,
    trusted: Mapping[str, Side] | None = None,
    since: Iterable[Mark] = (),
    keep: Keep = Keep.NOTHING,
) -> Outcome[Verification]:
    """Check every chain by itself, against the other chains, and against heads kept elsewhere.

    Parameters
    ----------
    ledger : Chains
    trusted : mapping of writer to side, optional
        Keys this installation trusts; None asks for no trust.
    since : iterable of Mark
        Heads that somebody else kept.
    keep : Keep
        Keep the records for reading; verifying alone is three times as fast without.
    """
    chains = [check_chain(ledger, writer, trusted, keep=keep) for writer in ledger.writers()]
    marks = [*since, *_countersignatures(chains)]
    beyond = {chain.writer: _against_marks(chain, marks) for chain in chains}
    chains = [_with(chain, beyond[chain.writer]) for chain in chains]
    present = {chain.writer for chain in chains}
    lost = tuple(
        chain_finding(
            "evidence.verify_chain_lost", mark.head.writer, seq=mark.head.seq, source=mark.source
        )
        for mark in marks
        if mark.head.writer not in present
    )
    findings = (*lost, *(finding for chain in chains for finding in chain.findings))
    result = Verification(ledger.project, tuple(chains), findings)
    return Outcome(
        result,
        subject=f"ledger:{ledger.project}",
        engine="evidence",
        verb="verify",
        verdict=result.verdict,
        figures=(
            Figure(name="records", value=result.count, unit="record"),
            Figure(name="chains", value=len(chains), unit="chain"),
        ),
        findings=findings,
    )


def _countersignatures(chains: Iterable[Chain]) -> Iterator[Mark]:
    """Heads that one chain's records vouch for in another.

    A witness that is not trusted, or whose own chain does not verify, accuses nobody.
    """
    for chain in chains:
        if not chain.trusted or chain.verdict is Verdict.FAIL:
            continue
        name = chain.opening.name if chain.opening else chain.writer
        for record_id, head in chain.walk.witnessed:
            yield Mark(head, f"{name} ({record_id})")


def _against_marks(chain: Chain, marks: Iterable[Mark]) -> tuple[Finding, ...]:
    """Compare a chain with heads kept elsewhere; the newest that still agrees narrows the place."""
    own = [mark for mark in marks if mark.head.writer == chain.writer and mark.head.seq > 0]
    agreeing = {mark for mark in own if chain.walk.digest_at(mark.head.seq) == mark.head.digest}
    findings = []
    for mark in own:
        kept = mark.head.seq
        if mark in agreeing:
            continue
        if kept > chain.walk.last:
            gone = chain_finding(
                "evidence.verify_rolled_back",
                chain.writer,
                seq=chain.walk.last,
                kept=kept,
                source=mark.source,
            )
            findings.append(gone)
            continue
        before = [other.head.seq for other in agreeing if other.head.seq < kept]
        first = max(before, default=0) + 1
        findings.append(
            chain_finding(
                "evidence.verify_rewritten_since",
                chain.writer,
                first=first,
                last=kept,
                source=mark.source,
            )
        )
    return tuple(findings)


def _with(chain: Chain, findings: tuple[Finding, ...]) -> Chain:
    return replace(chain, findings=chain.findings + findings) if findings else chain
