"""Addresses of readiness, within a project."""

from django.urls import path

from luodi.workbench.readiness import views

app_name = "readiness"

urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("gates/", views.gates, name="gates"),
    path("gates/<str:gate>/", views.gate, name="gate"),
    path("gates/<str:gate>/attest/<str:criterion>/", views.attest, name="attest"),
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/<str:writer>/<int:seq>/", views.record, name="record"),
]
