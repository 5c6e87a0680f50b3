"""Readiness as Django knows it."""

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    """Gates, go/no-go, sign-off, cockpit."""

    name = "luodi.workbench.readiness"
    label = "readiness"
