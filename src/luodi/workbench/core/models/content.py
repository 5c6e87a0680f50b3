"""The content of a landing folder, hosted: each file's text, and who changed it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from luodi.workbench.core.models.people import User
from luodi.workbench.core.models.projects import Project
from luodi.workbench.core.wording import lazy


class ContentFile(models.Model):
    """A file such as ``gates.toml`` or ``mapping/patients.toml``; its text is the truth.

    `digest` is that of its canonical form, as evidence names it.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="content")
    name = models.CharField(lazy("workbench.core.file"), max_length=200)
    text = models.TextField(lazy("workbench.core.text"))
    digest = models.CharField(max_length=64, editable=False)
    changed = models.DateTimeField(lazy("workbench.core.changed"), auto_now=True)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="content_named_once")
        ]

    def __str__(self) -> str:
        return self.name
