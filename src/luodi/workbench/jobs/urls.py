"""Addresses of jobs, within ``/p/<project>/``."""

from django.urls import path

from luodi.workbench.jobs import views

app_name = "jobs"

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/start/", views.start, name="start"),
    path("jobs/<int:job>/", views.job, name="job"),
    path("jobs/<int:job>/state/", views.state, name="state"),
    path("jobs/<int:job>/events/", views.events, name="events"),
    path("jobs/<int:job>/cancel/", views.cancel, name="cancel"),
    path("jobs/<int:job>/retry/", views.retry, name="retry"),
]
