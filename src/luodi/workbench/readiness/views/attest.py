"""Attest: a person vouches, with the scan of a signed paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Kind
from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.pages import kept
from luodi.workbench.core.wording import language, told, worded
from luodi.workbench.readiness.forms import AttestForm
from luodi.workbench.readiness.services import vouch
from luodi.workbench.readiness.standing import ANSWERS


@within("evidence:attest")
def attest(request: ProjectRequest, gate: str, criterion: str) -> HttpResponse:
    """Take what a criterion of kind attestation asks for."""
    project, lang = request.project, language()
    try:
        report = ANSWERS.of(project).gate(gate)
    except WrongUse as error:
        raise Http404(error.code) from error
    asked = next((each for each in report.gate.criteria if each.id == criterion), None)
    if asked is None or asked.kind is not Kind.ATTESTATION:
        raise Http404(criterion)
    form = AttestForm(request.POST or None, request.FILES or None, criterion=asked, project=project)
    kept.restore(form, request)
    if request.method == "POST" and form.is_valid():
        try:
            vouch(project, form.said(), by=request.user)
        except LuodiError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, worded("workbench.readiness.attested_now"))
            return redirect("readiness:gate", project.code, gate)
    return render(
        request,
        "readiness/attest.html",
        {
            "form": form,
            "gate_title": report.gate.title[lang],
            "gate_id": gate,
            "title": asked.title[lang],
            "why": asked.why[lang],
            "remedy": asked.remedy[lang],
        },
    )
