"""What pages keep for a reader: chosen columns, and workbooks that wait for a yes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from luodi.workbench.core.models.people import User


class ChosenColumns(models.Model):
    """The columns one person wants to see of one list."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.CharField(max_length=80)
    names = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page"], name="columns_chosen_once")
        ]

    def __str__(self) -> str:
        return self.page


class PendingImport(models.Model):
    """A workbook that was checked and shown; its owner has not said yes yet."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    headings = models.JSONField()
    lines = models.JSONField()
    made = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
