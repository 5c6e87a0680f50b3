"""Accounts, as the system administrator makes, disables and unlocks them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from luodi.workbench.core.access import OfficeRequest, administers, signed_in
from luodi.workbench.core.models import Office, Project, User
from luodi.workbench.core.pages import Button, Column, Crumb, DetailPage, FormPage, code, moment
from luodi.workbench.core.wording import worded
from luodi.workbench.people import services
from luodi.workbench.people.forms import AccountForm, ManagerForm
from luodi.workbench.people.lists import ACCOUNTS, PROJECTS


def _list(request: Any, record: Any = None) -> str:
    return reverse("admin:accounts")


def _above(request: Any, record: Any) -> tuple[Crumb, ...]:
    return (Crumb(ACCOUNTS.name, _list(request)),)


def _buttons(request: OfficeRequest, account: User) -> tuple[Button, ...]:
    if account.office:
        return ()
    return (
        Button("workbench.people.change", reverse("admin:account-edit", args=[account.pk]), True),
        Button(
            "workbench.people.new_password", reverse("admin:account-password", args=[account.pk])
        ),
    )


ACCOUNT = DetailPage(
    facts=(
        Column("username", show=code),
        Column("name"),
        Column("organisation__name", "workbench.core.organisation"),
        Column("office"),
        Column("email"),
        Column("phone"),
        Column("joined", show=moment),
        Column("last_login", "workbench.people.last_login", show=moment),
    ),
    crumbs=_above,
    buttons=_buttons,
)


def _make(form: forms.ModelForm[Any], by: User, seen: int | None) -> User:
    account: User = form.instance
    account.__dict__["one_time"] = services.new_password(account, by)
    return account


def _made(request: OfficeRequest, account: User) -> HttpResponse:
    """Show the one-time password, this once."""
    crumbs = (*_above(request, account), Crumb(account.name))
    shown = {
        "account": account,
        "password": account.__dict__["one_time"],
        "crumbs": crumbs,
        "title": worded("workbench.people.one_time"),
    }
    response = render(request, "people/password.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


ADD = FormPage("workbench.people.add_account", AccountForm, _above, _made, _make)
EDIT = FormPage("workbench.people.change_account", AccountForm, _above, _list)


@administers(Office.SYSTEM)
def accounts(request: OfficeRequest) -> HttpResponse:
    """List the accounts."""
    return ACCOUNTS.answer(request)


@administers(Office.SYSTEM)
def account(request: OfficeRequest, pk: int) -> HttpResponse:
    """Show one."""
    return ACCOUNT.answer(request, get_object_or_404(User, pk=pk))


@administers(Office.SYSTEM)
def add(request: OfficeRequest) -> HttpResponse:
    """Make one, with a password that is shown once."""
    return ADD.answer(request)


@administers(Office.SYSTEM)
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """Change one that holds no office."""
    return EDIT.answer(request, get_object_or_404(User, pk=pk, office=""))


@administers(Office.SYSTEM)
def password(request: OfficeRequest, pk: int) -> HttpResponse:
    """Give one a new password, shown once; asked back first."""
    found = get_object_or_404(User, pk=pk, office="")
    if request.method == "POST":
        found.__dict__["one_time"] = services.new_password(found, signed_in(request))
        services.unlock([found])
        return _made(request, found)
    title = worded("workbench.people.new_password")
    crumbs = (*_above(request, found), Crumb(title))
    shown = {"account": found, "crumbs": crumbs, "title": title, "back": _list(request)}
    return render(request, "people/new_password.html", shown)


# --- a project's first managers -------------------------------------------------------------------


def _projects(request: Any, record: Any = None) -> str:
    return reverse("admin:projects")


def _above_project(request: Any, record: Any) -> tuple[Crumb, ...]:
    return (Crumb(PROJECTS.name, _projects(request)),)


def _appoint(form: forms.ModelForm[Any], by: User, seen: int | None) -> Any:
    return services.appoint(form.cleaned_data["user"], form.instance.project, by)


APPOINT = FormPage("workbench.people.appoint", ManagerForm, _above_project, _projects, _appoint)


@administers(Office.SYSTEM)
def projects(request: OfficeRequest) -> HttpResponse:
    """List the projects by name; nothing of what is in them."""
    return PROJECTS.answer(request)


@administers(Office.SYSTEM)
def managers(request: OfficeRequest, pk: int) -> HttpResponse:
    """Appoint a side's first project manager, who places everybody else."""
    return APPOINT.answer(request, project=get_object_or_404(Project, pk=pk))
