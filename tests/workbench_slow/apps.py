from django.apps import AppConfig


class SlowConfig(AppConfig):
    name = "workbench_slow"
