"""The review desk as a verb: where a queue stands, as evidence for the gate.

Patient pairs and drug codes that no rule may decide wait here for a person: link them (the
default), merge them, or keep them apart; every decision names who made it and can be undone.
Decisions stay in the vault; the ledger gets counts.  Read ``reviewing`` for how it works.
"""

from __future__ import annotations

from decimal import Decimal

from luodi.evidence.canonical import digest
from luodi.evidence.model import ContentInput, Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.reviewing.decide import look
from luodi.migration.reviewing.model import UNSETTLED, Act, Contradiction, Standing, State
from luodi.migration.workspace import Workspace

SHOWN = 20
"""Contradictions that findings name one by one."""


def review(
    workspace: Workspace,
    queue: str,
    *,
    two_person: bool = False,
    inputs: tuple[ContentInput, ...] = (),
    progress: Progress,
) -> Outcome[Standing]:
    """See where a queue stands.

    Parameters
    ----------
    two_person : bool
        Two people must say the same of an item before it is settled.
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
    if unsettled:
        findings.append(Finding(code="migration.review_open", params={"count": unsettled}))
    figures = [
        Figure(name="open", value=unsettled, unit="case"),
        Figure(name="items", value=len(found.items), unit="case"),
        Figure(name="settled", value=found.count(State.SETTLED), unit="case"),
        Figure(name="linked", value=_acts(found, Act.LINK), unit="case"),
        Figure(name="merged", value=_acts(found, Act.MERGE), unit="case"),
        Figure(name="different", value=_acts(found, Act.DIFFERENT), unit="case"),
        Figure(name="contradictions", value=len(found.contradictions), unit="case"),
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
        inputs=(
            *inputs,
            ContentInput(name=f"queue:{queue}", digest=_digest(found)),
        ),
    )


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


def _digest(found: Standing) -> str:
    """Digest of what holds for every item; items are named by hashes, not by patients."""
    return digest({name: [state, found.act.get(name, "")] for name, state in found.state.items()})
