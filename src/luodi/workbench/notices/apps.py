"""Notifications as Django knows them."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What a person should hear of."""

    name = "luodi.workbench.notices"
    label = "notices"
