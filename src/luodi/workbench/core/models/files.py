"""Files that people upload: the scan of a signed paper, an attachment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from luodi.workbench.core.models.records import ProjectRecord
from luodi.workbench.core.wording import lazy


class StoredFile(ProjectRecord):
    """A file by its digest; the bytes are under ``LUODI_HOME``, see `luodi.workbench.core.files`.

    `name` is what it was called, made safe to show and to save under; `kind` is what its content
    is, whatever it was called.
    """

    name = models.CharField(lazy("workbench.core.file"), max_length=120)
    kind = models.CharField(lazy("workbench.core.file_kind"), max_length=8)
    size = models.PositiveBigIntegerField(lazy("workbench.core.file_size"))
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name
