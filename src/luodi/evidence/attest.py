"""Attest: evidence a person gives, bound to the scan of a signed paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained
from luodi.evidence.model import (
    Artefact,
    Attestation,
    EvidenceInput,
    Figure,
    Kind,
    Verdict,
    local_day,
    now,
)
from luodi.evidence.outcome import Outcome

LARGEST_EXPONENT = 18
"""No figure of a hospital has more digits; one that claims to would be written out in full."""


def attest(
    subject: str,
    statement: str,
    scan: Path,
    *,
    signer: str,
    countersigner: str = "",
    expires: date | None = None,
    figures: Iterable[Figure] = (),
    verdict: Verdict = Verdict.PASS,
    about: Iterable[EvidenceInput] = (),
) -> Outcome[Attestation]:
    """Put a person's word into the ledger: training, a drill, an interview, a signed agreement.

    The scan itself stays where it is; the ledger keeps its SHA-256.  Records that the word is
    `about` are its inputs: once a newer one replaces any of them, the word is stale.

    Raises
    ------
    WrongUse
        ``evidence.attest_subject``, ``evidence.attest_no_signer``, ``evidence.attest_signers``,
        ``evidence.attest_empty_scan``, ``evidence.attest_expired``.
    LuodiError
        The scan cannot be read.
    """
    area, _, thing = subject.partition(":")
    if not area or not thing:
        raise WrongUse("evidence.attest_subject", {"subject": subject})
    signer, countersigner = signer.strip(), countersigner.strip()
    if not signer:
        raise WrongUse("evidence.attest_no_signer", {"subject": subject})
    if signer == countersigner:
        raise WrongUse("evidence.attest_signers", {"name": signer})
    if expires is not None and expires < local_day(now()):
        raise WrongUse("evidence.attest_expired", {"day": expires.isoformat()})
    said = Attestation(
        statement=statement,
        scan=scan_digest(scan),
        signer=signer,
        countersigner=countersigner,
        expires=expires,
    )
    return Outcome(
        said,
        subject=subject,
        engine="evidence",
        verb="attest",
        verdict=verdict,
        kind=Kind.ATTESTATION,
        figures=tuple(figures),
        inputs=tuple(about),
        artefacts=(Artefact(name=scan.name, digest=said.scan),),
        attestation=said,
    )


def scan_digest(scan: Path) -> str:
    """SHA-256 of the scan of a signed paper.

    Raises
    ------
    WrongUse
        ``evidence.attest_empty_scan``.
    """
    with explained(scan):
        data = scan.read_bytes()
    if not data:
        raise WrongUse("evidence.attest_empty_scan", {"path": str(scan)})
    return digest_bytes(data)


def parse_figure(text: str) -> Figure:
    """Read a figure as it is typed: ``pass_rate=98.5:percent``.

    Raises
    ------
    WrongUse
        ``evidence.figure_malformed``.
    """
    name, _, rest = text.partition("=")
    number, _, unit = rest.partition(":")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("NaN")
    if not name.strip() or not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise WrongUse("evidence.figure_malformed", {"text": text[:80]})
    whole = value == value.to_integral_value()
    return Figure(name=name.strip(), value=int(value) if whole else value, unit=unit.strip())
