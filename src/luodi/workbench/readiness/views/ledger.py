"""The ledger: is it whole, and what does it say."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from luodi.evidence.catalogue import say
from luodi.evidence.figures import written_figure
from luodi.evidence.model import Environment, Evidence, Kind, Verdict
from luodi.evidence.stored import decode
from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.models import Chain, StoredRecord
from luodi.workbench.core.pages import (
    Choice,
    Column,
    Crumb,
    ListPage,
    Period,
    Show,
    Text,
    brief,
    code,
    moment,
    pill,
    words,
)
from luodi.workbench.core.wording import language, lazy
from luodi.workbench.readiness.shown import entry, newest, titles
from luodi.workbench.readiness.standing import ANSWERS


def _evidence(stored: StoredRecord) -> Evidence:
    """The record itself, read once for all of its cells."""
    kept: Evidence | None = stored.__dict__.get("evidence")
    if kept is None:
        kept = stored.__dict__["evidence"] = decode(bytes(stored.line))
    return kept


def _figures(stored: StoredRecord) -> str:
    lang = language()
    figures = (written_figure(each, lang) for each in _evidence(stored).figures)
    return ("；" if lang == "zh" else "; ").join(figures)


_what = Show(
    lambda it: format_html('{}<small class="mono">{} {}</small>', it[0], it[1].verb, it[1].subject),
    lambda it: it[0],
)


def _columns(request: ProjectRequest) -> tuple[Column, ...]:
    """What is told of a record, named in the project's own words."""
    gates = (report.gate for report in ANSWERS.of(request.project).reports)
    title = titles(gates, language())
    return (
        Column("recorded", show=moment, link=_address),
        Column(
            "what",
            "workbench.readiness.what",
            lambda stored: (title(_evidence(stored)), stored),
            show=_what,
        ),
        Column("verdict", sort="", show=pill(lambda it: f"evidence.word_verdict_{it}")),
        Column("found", "workbench.readiness.found", _figures),
        Column("environment", sort="", show=words(lambda it: f"evidence.word_environment_{it}")),
        Column("actor", sort="", show=brief),
        Column("subject", shown=False),
        Column("verb", sort="", shown=False),
        Column("kind", sort="", show=words(lambda it: f"evidence.word_kind_{it}"), shown=False),
        Column("status", sort="", show=words(lambda it: f"evidence.word_status_{it}"), shown=False),
        Column("seq", "workbench.readiness.seq", sort="", show=code, shown=False),
        Column("chain__writer", "workbench.readiness.writer", sort="", show=code, shown=False),
    )


def _address(stored: StoredRecord) -> str:
    chain = stored.chain
    return reverse("readiness:record", args=[chain.project.code, chain.writer, stored.seq])


LEDGER = ListPage(
    key="readiness.ledger",
    title="workbench.readiness.ledger",
    records=lambda request: newest(request.project),
    columns=_columns,
    filters=(
        Text("subject", ("subject",), "workbench.core.subject"),
        Text("verb", ("verb",), "workbench.core.verb"),
        Choice(
            "verdict",
            [(each.value, lazy(f"evidence.word_verdict_{each.value}")) for each in Verdict],
        ),
        Choice(
            "environment",
            [(each.value, lazy(f"evidence.word_environment_{each.value}")) for each in Environment],
        ),
        Choice("kind", [(each.value, lazy(f"evidence.word_kind_{each.value}")) for each in Kind]),
        Period("day", "recorded", "workbench.core.recorded"),
    ),
    order=("-recorded",),
    empty="workbench.readiness.ledger_empty",
    template="readiness/ledger.html",
)


@within("ledger:view")
def ledger(request: ProjectRequest) -> HttpResponse:
    """Show the chains as verified, and the records, newest first."""
    lang, verification = language(), ANSWERS.of(request.project).verification
    return LEDGER.answer(
        request,
        chains=[
            {
                "it": chain,
                "name": chain.opening.name if chain.opening else chain.writer,
                "findings": [say(each.code, each.params, lang) for each in chain.findings],
            }
            for chain in verification.chains
        ],
    )


@within("ledger:view")
def record(request: ProjectRequest, writer: str, seq: int) -> HttpResponse:
    """Show one record, every field of it."""
    chain = get_object_or_404(Chain, project=request.project, writer=writer)
    stored = get_object_or_404(StoredRecord, chain=chain, seq=seq)
    gates = (report.gate for report in ANSWERS.of(request.project).reports)
    title = titles(gates, language())
    shown = entry(decode(bytes(stored.line)), title, language())
    above = Crumb(LEDGER.name, reverse("readiness:ledger", args=[request.project.code]))
    crumbs = (above, Crumb(shown.evidence.id))
    return render(request, "readiness/record.html", {"entry": shown, "crumbs": crumbs})
