"""The ledger's tables: one row a record, its stored bytes untouched, and what is searched for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from luodi.workbench.core.models.projects import Project
from luodi.workbench.core.wording import lazy


class Chain(models.Model):
    """One writer's chain and its signed head, as stored in a landing folder's ``.head``."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="chains")
    writer = models.CharField(max_length=40)
    seq = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    head = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "writer"], name="chain_of_one_writer")
        ]

    def __str__(self) -> str:
        return self.writer


class StoredRecord(models.Model):
    """A record: `line` is what its digest covers; the other columns are read from it."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="records")
    seq = models.PositiveBigIntegerField()
    line = models.BinaryField()
    recorded = models.DateTimeField(lazy("workbench.core.recorded"))
    kind = models.CharField(lazy("workbench.core.kind"), max_length=12)
    environment = models.CharField(lazy("workbench.core.environment"), max_length=12)
    subject = models.CharField(lazy("workbench.core.subject"), max_length=200, db_index=True)
    engine = models.CharField(max_length=40)
    verb = models.CharField(lazy("workbench.core.verb"), max_length=40)
    status = models.CharField(lazy("workbench.core.status"), max_length=12)
    verdict = models.CharField(lazy("workbench.core.verdict"), max_length=8)
    actor = models.CharField(lazy("workbench.core.actor"), max_length=120)

    class Meta:
        ordering: ClassVar = ["-recorded", "-seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="record_has_one_place")
        ]
        indexes: ClassVar = [
            # With what is looked for by a part of it: the long lines need not be read for that.
            models.Index(
                fields=["chain", "-recorded", "-id", "subject", "verb"],
                name="record_newest_of_chain",
            ),
            models.Index(fields=["-recorded", "-id"], name="record_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.chain.writer}:{self.seq}"


class Aside(models.Model):
    """Bytes that could not become part of a chain, kept for whoever has to look into it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="aside")
    writer = models.CharField(max_length=40)
    why = models.CharField(max_length=20)
    data = models.BinaryField()
    kept = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.writer}.{self.why}"
