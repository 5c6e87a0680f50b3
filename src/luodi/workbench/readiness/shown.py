"""Records of the ledger as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from luodi.evidence.catalogue import Lang, say
from luodi.evidence.figures import written_figure
from luodi.evidence.model import Evidence
from luodi.evidence.stored import decode
from luodi.workbench.core.models import StoredRecord


@dataclass(frozen=True)
class Entry:
    """One record: what was done, what was found, by whom."""

    evidence: Evidence
    title: str
    figures: tuple[str, ...]
    findings: tuple[str, ...]
    recorded: datetime


def entries(stored: Iterable[StoredRecord], lang: Lang) -> tuple[Entry, ...]:
    """Read stored records for a page."""
    return tuple(entry(decode(bytes(each.line)), lang) for each in stored)


def entry(evidence: Evidence, lang: Lang) -> Entry:
    """Write one record out in the reader's language."""
    return Entry(
        evidence=evidence,
        title=f"{evidence.verb} · {evidence.subject}",
        figures=tuple(written_figure(figure, lang) for figure in evidence.figures),
        findings=tuple(say(each.code, each.params, lang) for each in evidence.findings),
        recorded=evidence.recorded,
    )
