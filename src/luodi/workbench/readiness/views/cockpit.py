"""The cockpit: are we ready, and what blocks today."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.contribution import contributions
from luodi.workbench.core.wording import language
from luodi.workbench.readiness.shown import entries, newest, titles
from luodi.workbench.readiness.standing import ANSWERS
from luodi.workbench.readiness.summary import (
    GROUPS,
    areas,
    around,
    blockers,
    days_left,
    departments,
    line,
    people_said,
    present_gate,
    shares,
    states,
)

LATEST = 6
"""Records shown of the ledger."""


@within("project:view")
def cockpit(request: ProjectRequest) -> HttpResponse:
    """Show one honest page to whoever has ten seconds."""
    project, lang = request.project, language()
    standing = ANSWERS.of(project)
    before = present_gate(standing.reports)
    gates = [report.gate for report in standing.reports]
    stops = line(standing.reports, standing.plan, project.go_live, lang)
    records = newest(project)
    panels = [
        (panel, values)
        for each in contributions()
        for panel in each.panels
        if may(request.user, project, panel.capability)
        and (values := panel.values(project, request.user)) is not None
    ]
    return render(
        request,
        "readiness/cockpit.html",
        {
            "sees_gates": may(request.user, project, "gate:view"),
            "sees_ledger": may(request.user, project, "ledger:view"),
            "days": days_left(project.go_live),
            "shares": shares(states(standing.reports)),
            "stops": around(stops),
            "all_stops": len(stops),
            "present": before,
            "present_title": before.gate.title[lang] if before else "",
            "areas": areas(before, lang),
            "groups": GROUPS,
            "departments": departments(before, lang),
            "blockers": blockers(before, lang),
            "reasons": people_said(before, lang),
            "verification": standing.verification,
            "records": entries(records[:LATEST], titles(gates, lang), lang),
            "panels": sorted(panels, key=lambda pair: pair[0].order),
        },
    )
