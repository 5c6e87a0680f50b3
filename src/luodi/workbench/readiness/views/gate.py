"""One gate: go or no-go, and why; who has signed, and one's own word."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.gate.explain import explain
from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.pages import kept
from luodi.workbench.core.wording import language, told, worded
from luodi.workbench.readiness.forms import SignForm
from luodi.workbench.readiness.services import seats_of, speak
from luodi.workbench.readiness.standing import ANSWERS
from luodi.workbench.readiness.summary import rows, shares, states


@within("gate:view")
def gate(request: ProjectRequest, gate: str) -> HttpResponse:
    """Show a gate; take a signature from whoever has a seat there."""
    project, lang = request.project, language()
    try:
        report = ANSWERS.of(project).gate(gate)
    except WrongUse as error:
        raise Http404(error.code) from error
    seats = seats_of(request.user, project, report.gate)
    signs = bool(seats) and may(request.user, project, "gate:sign")
    form = SignForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        report=report,
        seats=seats,
    )
    kept.restore(form, request)
    if request.method == "POST":
        if not signs:
            raise PermissionDenied("gate:sign")
        if form.is_valid():
            try:
                paper = form.cleaned_data["paper"]
                speak(project, report.gate, form.voice(), request.user, paper)
            except LuodiError as error:
                form.add_error(None, told(error))
            else:
                messages.success(request, worded("workbench.readiness.signed"))
                return redirect("readiness:gate", project.code, gate)
    return render(
        request,
        "readiness/gate.html",
        {
            "report": report,
            "title": report.gate.title[lang],
            "question": report.gate.question[lang],
            "reasons": [explain(reason, report, lang) for reason in report.reasons],
            "rows": rows(report, lang),
            "shares": shares(states((report,))),
            "signatures": [
                {
                    "it": each,
                    "seat": each.seat.title[lang],
                    "reasons": [explain(reason, report, lang) for reason in each.reasons],
                }
                for each in report.signatures
            ],
            "form": form if signs else None,
            "attests": may(request.user, project, "evidence:attest"),
        },
    )
