"""What a dead worker left behind: its job is begun again, or fails by name.

A worker holds a lock file of its own under ``LUODI_HOME`` for as long as it lives; the system lets
go of it even after ``kill -9``.  So a worker of the same home sees at once that another is dead,
and one of another host waits until the lease has run out.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from filelock import FileLock, Timeout

from luodi.landing.home import Home
from luodi.workbench.jobs.models import Job, JobLine, State, Worker
from luodi.workbench.jobs.services import tell_owner
from luodi.workbench.jobs.transport import announce

UNHEARD = timedelta(seconds=30)
"""A job that waits this long without a message in the queue is announced again."""

FORGOTTEN = timedelta(days=1)
"""Workers that have not been heard of for a day are not listed any more."""


def lock_of(home: Home, worker: str) -> Path:
    """The lock file of a worker."""
    return home.path / "state" / "workers" / f"{worker}.lock"


def is_dead(home: Home, worker: str) -> bool:
    """Tell whether a worker of this home has ended; of another's, nobody knows."""
    path = lock_of(home, worker)
    if not path.exists():
        return False
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return False
    lock.release()
    return True


def sweep(home: Home) -> int:
    """Take up what was left behind; return how many jobs that were."""
    running = Job.objects.filter(state=State.RUNNING)
    now = timezone.now()
    gone = [
        job
        for job in running
        if (job.lease_until is not None and job.lease_until < now) or is_dead(home, job.worker)
    ]
    taken = sum(_take_up(job) for job in gone)
    _announce_again()
    _tidy(home)
    return taken


def _take_up(job: Job) -> bool:
    """Give one job back to the queue, or end it; False when it was heard of meanwhile."""
    same = Job.objects.filter(
        pk=job.pk, state=State.RUNNING, attempt=job.attempt, lease_until=job.lease_until
    )
    now = timezone.now()
    with transaction.atomic():
        if job.cancel_asked is not None:
            code = "workbench.jobs.line_cancelled"
            done = same.update(state=State.CANCELLED, ended=now, lease_until=None)
        elif job.attempt >= job.limit:
            code = "workbench.jobs.line_failed"
            done = same.update(
                state=State.FAILED,
                ended=now,
                lease_until=None,
                error="workbench.jobs.worker_died",
                error_params={"attempts": job.attempt},
            )
        else:
            code = "workbench.jobs.line_taken_up"
            done = same.update(state=State.QUEUED, queued=now, lease_until=None, stages=[])
            if done:
                announce(job)
        if done:
            JobLine.objects.create(
                job=job, attempt=job.attempt, code=code, params={"worker": job.worker}
            )
            job.refresh_from_db()
            tell_owner(job)
    return bool(done)


def _announce_again() -> None:
    """A message taken by a worker that died before it claimed the job is sent once more."""
    waiting = Job.objects.filter(state=State.QUEUED, queued__lt=timezone.now() - UNHEARD)
    for job in waiting:
        ready = DBTaskResult.objects.filter(status="READY")
        if job.message is None or not ready.filter(pk=job.message).exists():
            announce(job)


def _tidy(home: Home) -> None:
    """Messages that were delivered say nothing; the job does."""
    present = Job.objects.filter(state=State.RUNNING).values("message")
    DBTaskResult.objects.exclude(Q(status="READY") | Q(pk__in=present)).delete()
    for worker in Worker.objects.filter(heard__lt=timezone.now() - FORGOTTEN):
        if is_dead(home, worker.name):
            with suppress(OSError):
                lock_of(home, worker.name).unlink()
        worker.delete()
