"""Organisations and their departments, as the system administrator keeps them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from luodi.workbench.core.access import OfficeRequest, administers
from luodi.workbench.core.models import Department, Office, Organisation
from luodi.workbench.core.pages import Button, Column, Crumb, DeletePage, DetailPage, FormPage
from luodi.workbench.people.forms import DepartmentForm, OrganisationForm
from luodi.workbench.people.lists import DEPARTMENTS, ORGANISATIONS


def _organisations(request: Any, record: Any = None) -> str:
    return reverse("admin:organisations")


def _departments(request: Any, record: Any = None) -> str:
    return reverse("admin:departments")


def _above(request: Any, record: Any) -> tuple[Crumb, ...]:
    return (Crumb(ORGANISATIONS.name, _organisations(request)),)


def _above_department(request: Any, record: Any) -> tuple[Crumb, ...]:
    return (Crumb(DEPARTMENTS.name, _departments(request)),)


ORGANISATION = DetailPage(
    facts=(Column("name"), Column("side")),
    crumbs=_above,
    buttons=lambda request, record: (
        Button(
            "workbench.people.change", reverse("admin:organisation-edit", args=[record.pk]), True
        ),
        Button("workbench.people.delete", reverse("admin:organisation-delete", args=[record.pk])),
    ),
)
ADD = FormPage("workbench.people.add_organisation", OrganisationForm, _above, _organisations)
EDIT = FormPage("workbench.people.change_organisation", OrganisationForm, _above, _organisations)
DELETE = DeletePage("workbench.people.delete", _above, _organisations)

DEPARTMENT = DetailPage(
    facts=(Column("name"), Column("organisation__name", "workbench.core.organisation")),
    crumbs=_above_department,
    buttons=lambda request, record: (
        Button("workbench.people.change", reverse("admin:department-edit", args=[record.pk]), True),
        Button("workbench.people.delete", reverse("admin:department-delete", args=[record.pk])),
    ),
)
ADD_DEPARTMENT = FormPage(
    "workbench.people.add_department", DepartmentForm, _above_department, _departments
)
EDIT_DEPARTMENT = FormPage(
    "workbench.people.change_department", DepartmentForm, _above_department, _departments
)
DELETE_DEPARTMENT = DeletePage("workbench.people.delete", _above_department, _departments)


@administers(Office.SYSTEM)
def organisations(request: OfficeRequest) -> HttpResponse:
    """List the organisations."""
    return ORGANISATIONS.answer(request)


@administers(Office.SYSTEM)
def organisation(request: OfficeRequest, pk: int) -> HttpResponse:
    """Show one."""
    return ORGANISATION.answer(request, get_object_or_404(Organisation, pk=pk))


@administers(Office.SYSTEM)
def add(request: OfficeRequest) -> HttpResponse:
    """Make one."""
    return ADD.answer(request)


@administers(Office.SYSTEM)
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """Change one."""
    return EDIT.answer(request, get_object_or_404(Organisation, pk=pk))


@administers(Office.SYSTEM)
def delete(request: OfficeRequest, pk: int) -> HttpResponse:
    """Delete one that nothing stands on."""
    return DELETE.answer(request, get_object_or_404(Organisation, pk=pk))


@administers(Office.SYSTEM)
def departments(request: OfficeRequest) -> HttpResponse:
    """List the departments."""
    return DEPARTMENTS.answer(request)


@administers(Office.SYSTEM)
def department(request: OfficeRequest, pk: int) -> HttpResponse:
    """Show one."""
    return DEPARTMENT.answer(request, get_object_or_404(Department, pk=pk))


@administers(Office.SYSTEM)
def add_department(request: OfficeRequest) -> HttpResponse:
    """Make one."""
    return ADD_DEPARTMENT.answer(request)


@administers(Office.SYSTEM)
def edit_department(request: OfficeRequest, pk: int) -> HttpResponse:
    """Change one."""
    return EDIT_DEPARTMENT.answer(request, get_object_or_404(Department, pk=pk))


@administers(Office.SYSTEM)
def delete_department(request: OfficeRequest, pk: int) -> HttpResponse:
    """Delete one that nobody is placed in."""
    return DELETE_DEPARTMENT.answer(request, get_object_or_404(Department, pk=pk))
