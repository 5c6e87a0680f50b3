"""People as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Members of projects, organisations, accounts."""

    name = "luodi.workbench.people"
    label = "people"
