"""Members of a project: each side's managers place their own side's people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.models import Membership
from luodi.workbench.core.pages import Button, Column, Crumb, DeletePage, DetailPage, FormPage, code
from luodi.workbench.people import services
from luodi.workbench.people.forms import MemberForm
from luodi.workbench.people.lists import MEMBERS


def _list(request: ProjectRequest, member: Any = None) -> str:
    return reverse("people:members", args=[request.project.code])


def _crumbs(request: ProjectRequest, member: Membership | None) -> tuple[Crumb, ...]:
    return (Crumb(MEMBERS.name, _list(request)),)


def _buttons(request: ProjectRequest, member: Membership) -> tuple[Button, ...]:
    if member.side not in services.placed_by(request.user, request.project):
        return ()
    place = [request.project.code, member.pk]
    return (
        Button("workbench.people.change", reverse("people:member-edit", args=place), filled=True),
        Button("workbench.people.remove", reverse("people:member-remove", args=place)),
    )


MEMBER = DetailPage(
    facts=(
        Column("user__name"),
        Column("user__organisation__name", "workbench.core.organisation"),
        Column("side"),
        Column("function"),
        Column("department__name", "workbench.core.department"),
        Column("user__username", show=code),
        Column("user__phone"),
        Column("user__email"),
    ),
    crumbs=_crumbs,
    buttons=_buttons,
)
ADD = FormPage("workbench.people.add_member", MemberForm, _crumbs, _list)
EDIT = FormPage("workbench.people.change_member", MemberForm, _crumbs, _list)
REMOVE = DeletePage("workbench.people.remove", _crumbs, _list, services.leave)


@within("member:view")
def members(request: ProjectRequest) -> HttpResponse:
    """List who takes part as what."""
    return MEMBERS.answer(request)


@within("member:view")
def member(request: ProjectRequest, pk: int) -> HttpResponse:
    """Show one person's place."""
    return MEMBER.answer(request, _one(request, pk))


@within("member:manage")
def add(request: ProjectRequest) -> HttpResponse:
    """Place somebody."""
    return ADD.answer(request, project=request.project, by=request.user)


@within("member:manage")
def edit(request: ProjectRequest, pk: int) -> HttpResponse:
    """Change somebody's place."""
    member = _own(request, pk)
    return EDIT.answer(request, member, project=request.project, by=request.user)


@within("member:manage")
def remove(request: ProjectRequest, pk: int) -> HttpResponse:
    """Take somebody out of the project."""
    return REMOVE.answer(request, _own(request, pk))


def _one(request: ProjectRequest, pk: int) -> Membership:
    visible = Membership.objects.visible_to(request.user).filter(project=request.project)
    return get_object_or_404(visible.select_related("user__organisation", "department"), pk=pk)


def _own(request: ProjectRequest, pk: int) -> Membership:
    """A place of a person of one's own side: nobody rearranges the other side."""
    found = _one(request, pk)
    if found.side not in services.placed_by(request.user, request.project):
        raise PermissionDenied("member:manage")
    return found
