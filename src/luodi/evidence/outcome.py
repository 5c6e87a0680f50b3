"""How a verb ends: with a result for the caller and evidence for the ledger."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Generic, TypeVar

import luodi
from luodi.evidence.catalogue import Param
from luodi.evidence.errors import Cancelled, LuodiError
from luodi.evidence.ledger import Ledger
from luodi.evidence.model import (
    Artefact,
    Attestation,
    Decision,
    Draft,
    Environment,
    Evidence,
    Figure,
    Finding,
    HeadMark,
    Input,
    Kind,
    Severity,
    Status,
    Verdict,
    now,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Author:
    """Who runs a verb, where, with which program, in which environment."""

    actor: str
    environment: Environment
    host: str = field(default_factory=platform.node)
    version: str = luodi.__version__
    correlation: str = ""


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """Result of a verb, and everything its evidence says."""

    result: T
    subject: str
    engine: str
    verb: str
    verdict: Verdict
    kind: Kind = Kind.MACHINE
    status: Status = Status.COMPLETED
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    inputs: tuple[Input, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    attestation: Attestation | None = None
    decision: Decision | None = None
    heads: tuple[HeadMark, ...] = ()

    def draft(self, author: Author, started: datetime, finished: datetime | None = None) -> Draft:
        """Build the evidence of this outcome."""
        return Draft(
            kind=self.kind,
            environment=author.environment,
            subject=self.subject,
            engine=self.engine,
            verb=self.verb,
            status=self.status,
            verdict=self.verdict,
            actor=author.actor,
            host=author.host,
            version=author.version,
            started=started,
            finished=finished or now(),
            figures=self.figures,
            findings=self.findings,
            inputs=self.inputs,
            artefacts=self.artefacts,
            attestation=self.attestation,
            decision=self.decision,
            heads=self.heads,
            correlation=author.correlation,
        )


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The verdict that findings alone lead to: the worst of them."""
    worst = {finding.severity for finding in findings}
    if Severity.ERROR in worst:
        return Verdict.FAIL
    return Verdict.WARN if Severity.WARN in worst else Verdict.PASS


@dataclass(frozen=True)
class Act:
    """Name of a verb about to run, for the record of one that does not come to its outcome."""

    engine: str
    verb: str
    subject: str


def perform(
    act: Act, verb: Callable[[], Outcome[T]], *, author: Author, ledger: Ledger | None
) -> tuple[Outcome[T], Evidence | Draft]:
    """Run a verb and put its evidence into the ledger, however the verb ends.

    A ledger that would refuse the evidence is asked first: nothing is done that cannot be kept.
    What it had to mend after a crash becomes a record of its own.

    Returns
    -------
    tuple
        The outcome and its evidence; a draft where no ledger is at hand.

    Raises
    ------
    LuodiError, Cancelled, KeyboardInterrupt
        What the verb raised, after a failed or cancelled record was appended.
    """
    if ledger is not None and (mended := ledger.repair()):
        ledger.append([_mended(mended).draft(author, now())])
    started = now()
    try:
        outcome = verb()
    except BaseException as error:
        if ledger is not None:
            _keep(ledger, _unfinished(act, error).draft(author, started), error)
        raise
    draft = outcome.draft(author, started)
    return outcome, ledger.append([draft])[0] if ledger is not None else draft


def _mended(findings: tuple[Finding, ...]) -> Outcome[None]:
    return Outcome(
        None,
        subject=f"ledger:{findings[0].params['writer']}",
        engine="evidence",
        verb="repair",
        verdict=Verdict.WARN,
        findings=findings,
    )


def _keep(ledger: Ledger, draft: Draft, error: BaseException) -> None:
    """Record how the verb failed; a ledger that fails as well must not hide why it did."""
    try:
        ledger.append([draft])
    except LuodiError as unrecorded:
        raise error from unrecorded


def _unfinished(act: Act, error: BaseException) -> Outcome[None]:
    """What the ledger keeps of a verb that was stopped or could not go on.

    A defect is named by its type only: the message of a foreign exception may quote a patient.
    """
    stopped = isinstance(error, (Cancelled, KeyboardInterrupt))
    if isinstance(error, LuodiError):
        finding = Finding(
            code=error.code, params=finding_params(error.params), severity=Severity.ERROR
        )
    else:
        code = "evidence.cancelled" if stopped else "evidence.defect"
        params: dict[str, str | int] = {} if stopped else {"type": type(error).__name__}
        finding = Finding(code=code, params=params, severity=Severity.ERROR)
    return Outcome(
        None,
        subject=act.subject,
        engine=act.engine,
        verb=act.verb,
        verdict=Verdict.UNKNOWN,
        status=Status.CANCELLED if stopped else Status.FAILED,
        findings=(finding,),
    )


_PLACES = frozenset(("path", "other", "report"))
"""Parameters that name a file; the ledger keeps its name and not where it lies on the machine."""


def finding_params(params: dict[str, Param]) -> dict[str, str | int]:
    """Parameters as a record keeps them: text and whole numbers."""
    return {
        key: _kept(PurePath(str(value)).name if key in _PLACES else value)
        for key, value in params.items()
    }


def _kept(value: Param) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text.encode("utf-8", "backslashreplace").decode()  # a file name need not be Unicode
