"""Records of the ledger as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from luodi.evidence.catalogue import Lang, lookup, say
from luodi.evidence.figures import written_figure
from luodi.evidence.gate.model import Criterion, Gate
from luodi.evidence.model import Evidence, Kind
from luodi.evidence.stored import decode
from luodi.workbench.core.models import Chain, Project, StoredRecord

Title = Callable[[Evidence], str]


@dataclass(frozen=True)
class Entry:
    """One record: what was done, what was found, by whom."""

    evidence: Evidence
    title: str
    figures: tuple[str, ...]
    findings: tuple[str, ...]
    recorded: datetime


def newest(project: Project) -> QuerySet[StoredRecord]:
    """The records of a project, newest first.

    By the keys of its chains, and in the order of an index: a long ledger is never sorted.
    """
    chains = list(Chain.objects.filter(project=project).values_list("pk", flat=True))
    found = StoredRecord.objects.filter(chain__in=chains).select_related("chain__project")
    return found.order_by("-recorded", "-pk")


def entries(stored: Iterable[StoredRecord], title: Title, lang: Lang) -> tuple[Entry, ...]:
    """Read stored records for a page."""
    return tuple(entry(decode(bytes(each.line)), title, lang) for each in stored)


def entry(evidence: Evidence, title: Title, lang: Lang) -> Entry:
    """Write one record out in the reader's language."""
    return Entry(
        evidence=evidence,
        title=title(evidence),
        figures=tuple(written_figure(figure, lang) for figure in evidence.figures),
        findings=tuple(say(each.code, each.params, lang) for each in evidence.findings),
        recorded=evidence.recorded,
    )


def titles(gates: Iterable[Gate], lang: Lang) -> Title:
    """Name records as the project's own criteria and gates name what they ask for.

    A record that no criterion asks for is named by its verb and its subject.
    """
    asked: dict[tuple[str, str], str] = {}
    every: dict[tuple[str, str], str] = {}
    gate_titles = {}
    for gate in gates:
        gate_titles[f"gate:{gate.id}"] = gate.title[lang]
        for criterion in gate.criteria:
            verb, name = _verb(criterion), criterion.title[lang]
            if criterion.subject.endswith(":*"):
                every.setdefault((criterion.subject[:-2], verb), name)
            else:
                asked.setdefault((criterion.subject, verb), name)

    def title(evidence: Evidence) -> str:
        subject, verb = evidence.subject, evidence.verb
        if subject in gate_titles:
            return f"{verb_word(verb, lang)} · {gate_titles[subject]}"
        if (subject, verb) in asked:
            return asked[subject, verb]
        area, _, thing = subject.partition(":")
        if (area, verb) in every:
            return f"{every[area, verb]} · {thing}"
        return f"{verb_word(verb, lang)} · {subject}"

    return title


def _verb(criterion: Criterion) -> str:
    return "attest" if criterion.kind is Kind.ATTESTATION else criterion.verb


def verb_word(verb: str, lang: Lang) -> str:
    """What a verb is called; one of a newer version keeps its own name."""
    entry = lookup(f"workbench.readiness.verb_{verb}")
    return entry.text[lang] if entry else verb
