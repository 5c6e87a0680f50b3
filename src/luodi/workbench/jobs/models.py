"""A job, the lines of its log, and the workers that are alive."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import TextChoices
from django.utils import timezone

from luodi.workbench.core.models import ProjectRecord
from luodi.workbench.core.wording import lazy

LEASE = timedelta(seconds=20)
"""How long a job belongs to a worker that is not heard of any more."""

ATTEMPTS = 3
"""How often a job is begun before it fails by name: what kills three workers kills a fourth."""

ALIVE = timedelta(seconds=10)
"""A worker not heard of for longer does not count as alive."""


class State(TextChoices):
    """Where a job stands."""

    QUEUED = "queued", lazy("workbench.jobs.state_queued")
    RUNNING = "running", lazy("workbench.jobs.state_running")
    DONE = "done", lazy("workbench.jobs.state_done")
    FAILED = "failed", lazy("workbench.jobs.state_failed")
    CANCELLED = "cancelled", lazy("workbench.jobs.state_cancelled")


OPEN = (State.QUEUED, State.RUNNING)
"""A job in one of the other states has ended."""


class Job(ProjectRecord):
    """One run of a long verb.

    `attempt` counts how often it was begun and fences: whoever writes on behalf of an attempt
    writes only while it is the present one.  `limit` is the attempt after which a job whose worker
    died is not begun again.  `key` makes the same request twice one job.
    """

    verb = models.CharField(lazy("workbench.core.verb"), max_length=60)
    parameters = models.JSONField(default=dict)
    key = models.CharField(max_length=64)
    correlation = models.CharField(max_length=32, unique=True, editable=False)
    state = models.CharField(
        lazy("workbench.core.status"), max_length=10, choices=State.choices, default=State.QUEUED
    )
    attempt = models.PositiveIntegerField(default=0)
    limit = models.PositiveIntegerField(default=ATTEMPTS)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    heard = models.DateTimeField(null=True)
    queued = models.DateTimeField(default=timezone.now)
    began = models.DateTimeField(lazy("workbench.jobs.began"), null=True)
    ended = models.DateTimeField(lazy("workbench.jobs.ended"), null=True)
    cancel_asked = models.DateTimeField(null=True)
    message = models.UUIDField(null=True, editable=False)
    stages = models.JSONField(default=list)
    verdict = models.CharField(max_length=8, blank=True)
    evidence = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=80, blank=True)
    error_params = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="job_asked_for_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether there is still something to wait for."""
        return self.state in OPEN


class JobLine(models.Model):
    """A line of a job's log: a code of the catalogue, so that everybody reads their language."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="lines")
    moment = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.code


class Worker(models.Model):
    """A worker process, as last heard of."""

    name = models.CharField(max_length=80, unique=True)
    began = models.DateTimeField(default=timezone.now)
    heard = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
