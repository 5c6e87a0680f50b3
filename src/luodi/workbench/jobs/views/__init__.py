"""Pages of jobs, one file a screen; ``events`` is the stream behind one of them."""

from luodi.workbench.jobs.views.events import events
from luodi.workbench.jobs.views.job import cancel, job, retry, state
from luodi.workbench.jobs.views.jobs import jobs, start

__all__ = ["cancel", "events", "job", "jobs", "retry", "start", "state"]
