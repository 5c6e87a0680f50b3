"""The ledger: is it whole, and what does it say."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from luodi.evidence.catalogue import say
from luodi.evidence.stored import decode
from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.models import Chain, StoredRecord
from luodi.workbench.core.wording import language
from luodi.workbench.readiness.shown import entries, entry, titles
from luodi.workbench.readiness.standing import ANSWERS

PER_PAGE = 50


@within("ledger:view")
def ledger(request: ProjectRequest) -> HttpResponse:
    """Show the chains as verified, and the records, newest first."""
    project, lang = request.project, language()
    standing = ANSWERS.of(project)
    verification = standing.verification
    title = titles((report.gate for report in standing.reports), lang)
    records = StoredRecord.objects.filter(chain__project=project).select_related("chain")
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "readiness/ledger.html",
        {
            "verification": verification,
            "chains": [
                {
                    "it": chain,
                    "name": chain.opening.name if chain.opening else chain.writer,
                    "findings": [say(each.code, each.params, lang) for each in chain.findings],
                }
                for chain in verification.chains
            ],
            "page": page,
            "records": entries(page.object_list, title, lang),
        },
    )


@within("ledger:view")
def record(request: ProjectRequest, writer: str, seq: int) -> HttpResponse:
    """Show one record, every field of it."""
    chain = get_object_or_404(Chain, project=request.project, writer=writer)
    stored = get_object_or_404(StoredRecord, chain=chain, seq=seq)
    evidence = decode(bytes(stored.line))
    lang = language()
    title = titles((report.gate for report in ANSWERS.of(request.project).reports), lang)
    return render(request, "readiness/record.html", {"entry": entry(evidence, title, lang)})
