"""One job: how far it is, what it said, cancel, begin again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.wording import language, worded
from luodi.workbench.jobs import services
from luodi.workbench.jobs.models import Job
from luodi.workbench.jobs.shown import lines, shown, someone_works

NEWEST = 200
"""Lines of the log that the page shows."""


@within("job:view")
def job(request: ProjectRequest, job: int) -> HttpResponse:
    """Show a job; what changes arrives by the stream of events, or is asked for."""
    found = _job(request, job)
    return render(request, "jobs/job.html", {**values(found), **_rights(request, found)})


@within("job:view")
def state(request: ProjectRequest, job: int) -> HttpResponse:
    """Answer with the part of the page that changes: for browsers that get no stream."""
    request.unattended = True
    found = _job(request, job)
    return render(request, "jobs/_state.html", values(found))


@within("job:run")
@require_POST
def cancel(request: ProjectRequest, job: int) -> HttpResponse:
    """Ask a job to stop."""
    found = _job(request, job)
    if not services.cancel(found, request.user):
        messages.warning(request, worded("workbench.jobs.too_late"))
    return redirect("jobs:job", request.project.code, job)


@within("job:run")
@require_POST
def retry(request: ProjectRequest, job: int) -> HttpResponse:
    """Begin a job again."""
    found = _job(request, job)
    if not services.retry(found, request.user):
        messages.warning(request, worded("workbench.jobs.not_again"))
    return redirect("jobs:job", request.project.code, job)


def values(job: Job) -> dict[str, object]:
    """What the changing part of the page is drawn from."""
    lang = language()
    newest = list(job.lines.order_by("-pk")[:NEWEST])
    return {
        "job": shown(job, lang),
        "lines": lines(reversed(newest), lang),
        "idle": job.is_open and not someone_works(),
    }


def _job(request: ProjectRequest, number: int) -> Job:
    visible = Job.objects.visible_to(request.user).of(request.project)
    return get_object_or_404(visible.select_related("created_by"), pk=number)


def _rights(request: ProjectRequest, job: Job) -> dict[str, object]:
    runs = may(request.user, request.project, "job:run")
    return {
        "may_cancel": runs and job.is_open and job.cancel_asked is None,
        "may_retry": runs and job.state in ("failed", "cancelled"),
    }
