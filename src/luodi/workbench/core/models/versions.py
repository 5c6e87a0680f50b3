"""Records whose changes are counted: whoever saves says which one was edited."""

from __future__ import annotations

from django.db import models


class Versioned(models.Model):
    """Something two people may edit at once; `version` counts its changes."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
