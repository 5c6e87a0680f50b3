"""connect: reach a source, read its catalogue, say what will make trouble."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.evidence.model import Figure, Finding, Severity, SnapshotInput
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.model import Catalogue, Table
from luodi.migration.source.model import Order, Snapshot, Source
from luodi.migration.source.names import in_source, told_apart


def connect(source: Source, *, progress: Progress) -> Outcome[Catalogue]:
    """Read a source's catalogue, count its rows, and look for what extraction will meet.

    Raises
    ------
    LuodiError
        What the source refuses, by name.
    """
    catalogue, said = read_catalogue(source, progress)
    tables = catalogue.tables
    findings = (*said, *_findings(source, tables))
    return Outcome(
        catalogue,
        subject=f"source:{source.system.id}",
        engine="migration",
        verb="connect",
        verdict=verdict_of(findings),
        figures=(
            Figure(name="unreachable", value=0, unit="piece"),
            Figure(name="tables", value=len(tables), unit="table"),
            Figure(name="rows", value=catalogue.rows, unit="row"),
        ),
        findings=findings,
        inputs=(snapshot_input(catalogue),),
    )


def read_catalogue(source: Source, progress: Progress) -> tuple[Catalogue, tuple[Finding, ...]]:
    """Read a source's catalogue with exact row counts, under names that can be told apart.

    Raises
    ------
    LuodiError
    """
    tables, said = source.tables(progress)
    apart, renamed = told_apart(tables)
    catalogue = Catalogue(system=source.system.id, product=source.product, tables=apart)
    return catalogue, (*said, *renamed)


def _findings(source: Source, tables: Iterable[Table]) -> Iterable[Finding]:
    if source.snapshot is Snapshot.NONE:
        yield Finding(code="migration.no_snapshot", params={"system": source.system.id})
    for table in tables:
        if (
            not table.view
            and not table.primary_key
            and source.order(in_source(table))[0] is Order.RESTART
        ):
            yield Finding(
                code="migration.no_key", params={"table": table.full_name}, severity=Severity.INFO
            )


def snapshot_input(catalogue: Catalogue) -> SnapshotInput:
    """Name a system as an input of evidence: its structure and how many rows it had."""
    return SnapshotInput(
        name=f"source:{catalogue.system}",
        schema=catalogue.schema_digest,
        watermark=catalogue.rows,
    )
