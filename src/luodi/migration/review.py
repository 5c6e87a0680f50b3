"""The review desk as a verb: where a queue stands, as evidence for the gate.

What no rule may decide waits here for a person.  Pairs of rows: link them (the default), merge
them, or keep them apart.  Codes of drugs, diagnoses and services: accept one, or say that there is
none.  Every decision names who made it and can be undone.  Decisions stay in the vault; the ledger
gets counts.  Read ``reviewing`` for how it works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from luodi.evidence.model import ContentInput, Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.reviewing.codes import lists_of
from luodi.migration.reviewing.decide import look
from luodi.migration.reviewing.freshness import queue_input
from luodi.migration.reviewing.model import UNSETTLED, Act, Contradiction, Standing, State
from luodi.migration.workspace import Workspace

SHOWN = 20
"""Contradictions that findings name one by one."""


def review(
    workspace: Workspace,
    queue: str,
    *,
    two_person: bool = False,
    asked: Iterable[str] = (),
    inputs: tuple[ContentInput, ...] = (),
    progress: Progress,
) -> Outcome[Standing]:
    """See where a queue stands.

    A queue of codes fails while a dictionary that belongs into it was never put there, or while
    nothing at all was: of that nobody can say that it was reviewed.

    Parameters
    ----------
    two_person : bool
        Two people must say the same of an item before it is settled.
    asked : iterable of str
        Dictionaries of the mapping whose codes are reviewed in this queue.
    inputs : tuple of ContentInput
        Where that is declared.

    Raises
    ------
    WrongUse
        ``migration.review_no_queue``: nothing was looked for yet.
    """
    progress.stage("migration.review_stage")
    found = look(workspace, queue, two_person=two_person)
    unsettled = found.count(*UNSETTLED)
    findings = [
        Finding(
            code="migration.review_contradiction",
            params=_rows(found, one),
            severity=Severity.ERROR,
        )
        for one in found.contradictions[:SHOWN]
    ]
    offered = [one.dictionary for one in lists_of(workspace, queue)]
    findings += [
        Finding(
            code="migration.review_not_offered",
            params={"dictionary": name, "queue": queue},
            severity=Severity.ERROR,
        )
        for name in asked
        if name not in offered
    ]
    if offered and not found.items:
        findings.append(
            Finding(code="migration.review_empty", params={"queue": queue}, severity=Severity.ERROR)
        )
    if unsettled:
        findings.append(Finding(code="migration.review_open", params={"count": unsettled}))
    figures = [
        Figure(name="open", value=unsettled, unit="case"),
        Figure(name="items", value=len(found.items), unit="case"),
        Figure(name="settled", value=found.count(State.SETTLED), unit="case"),
        *(_codes(found) if offered else _pairs(found)),
        Figure(name="rated_twice", value=found.rated_twice, unit="case"),
    ]
    if found.kappa is not None:
        figures.append(Figure(name="kappa", value=Decimal(str(round(found.kappa, 3)))))
    return Outcome(
        found,
        subject=f"review:{queue}",
        engine="migration",
        verb="review",
        verdict=verdict_of(findings),
        figures=tuple(figures),
        findings=tuple(findings),
        inputs=(*inputs, queue_input(workspace, queue, found)),
    )


def _pairs(found: Standing) -> Iterator[Figure]:
    yield Figure(name="linked", value=_acts(found, Act.LINK), unit="case")
    yield Figure(name="merged", value=_acts(found, Act.MERGE), unit="case")
    yield Figure(name="different", value=_acts(found, Act.DIFFERENT), unit="case")
    yield Figure(name="contradictions", value=len(found.contradictions), unit="case")


def _codes(found: Standing) -> Iterator[Figure]:
    without = sum(not item.candidates for item in found.items.values())
    yield Figure(name="coded", value=_acts(found, Act.ACCEPT), unit="case")
    yield Figure(name="without_code", value=_acts(found, Act.NONE), unit="case")
    yield Figure(name="without_candidate", value=without, unit="case")


def _rows(found: Standing, contradiction: Contradiction) -> dict[str, str | int]:
    """A contradiction by table and ordinals: 3 = 7, 7 = 9, and yet 3 ≠ 9."""
    chain = [found.items[name] for name in contradiction.chain]
    apart = found.items[contradiction.different]
    return {
        "table": apart.table,
        "chain": ", ".join(f"{item.left_ordinal} = {item.right_ordinal}" for item in chain),
        "different": f"{apart.left_ordinal} ≠ {apart.right_ordinal}",
    }


def _acts(found: Standing, act: Act) -> int:
    return sum(holds is act for holds in found.act.values())
