"""The way in: straight to the project one has, or a choice of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from luodi.workbench.core.access import signed_in
from luodi.workbench.core.models import Project


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the projects of this person."""
    projects = Project.objects.visible_to(signed_in(request)).select_related("hospital")
    if len(projects) == 1:
        return redirect("readiness:cockpit", projects[0].code)
    return render(request, "core/home.html", {"projects": projects})
