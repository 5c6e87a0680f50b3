"""The command search: opened by `/` on every page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luodi.workbench.core.access import ProjectRequest, signed_in, within
from luodi.workbench.core.finding import find
from luodi.workbench.core.models import Project


@within("project:view")
def find_within(request: ProjectRequest) -> HttpResponse:
    """Find in a project."""
    return _answer(request, request.project)


@login_required
def find_anywhere(request: HttpRequest) -> HttpResponse:
    """Find outside of projects."""
    return _answer(request, None)


def _answer(request: HttpRequest, project: Project | None) -> HttpResponse:
    asked = request.GET.get("q", "")
    groups = find(project, signed_in(request), asked)
    return render(request, "core/found.html", {"groups": groups, "asked": asked.strip()})
