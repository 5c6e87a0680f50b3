"""What jobs add to the shell."""

from __future__ import annotations

from luodi.workbench.core.contribution import Contribution, Group, MenuEntry
from luodi.workbench.core.models import Project, User
from luodi.workbench.jobs.models import OPEN, Job
from luodi.workbench.jobs.services import JOB_ENDED


def running(project: Project, user: User) -> int:
    """Count what is at work."""
    return Job.objects.visible_to(user).of(project).filter(state__in=OPEN).count()


CONTRIBUTION = Contribution(
    notices=(JOB_ENDED,),
    menu=(
        MenuEntry(Group.WORK, 90, "workbench.jobs.jobs", "jobs:jobs", "job:view", badge=running),
    ),
)
