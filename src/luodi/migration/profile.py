"""``profile``: every column measured, its meaning guessed; keys and references found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Figure, Finding, Severity, SnapshotInput
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.model import Column, Table
from luodi.migration.profiling.columns import Measured, measure
from luodi.migration.profiling.context import in_context, of_people, referred_meaning
from luodi.migration.profiling.groups import Kept
from luodi.migration.profiling.inclusion import find_inclusions
from luodi.migration.profiling.keys import candidate_keys
from luodi.migration.profiling.meaning import guess
from luodi.migration.profiling.mnemonics import with_mnemonics
from luodi.migration.profiling.model import (
    Inclusion,
    SystemProfile,
    TableProfile,
)
from luodi.migration.profiling.privacy import is_personal, masked_samples

if TYPE_CHECKING:
    import duckdb

    from luodi.migration.workspace import Workspace

WORKERS = 3
"""Columns measured at a time: what Python does for one overlaps with DuckDB's work on others."""


def profile(
    workspace: Workspace, system: str, tables: Sequence[str] = (), *, progress: Progress
) -> Outcome[SystemProfile]:
    """Profile the extracted tables of `system`, or those of them named in `tables`.

    The result holds values of patients: ``profiling.privacy.public`` takes them away.

    Raises
    ------
    WrongUse
        ``migration.not_connected``, ``migration.not_extracted``, ``migration.no_table``.
    """
    chosen = chosen_tables(workspace, system, tables)
    measured = profile_tables(workspace, system, chosen, progress=progress)
    catalogue = workspace.catalogue(system)
    findings = tuple(_findings(measured))
    return Outcome(
        msgspec.structs.replace(measured, product=catalogue.product),
        subject=f"source:{system}",
        engine="migration",
        verb="profile",
        verdict=verdict_of(findings),
        figures=_figures(measured),
        findings=findings,
        inputs=(
            SnapshotInput(
                name=f"source:{system}",
                schema=catalogue.schema_digest,
                watermark=sum(table.rows for table in measured.tables),
            ),
        ),
    )


def chosen_tables(workspace: Workspace, system: str, names: Sequence[str]) -> tuple[Table, ...]:
    """Find the extracted tables to work on; every one of them unless some are named."""
    catalogue = workspace.catalogue(system)
    extracted = set(workspace.extracted(system))
    if not extracted:
        raise WrongUse("migration.not_extracted", {"system": system})
    for name in names:
        if name not in extracted:
            raise WrongUse(
                "migration.no_table",
                {"system": system, "table": name, "known": tuple(sorted(extracted))},
            )
    wanted = set(names) or extracted
    return tuple(table for table in catalogue.tables if table.full_name in wanted & extracted)


def profile_tables(
    workspace: Workspace,
    system: str,
    tables: Sequence[Table],
    kept: Kept | None = None,
    *,
    progress: Progress,
) -> SystemProfile:
    """Profile `tables`: columns first, then what they are to each other.

    Groupings of columns are `kept` for who looks at the same columns afterwards.
    """
    progress.stage("migration.stage_profile", sum(len(table.columns) for table in tables), "piece")
    found: list[tuple[str, Table, TableProfile]] = []
    for table in tables:
        relation = f"work.{workspace.relation(system, table.full_name)}"
        found.append((relation, table, _table(workspace.db, relation, table, kept, progress)))
    inclusions = find_inclusions(workspace.db, found, progress=progress)
    known = {profile.name: profile for _, _, profile in found}
    finished = tuple(_finished(workspace.db, *one, inclusions, known) for one in found)
    return SystemProfile(system=system, product="", tables=finished, inclusions=inclusions)


def _table(
    db: duckdb.DuckDBPyConnection,
    relation: str,
    table: Table,
    kept: Kept | None,
    progress: Progress,
) -> TableProfile:
    present = {name for name, *_ in db.execute(f"DESCRIBE {relation}").fetchall()}
    columns = [column for column in table.columns if column.name in present]
    measured: list[Measured] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        # A cursor is a connection of its own with temporary tables of its own.
        jobs = [pool.submit(_measure, db, relation, column, kept) for column in columns]
        try:
            for job in jobs:
                measured.append(job.result())
                progress.advance()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    profiles = tuple(
        msgspec.structs.replace(
            one.profile, guesses=guess(one.profile, one.values, table.name, table.comment)
        )
        for one in measured
    )
    profiles = with_mnemonics(db, relation, profiles)
    rows = profiles[0].rows if profiles else 0
    keys = candidate_keys(db, relation, table, profiles)
    return of_people(
        TableProfile(
            name=table.full_name, comment=table.comment, rows=rows, columns=profiles, keys=keys
        )
    )


def _measure(
    db: duckdb.DuckDBPyConnection, relation: str, column: Column, kept: Kept | None
) -> Measured:
    with db.cursor() as cursor:
        return measure(cursor, relation, column, kept)


def _finished(
    db: duckdb.DuckDBPyConnection,
    relation: str,
    table: Table,
    profile: TableProfile,
    inclusions: Sequence[Inclusion],
    known: Mapping[str, TableProfile],
) -> TableProfile:
    """Add what is only known of the whole: keys and references, what is personal, samples."""
    references = {one.column: one for one in inclusions if one.table == profile.name}
    columns = []
    for column in profile.columns:
        reference = references.get(column.name)
        referred = referred_meaning(reference, known)
        guesses = in_context(column, table, profile.keys, reference, referred)
        named = msgspec.structs.replace(column, guesses=guesses)
        columns.append(msgspec.structs.replace(named, personal=is_personal(named)))
    samples = masked_samples(db, relation, tuple(columns), profile.rows)
    return msgspec.structs.replace(profile, columns=tuple(columns), samples=samples)


def _figures(found: SystemProfile) -> tuple[Figure, ...]:
    columns = [column for table in found.tables for column in table.columns]
    return (
        Figure(name="tables", value=len(found.tables), unit="piece"),
        Figure(name="columns", value=len(columns), unit="piece"),
        Figure(name="rows", value=sum(table.rows for table in found.tables), unit="row"),
        Figure(name="personal", value=sum(column.personal for column in columns), unit="piece"),
        Figure(name="references", value=len(found.inclusions), unit="piece"),
    )


def _findings(found: SystemProfile) -> Iterator[Finding]:
    unread = sum(not column.guesses for table in found.tables for column in table.columns)
    if unread:
        yield Finding(
            code="migration.columns_unread",
            params={"system": found.system},
            severity=Severity.INFO,
            count=unread,
        )
    for table in found.tables:
        if table.rows and not table.keys:
            yield Finding(code="migration.table_without_key", params={"table": table.name})
