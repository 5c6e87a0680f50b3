"""Ask for long work, cancel it, begin it again.

Every step is one conditional update: two people, or a person and a worker, cannot both win.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from luodi.evidence.catalogue import Param
from luodi.workbench.core.contribution import NoticeKind
from luodi.workbench.core.models import Project, User
from luodi.workbench.jobs.models import ATTEMPTS, OPEN, Job, JobLine, State
from luodi.workbench.jobs.transport import announce
from luodi.workbench.jobs.verbs import verb_named, verbs
from luodi.workbench.notices.services import notify


def submit(
    project: Project,
    verb: str,
    owner: User | None,
    *,
    parameters: Mapping[str, Param] | None = None,
    key: str = "",
) -> Job:
    """Ask for a run of `verb`.

    Parameters
    ----------
    key : str, optional
        Idempotency key: a second request with the same key is the job of the first.

    Raises
    ------
    LuodiError
        ``workbench.jobs.no_verb``.
    """
    known = verb_named(verb)
    with transaction.atomic():
        job, made = Job.objects.get_or_create(
            project=project,
            key=key or uuid.uuid4().hex,
            defaults={
                "verb": known.name,
                "parameters": dict(parameters or {}),
                "audience": known.audience,
                "correlation": uuid.uuid4().hex,
                "created_by": owner,
                "changed_by": owner,
            },
        )
        if made:
            announce(job)
            tell(job, "workbench.jobs.line_asked", {"person": owner.name if owner else ""})
    return job


def cancel(job: Job, by: User) -> bool:
    """Cancel a job; False when it has ended already.

    One that waits ends at once; one that runs stops at its next report of progress.
    """
    now = timezone.now()
    with transaction.atomic():
        asked = Job.objects.filter(pk=job.pk, state__in=OPEN, cancel_asked=None).update(
            cancel_asked=now, changed_by=by, changed=now, version=F("version") + 1
        )
        if asked:
            tell(job, "workbench.jobs.line_cancel", {"person": by.name})
        Job.objects.filter(pk=job.pk, state=State.QUEUED).update(state=State.CANCELLED, ended=now)
    return bool(asked)


def retry(job: Job, by: User) -> bool:
    """Begin a job again that failed or was cancelled; False when it is neither."""
    now = timezone.now()
    with transaction.atomic():
        again = Job.objects.filter(pk=job.pk, state__in=(State.FAILED, State.CANCELLED)).update(
            state=State.QUEUED,
            limit=F("attempt") + ATTEMPTS,
            cancel_asked=None,
            queued=now,
            began=None,
            ended=None,
            stages=[],
            error="",
            error_params={},
            verdict="",
            changed_by=by,
            changed=now,
            version=F("version") + 1,
        )
        if again:
            tell(job, "workbench.jobs.line_retry", {"person": by.name})
            announce(job)
    return bool(again)


JOB_ENDED = NoticeKind("jobs.ended", "workbench.jobs.notice_done")


def tell_owner(job: Job) -> None:
    """Notify whoever asked for a job how it ended; whoever cancelled it knows."""
    if job.created_by is None or job.state not in (State.DONE, State.FAILED):
        return
    verb = verbs().get(job.verb)
    notify(
        [job.created_by],
        JOB_ENDED,
        job,
        {"job": job.pk, "verb": verb.title if verb else job.verb},
        code=f"workbench.jobs.notice_{job.state}",
        address=f"/p/{job.project.code}/jobs/{job.pk}/",
    )


def tell(job: Job, code: str, params: Mapping[str, Param] | None = None) -> None:
    """Write a line into a job's log."""
    JobLine.objects.create(job=job, attempt=job.attempt, code=code, params=dict(params or {}))
