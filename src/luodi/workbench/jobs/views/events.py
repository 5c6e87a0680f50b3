"""The stream of a job's page: server-sent events (WHATWG HTML 9.2), one per change.

A stream ends when its job has, when the server goes home, when the session ended or the job is not
this person's to see any more, and after five minutes; the browser then asks for a new one, which
is checked like any request.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.http import Http404, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.models import Project, User
from luodi.workbench.core.streaming import event, is_ending, stream
from luodi.workbench.jobs.models import Job
from luodi.workbench.jobs.views.job import values

PAUSE = 0.5
"""Seconds between two looks."""

CHECK = 10.0
"""Seconds after which the right to look is asked for again."""

LASTS = 300.0
"""Seconds that one stream lasts."""


@within("job:view")
async def events(request: ProjectRequest, job: int) -> HttpResponseBase:
    """Stream the changing part of a job's page."""
    request.unattended = True
    language = translation.get_language()
    user, project, key = request.user, request.project, request.session.session_key
    found = await sync_to_async(_visible)(user, project, job)
    if found is None:
        raise Http404("job")
    return stream(_changes(user, project, job, language, key or ""))


async def _changes(
    user: User, project: Project, job: int, language: str, session: str
) -> AsyncIterator[bytes]:
    began = checked = time.monotonic()
    last: object = None
    while time.monotonic() - began < LASTS and not is_ending():
        if time.monotonic() - checked > CHECK:
            checked = time.monotonic()
            if not await sync_to_async(_may_still_look)(user.pk, project, job, session):
                return
        mark = await sync_to_async(_mark)(job)
        if mark != last:
            last = mark
            html, is_open = await sync_to_async(_drawn)(job, language)
            yield event("state", html)
            if not is_open:
                yield event("end", "")
                return
        else:
            yield b": \n\n"  # finds out whether anybody still listens
        await asyncio.sleep(PAUSE)


def _visible(user: User, project: Project, job: int) -> Job | None:
    return Job.objects.visible_to(user).of(project).filter(pk=job).first()


def _may_still_look(user: int, project: Project, job: int, session: str) -> bool:
    person = User.objects.filter(pk=user, is_active=True).first()
    lives = Session.objects.filter(session_key=session, expire_date__gt=timezone.now()).exists()
    return person is not None and lives and _visible(person, project, job) is not None


def _mark(job: int) -> object:
    return (
        Job.objects.filter(pk=job).values_list("heard", "state", "cancel_asked", "attempt").first()
    )


def _drawn(job: int, language: str) -> tuple[str, bool]:
    found = Job.objects.select_related("created_by").get(pk=job)
    with translation.override(language):
        return render_to_string("jobs/_state.html", values(found)), found.is_open
