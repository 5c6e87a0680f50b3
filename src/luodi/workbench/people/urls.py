"""Addresses of people, within a project."""

from django.urls import path

from luodi.workbench.people.views import members

app_name = "people"

urlpatterns = [
    path("members/", members.members, name="members"),
    path("members/add/", members.add, name="member-add"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/edit/", members.edit, name="member-edit"),
    path("members/<int:pk>/remove/", members.remove, name="member-remove"),
]
