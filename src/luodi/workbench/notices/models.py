"""A notice to one person, and what became of it on the ways out of the page."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from luodi.workbench.core.models import Project, User


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Their own; one about a project only while they take part in it."""
        projects = Project.objects.visible_to(user)
        own = self.filter(user=user)
        return own.filter(models.Q(project=None) | models.Q(project__in=projects))


class Notice(models.Model):
    """One thing that one person should hear of.

    `address` is a path of this site.  `kind` is one of those the apps handed in.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    address = models.CharField(max_length=200, blank=True)
    made = models.DateTimeField(default=timezone.now)
    read = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["user", "read"])]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Delivery(models.Model):
    """A notice on one way out of the page, such as ``email``: tried until it went, or given up."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=30)
    tries = models.PositiveIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True)
    given_up = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once_a_channel")
        ]
        indexes: ClassVar = [models.Index(fields=["sent", "given_up", "due"])]

    def __str__(self) -> str:
        return f"{self.channel} #{self.notice_id}"
