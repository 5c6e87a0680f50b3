"""Addresses of notices: they are about the person, not within a project."""

from django.urls import path

from luodi.workbench.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.notices, name="notices"),
    path("read/", views.mark, name="mark"),
    path("<int:notice>/", views.follow, name="follow"),
]
