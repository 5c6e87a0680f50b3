"""What people add to the shell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.urls import reverse

from luodi.workbench.core.contribution import (
    Contribution,
    Group,
    Hit,
    MenuEntry,
    OfficeEntry,
    SearchProvider,
)
from luodi.workbench.core.models import Membership, Office, Project, User


def _find(project: Project, user: User, words: Sequence[str]) -> Iterator[Hit]:
    found = Membership.objects.visible_to(user).filter(project=project)
    for word in words:
        found = found.filter(
            Q(user__name__icontains=word)
            | Q(user__username__icontains=word)
            | Q(department__name__icontains=word)
        )
    for each in found.select_related("user__organisation", "department")[:6]:
        note = " · ".join(
            str(part)
            for part in (each.user.organisation, each.department, each.get_function_display())
            if part
        )
        yield Hit(each.user.name, note, reverse("people:member", args=[project.code, each.pk]))


CONTRIBUTION = Contribution(
    menu=(MenuEntry(Group.HOUSE, 10, "workbench.people.members", "people:members", "member:view"),),
    search=(SearchProvider("workbench.people.members", "member:view", _find),),
    offices=(
        OfficeEntry(10, "workbench.people.accounts", "admin:accounts", Office.SYSTEM),
        OfficeEntry(20, "workbench.people.organisations", "admin:organisations", Office.SYSTEM),
        OfficeEntry(30, "workbench.people.departments", "admin:departments", Office.SYSTEM),
        OfficeEntry(40, "workbench.people.projects", "admin:projects", Office.SYSTEM),
    ),
)
