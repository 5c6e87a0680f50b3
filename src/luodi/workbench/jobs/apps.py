"""Jobs as Django knows them."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work and its workers."""

    name = "luodi.workbench.jobs"
    label = "jobs"
