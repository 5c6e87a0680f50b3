"""How a worker hears that there is a job: a message of django-tasks, in the same database.

The message is only that.  Whether a job may be begun, by whom and how often says the job itself: a
message that is lost, late or doubled does no harm.
"""

from __future__ import annotations

from django_tasks import task

from luodi.workbench.jobs.models import Job


@task()
def begin(job: int) -> None:
    """Perform a job in the worker that took the message."""
    from luodi.workbench.jobs.worker import present_worker

    present_worker().take(job)


def announce(job: Job) -> None:
    """Tell the workers, in the transaction at hand: a job without its message does not exist."""
    sent = begin.enqueue(job.pk)
    Job.objects.filter(pk=job.pk).update(message=sent.id)
