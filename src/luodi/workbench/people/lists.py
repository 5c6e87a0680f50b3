"""Lists of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from luodi.workbench.core.access import ProjectRequest, signed_in
from luodi.workbench.core.models import (
    Department,
    Function,
    Membership,
    Organisation,
    Project,
    Side,
)
from luodi.workbench.core.pages import (
    Action,
    Button,
    Choice,
    Column,
    Import,
    ListPage,
    Show,
    Text,
    code,
    locking,
    moment,
    number,
)
from luodi.workbench.core.pages.importing import Named, Values
from luodi.workbench.core.wording import lazy, worded
from luodi.workbench.people import services

# --- members of a project -------------------------------------------------------------------------


def _members(request: ProjectRequest) -> QuerySet[Membership]:
    visible = Membership.objects.visible_to(request.user).filter(project=request.project)
    return visible.select_related("user__organisation", "department", "project")


def _remove(request: ProjectRequest, picked: QuerySet[Membership]) -> int:
    mine = list(picked.filter(side__in=services.placed_by(request.user, request.project)))
    for membership in mine:
        services.leave(membership, request.user, membership.version)
    return len(mine)


def _manages(request: ProjectRequest) -> bool:
    return bool(services.placed_by(request.user, request.project))


def _new_member(request: ProjectRequest) -> Button | None:
    address = reverse("people:member-add", args=[request.project.code])
    return (
        Button("workbench.people.add_member", address, filled=True) if _manages(request) else None
    )


def _member_fields(request: ProjectRequest) -> Mapping[str, forms.Field]:
    own = services.candidates(request.user, request.project).select_related("organisation")
    people = {person.username: person for person in own}
    sides = services.placed_by(request.user, request.project)
    functions = dict.fromkeys(each for side in sides for each in services.functions_of(side))
    employers = [request.project.organisation_of(side) for side in sides]
    departments = Department.objects.filter(organisation__in=[each for each in employers if each])
    return {
        "user": Named(people, label=worded("workbench.core.username")),
        "function": forms.ChoiceField(
            label=worded("workbench.core.function"),
            choices=[(each.value, str(each.label)) for each in functions],
        ),
        "department": Named(
            {each.name: each for each in departments},
            label=worded("workbench.core.department"),
            required=False,
        ),
    }


def _member_wrong(
    request: ProjectRequest, lines: Sequence[Values]
) -> Iterator[tuple[int, str, str]]:
    known = Membership.objects.filter(project=request.project)
    seen = set(known.values_list("user_id", "function", "department_id"))
    for index, line in enumerate(lines):
        side = services.side_of(line["user"], request.project)
        if side is None or Function(line["function"]) not in services.functions_of(side):
            yield index, "function", worded("workbench.people.not_of_side")
        key = (line["user"].pk, line["function"], line["department"] and line["department"].pk)
        if key in seen:
            yield index, "user", worded("workbench.people.placed_already")
        seen.add(key)


def _take_members(request: ProjectRequest, lines: Sequence[Values]) -> int:
    for line in lines:
        side = services.side_of(line["user"], request.project)
        assert side is not None  # checked
        locking.keep(Membership(project=request.project, side=side, **line), request.user, None)
    return len(lines)


MEMBERS = ListPage(
    key="people.members",
    title="workbench.people.members",
    records=_members,
    columns=(
        Column(
            "user__name",
            link=lambda it: reverse("people:member", args=[it.project.code, it.pk]),
        ),
        Column("side"),
        Column("function"),
        Column("department__name", "workbench.core.department"),
        Column("user__organisation__name", "workbench.core.organisation"),
        Column("user__username", show=code, shown=False),
        Column("user__phone"),
        Column("user__email", shown=False),
    ),
    filters=(
        Text("q", ("user__name", "user__username", "department__name")),
        Choice("side", Side.choices),
        Choice("function", Function.choices),
    ),
    order=("side", "function", "user__name"),
    actions=(Action("remove", "workbench.people.remove", _remove, _manages, grave=True),),
    add=_new_member,
    imports=Import(_member_fields, _take_members, _member_wrong, _manages),
    empty="workbench.people.members_empty",
)

# --- the system administrator's -------------------------------------------------------------------

ORGANISATIONS = ListPage(
    key="people.organisations",
    title="workbench.people.organisations",
    records=lambda request: Organisation.objects.annotate(
        persons=Count("people", filter=Q(people__is_active=True))
    ),
    columns=(
        Column("name", link=lambda it: reverse("admin:organisation", args=[it.pk])),
        Column("side"),
        Column("persons", "workbench.people.accounts", lambda it: it.persons, number, "persons"),
    ),
    filters=(Text("q", ("name",)), Choice("side", Side.choices)),
    order=("side", "name"),
    add=lambda request: Button(
        "workbench.people.add_organisation", reverse("admin:organisation-add"), filled=True
    ),
    empty="workbench.people.organisations_empty",
)


def _department_fields(request: HttpRequest) -> Mapping[str, forms.Field]:
    organisations = {each.name: each for each in Organisation.objects.all()}
    return {
        "organisation": Named(organisations, label=worded("workbench.core.organisation")),
        "name": forms.CharField(label=worded("workbench.core.name"), max_length=80),
    }


def _department_wrong(
    request: HttpRequest, lines: Sequence[Values]
) -> Iterator[tuple[int, str, str]]:
    seen = set(Department.objects.values_list("organisation_id", "name"))
    for index, line in enumerate(lines):
        key = (line["organisation"].pk, line["name"])
        if key in seen:
            yield index, "name", worded("workbench.core.pages.exists")
        seen.add(key)


def _take_departments(request: HttpRequest, lines: Sequence[Values]) -> int:
    for line in lines:
        locking.keep(Department(**line), signed_in(request), None)
    return len(lines)


DEPARTMENTS = ListPage(
    key="people.departments",
    title="workbench.people.departments",
    records=lambda request: Department.objects.select_related("organisation"),
    columns=(
        Column("name", link=lambda it: reverse("admin:department", args=[it.pk])),
        Column("organisation__name", "workbench.core.organisation"),
    ),
    filters=(Text("q", ("name", "organisation__name")),),
    order=("organisation__name", "name"),
    add=lambda request: Button(
        "workbench.people.add_department", reverse("admin:department-add"), filled=True
    ),
    imports=Import(_department_fields, _take_departments, _department_wrong),
    empty="workbench.people.departments_empty",
)


def _state(user: Any) -> str:
    if not user.is_active:
        return "off"
    return "locked" if user.locked else "on"


_STATE_COLOURS = {"on": "pass", "off": "none", "locked": "fail"}
_STATES = Show(
    lambda it: format_html(
        '<span class="pill {}">{}</span>',
        _STATE_COLOURS[it],
        worded(f"workbench.people.state_{it}"),
    ),
    lambda it: worded(f"workbench.people.state_{it}"),
)


def _mine(run: Any) -> Any:
    return lambda request, picked: run(picked, signed_in(request))


ACCOUNTS = ListPage(
    key="people.accounts",
    title="workbench.people.accounts",
    records=lambda request: services.accounts(),
    columns=(
        Column("username", show=code, link=lambda it: reverse("admin:account", args=[it.pk])),
        Column("name"),
        Column("organisation__name", "workbench.core.organisation"),
        Column("office", value=lambda it: it.office and it.get_office_display(), sort="office"),
        Column("state", "workbench.people.state", _state, _STATES, "is_active"),
        Column("joined", show=moment),
        Column("last_login", "workbench.people.last_login", show=moment),
        Column("phone", shown=False),
        Column("email", shown=False),
    ),
    filters=(
        Text("q", ("username", "name", "organisation__name")),
        Choice(
            "is_active",
            [
                ("True", lazy("workbench.people.state_on")),
                ("False", lazy("workbench.people.state_off")),
            ],
            "workbench.people.state",
        ),
    ),
    order=("username",),
    actions=(
        Action("unlock", "workbench.people.unlock", lambda r, picked: services.unlock(picked)),
        Action(
            "enable", "workbench.people.enable", _mine(lambda it, by: services.switch(it, True, by))
        ),
        Action(
            "disable",
            "workbench.people.disable",
            _mine(lambda it, by: services.switch(it, False, by)),
            grave=True,
        ),
    ),
    add=lambda request: Button(
        "workbench.people.add_account", reverse("admin:account-add"), filled=True
    ),
    empty="workbench.people.accounts_empty",
)


PROJECTS = ListPage(
    key="people.projects",
    title="workbench.people.projects",
    records=lambda request: Project.objects.select_related("hospital", "vendor").annotate(
        managers=Count("memberships", filter=Q(memberships__function=Function.PROJECT_MANAGER))
    ),
    columns=(
        Column("name", link=lambda it: reverse("admin:managers", args=[it.pk]), drawer=False),
        Column("code", show=code),
        Column("hospital__name", "workbench.core.side_hospital"),
        Column("vendor__name", "workbench.core.side_vendor"),
        Column("managers", "workbench.people.managers", lambda it: it.managers, number, "managers"),
    ),
    filters=(Text("q", ("name", "code", "hospital__name", "vendor__name")),),
    order=("name",),
    empty="workbench.people.projects_empty",
)
