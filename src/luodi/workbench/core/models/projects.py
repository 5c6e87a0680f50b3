"""Hospital projects, and who takes part in them as what."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from luodi.evidence.model import Environment
from luodi.workbench.core.models.people import Department, Organisation, User
from luodi.workbench.core.models.sides import Function, Side
from luodi.workbench.core.models.versions import Versioned
from luodi.workbench.core.wording import lazy


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Those the person takes part in; whoever administers takes part in none."""
        return self.filter(pk__in={seat.project_id for seat in user.seats})


class Project(models.Model):
    """One landing in one hospital.

    `code` is the id its ledger and its landing folder carry; it never changes.
    """

    code = models.CharField(lazy("workbench.core.project_code"), max_length=40, unique=True)
    name = models.CharField(lazy("workbench.core.name"), max_length=120)
    hospital = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="landings",
        verbose_name=lazy("workbench.core.side_hospital"),
    )
    vendor = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="deliveries",
        verbose_name=lazy("workbench.core.side_vendor"),
    )
    environment = models.CharField(
        lazy("workbench.core.environment"),
        max_length=12,
        choices=[
            (each.value, lazy(f"evidence.word_environment_{each.value}")) for each in Environment
        ],
    )
    go_live = models.DateTimeField(lazy("workbench.core.go_live"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts the changes of its content, so that a page can tell whether it has seen the last."""

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-go_live", "name"]

    def __str__(self) -> str:
        return self.name

    def organisation_of(self, side: Side) -> Organisation | None:
        """The organisation that signs for a side."""
        return {Side.VENDOR: self.vendor, Side.HOSPITAL: self.hospital}.get(side)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Places in projects, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Everybody of one's projects; a third party sees its own people."""
        allowed = Q(pk__in=[])
        for seat in user.seats:
            mine = Q(project_id=seat.project_id)
            if seat.side == Side.THIRD_PARTY:
                mine &= Q(user__organisation=user.organisation_id)
            allowed |= mine
        return self.filter(allowed)


class Membership(Versioned):
    """A person's place in a project: side x function x department."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=lazy("workbench.core.person")
    )
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        related_name="memberships",
        verbose_name=lazy("workbench.core.project"),
    )
    side = models.CharField(lazy("workbench.core.side"), max_length=16, choices=Side.choices)
    function = models.CharField(
        lazy("workbench.core.function"), max_length=24, choices=Function.choices
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=lazy("workbench.core.department"),
    )

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "project", "side", "function", "department"],
                name="membership_held_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_function_display()}"
