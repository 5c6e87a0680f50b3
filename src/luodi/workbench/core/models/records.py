"""The base of everything that belongs to a project: who may see it, who made it, who changed it.

Visibility is decided here once.  Pages, search, export, notification, file download, event streams
and the API all start from ``visible_to``.
"""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from luodi.workbench.core.models.people import User
from luodi.workbench.core.models.projects import Project
from luodi.workbench.core.models.sides import Audience, Side
from luodi.workbench.core.models.versions import Versioned
from luodi.workbench.core.wording import lazy

M = TypeVar("M", bound="ProjectRecord")

_INSIDE = {Side.VENDOR: Audience.VENDOR, Side.HOSPITAL: Audience.HOSPITAL}


class ProjectRecordQuerySet(models.QuerySet[M]):
    """Records of projects, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """What the person's places in projects let them see.

        A side sees what is shared and what is its own.  A supervisor sees what is shared.  A third
        party sees, of what is shared, only what the model says is theirs.
        """
        allowed = Q(pk__in=[])
        for seat in user.seats:
            shown = Q(audience=Audience.SHARED)
            if seat.side in _INSIDE:
                shown |= Q(audience=_INSIDE[Side(seat.side)])
            if seat.side == Side.THIRD_PARTY:
                shown &= self.model.addressed_to(user.organisation_id)
            allowed |= Q(project_id=seat.project_id) & shown
        return self.filter(allowed)

    def of(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)


class ProjectRecord(Versioned):
    """Something a project keeps.

    `version` counts its changes: whoever saves says which one was edited.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", verbose_name=lazy("workbench.core.project")
    )
    audience = models.CharField(
        lazy("workbench.core.audience"),
        max_length=10,
        choices=Audience.choices,
        default=Audience.SHARED,
    )
    created = models.DateTimeField(lazy("workbench.core.created"), auto_now_add=True)
    created_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=lazy("workbench.core.created_by"),
    )
    changed = models.DateTimeField(lazy("workbench.core.changed"), auto_now=True)
    changed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=lazy("workbench.core.changed_by"),
    )

    objects: ClassVar = ProjectRecordQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def addressed_to(cls, organisation: int | None) -> Q:
        """Which shared records are a third party's own; none, unless the model knows better."""
        return Q(pk__in=[])
