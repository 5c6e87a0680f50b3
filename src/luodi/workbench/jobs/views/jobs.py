"""The list of jobs, and asking for one that needs no more than its name."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.wording import language
from luodi.workbench.jobs.models import Job
from luodi.workbench.jobs.services import submit
from luodi.workbench.jobs.shown import shown, someone_works
from luodi.workbench.jobs.verbs import verbs

PER_PAGE = 30


@within("job:view")
def jobs(request: ProjectRequest) -> HttpResponse:
    """List the jobs this person may see, newest first."""
    project, lang = request.project, language()
    listed = Job.objects.visible_to(request.user).of(project).select_related("created_by")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "jobs/jobs.html",
        {
            "page": page,
            "jobs": [shown(each, lang) for each in page.object_list],
            "offered": [
                verb
                for verb in verbs().values()
                if verb.starts and may(request.user, project, verb.capability)
            ],
            "key": uuid.uuid4().hex,
            "idle": not someone_works(),
        },
    )


@within("job:run")
@require_POST
def start(request: ProjectRequest) -> HttpResponse:
    """Ask for a run; pressing twice asks once, because the form carries a key."""
    verb = verbs().get(request.POST.get("verb", ""))
    if verb is None or not verb.starts or not may(request.user, request.project, verb.capability):
        raise PermissionDenied("job:run")
    key = f"{request.user.pk}:{verb.name}:{request.POST.get('key', '')[:32]}"
    job = submit(request.project, verb.name, request.user, key=key[:64])
    return redirect("jobs:job", request.project.code, job.pk)
