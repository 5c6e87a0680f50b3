"""extract: rows of a source into the workspace, exactly as they are, each of them once.

Rows come by key in pieces.  A piece and how far it goes are committed together, so that an
extraction that was cut, killed or out of disk goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Figure, Finding
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.connect import read_catalogue, snapshot_input
from luodi.migration.model import Catalogue, Kind, Table
from luodi.migration.reading import Extracted, Pace, Reading
from luodi.migration.since import Since
from luodi.migration.source.batch import AS_READ
from luodi.migration.source.model import Source, Staged
from luodi.migration.workspace import Workspace


@dataclass(frozen=True)
class Extraction:
    """What an extraction brought."""

    system: str
    tables: tuple[Extracted, ...]
    seconds: float

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(table.rows for table in self.tables)


def extract(
    workspace: Workspace,
    source: Source,
    *,
    tables: Sequence[str] = (),
    rate: int | None = None,
    fresh: bool = False,
    since: str | None = None,
    progress: Progress,
) -> Outcome[Extraction]:
    """Bring rows of a connected source into the workspace.

    Parameters
    ----------
    tables : sequence of str
        Full names; by default every table, but no view.
    rate : int, optional
        Most rows per second to ask of the source.
    fresh : bool
        Read again what is there already.
    since : str, optional
        Read only rows whose watermark is this or later, `LAST` for what the workspace has, and
        merge them into those that are there.  Tables without a watermark are read as a whole.

    Raises
    ------
    WrongUse
        ``migration.not_connected``, ``migration.no_table``, ``migration.since_column``,
        ``migration.since_value``.
    LuodiError
        ``migration.extract_stopped`` names the table and the ordinal reached; what the source or
        the disk refuses.
    """
    catalogue = workspace.catalogue(source.system.id)
    wanted = _wanted(catalogue, tables)
    began = time.monotonic()
    done: list[Extracted] = []
    findings: list[Finding] = []
    if since is not None:
        catalogue, said = _read_again(catalogue, wanted, source, progress)
        wanted, findings = _wanted(catalogue, [table.full_name for table in wanted]), [*said]
    for table in wanted:
        work = (workspace, source, table, Pace(rate), progress)
        one = Reading(*work) if since is None else Since(*work, value=since)
        done.append(one.extract(fresh=fresh))
        findings += one.findings
        catalogue = _as_staged(catalogue, table, one.staging.standing.staged)
        workspace.keep(catalogue)
    extraction = Extraction(source.system.id, tuple(done), time.monotonic() - began)
    return Outcome(
        extraction,
        subject=f"source:{source.system.id}",
        engine="migration",
        verb="extract",
        verdict=verdict_of(findings),
        figures=(
            Figure(name="tables", value=len(done), unit="table"),
            Figure(name="rows", value=extraction.rows, unit="row"),
            Figure(name="rejected", value=sum(table.rejected for table in done), unit="row"),
            *(_moved(done) if since is not None else ()),
        ),
        findings=tuple(findings),
        inputs=(snapshot_input(catalogue),),
    )


def _moved(done: Sequence[Extracted]) -> Iterator[Figure]:
    yield Figure(name="added", value=sum(table.added for table in done), unit="row")
    yield Figure(name="changed", value=sum(table.changed for table in done), unit="row")


def _read_again(
    before: Catalogue, wanted: Sequence[Table], source: Source, progress: Progress
) -> tuple[Catalogue, tuple[Finding, ...]]:
    """Read the catalogue as it is now; what is not extracted again stays as it was.

    Raises
    ------
    LuodiError
        ``migration.table_vanished``.
    """
    now, said = read_catalogue(source, progress)
    names = {table.full_name for table in wanted}
    for name in names:
        if now.table(name) is None:
            raise LuodiError("migration.table_vanished", {"table": name})
    tables = tuple(
        table if table.full_name in names else before.table(table.full_name) or table
        for table in now.tables
    )
    return msgspec.structs.replace(now, tables=tables), said


def _wanted(catalogue: Catalogue, names: Sequence[str]) -> list[Table]:
    if not names:
        return [table for table in catalogue.tables if not table.view]
    found = []
    for name in names:
        table = catalogue.table(name)
        if table is None:
            known = tuple(table.full_name for table in catalogue.tables)
            raise WrongUse(
                "migration.no_table",
                {"system": catalogue.system, "table": name, "known": known},
            )
        found.append(table)
    return found


def _as_staged(catalogue: Catalogue, table: Table, staged: Sequence[Staged]) -> Catalogue:
    """A column that is staged as it was read holds text: that is what others meet."""
    columns = tuple(
        msgspec.structs.replace(column, kind=Kind.TEXT)
        if as_.type == AS_READ and column.kind is not Kind.TEXT
        else column
        for column, as_ in zip(table.columns, staged, strict=True)
    )
    changed = msgspec.structs.replace(table, columns=columns)
    return msgspec.structs.replace(
        catalogue,
        tables=tuple(
            changed if other.full_name == table.full_name else other for other in catalogue.tables
        ),
    )
