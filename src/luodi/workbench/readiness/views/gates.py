"""Every gate of the project, in the order of time."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.wording import language
from luodi.workbench.readiness.standing import ANSWERS
from luodi.workbench.readiness.summary import line, shares, states


@within("gate:view")
def gates(request: ProjectRequest) -> HttpResponse:
    """List the gates with their answers."""
    project, lang = request.project, language()
    standing = ANSWERS.of(project)
    stops = line(standing.reports, standing.plan, project.go_live, lang)
    listed = [
        {
            "stop": stop,
            "question": report.gate.question[lang],
            "shares": shares(states((report,))),
            "criteria": len(report.criteria),
        }
        for stop, report in zip(stops, standing.reports, strict=True)
    ]
    return render(request, "readiness/gates.html", {"gates": listed})
