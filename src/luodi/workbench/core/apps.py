"""The core of the workbench as Django knows it."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """People, projects, the ledger, the shell."""

    name = "luodi.workbench.core"
    label = "core"
