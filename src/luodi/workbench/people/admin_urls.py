"""Addresses of the system administrator."""

from django.urls import path

from luodi.workbench.people.views import accounts, organisations

app_name = "admin"

urlpatterns = [
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.add, name="organisation-add"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", organisations.edit, name="organisation-edit"),
    path("organisations/<int:pk>/delete/", organisations.delete, name="organisation-delete"),
    path("departments/", organisations.departments, name="departments"),
    path("departments/add/", organisations.add_department, name="department-add"),
    path("departments/<int:pk>/", organisations.department, name="department"),
    path("departments/<int:pk>/edit/", organisations.edit_department, name="department-edit"),
    path("departments/<int:pk>/delete/", organisations.delete_department, name="department-delete"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/add/", accounts.add, name="account-add"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.edit, name="account-edit"),
    path("accounts/<int:pk>/password/", accounts.password, name="account-password"),
    path("projects/", accounts.projects, name="projects"),
    path("projects/<int:pk>/managers/", accounts.managers, name="managers"),
]
