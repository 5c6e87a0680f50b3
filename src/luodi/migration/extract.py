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
from luodi.evidence.model import Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration import garbled
from luodi.migration.connect import snapshot_input
from luodi.migration.model import Catalogue, Kind, Table
from luodi.migration.source import refusals
from luodi.migration.source.batch import AS_READ
from luodi.migration.source.model import PIECE, Lost, Order, Rows, Source, Staged, Start
from luodi.migration.source.names import as_named, in_source
from luodi.migration.staging import Staging
from luodi.migration.workspace import Workspace

TRIES = 5
"""Times a lost connection is made again for one piece, with a growing pause before each."""
PAUSE = 1.0
"""Seconds before the first of them; doubled each time."""


@dataclass(frozen=True)
class Extracted:
    """A table as it was extracted; ``resumed`` counts rows that an earlier run had brought."""

    table: str
    rows: int
    rejected: int
    resumed: int
    as_read: tuple[str, ...] = ()


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

    Raises
    ------
    WrongUse
        ``migration.not_connected``, ``migration.no_table``.
    LuodiError
        ``migration.extract_stopped`` names the table and the ordinal reached; what the source or
        the disk refuses.
    """
    catalogue = workspace.catalogue(source.system.id)
    wanted = _wanted(catalogue, tables)
    began = time.monotonic()
    done: list[Extracted] = []
    findings: list[Finding] = []
    for table in wanted:
        one = _Table(workspace, source, table, _Pace(rate), progress)
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
        ),
        findings=tuple(findings),
        inputs=(snapshot_input(catalogue),),
    )


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


class _Pace:
    """Keeps to a number of rows per second."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        self._began = time.monotonic()
        self._rows = 0

    @property
    def piece(self) -> int:
        """Rows to ask for at a time: about a second's."""
        return min(PIECE, self._rate) if self._rate else PIECE

    def passed(self, rows: int, progress: Progress) -> None:
        """Wait until that many rows more are due."""
        if not self._rate:
            return
        self._rows += rows
        while (ahead := self._rows / self._rate - (time.monotonic() - self._began)) > 0:
            progress.advance(0)  # a long pause can be cancelled
            time.sleep(min(ahead, 0.2))


class _Table:
    """The extraction of one table."""

    def __init__(
        self, workspace: Workspace, source: Source, table: Table, pace: _Pace, progress: Progress
    ) -> None:
        self._source = source
        self._table = table
        self._pace = pace
        self._progress = progress
        self._there = in_source(table)
        self._order, _ = source.order(self._there)
        self._identity = source.identity(self._there)
        self.findings: list[Finding] = []
        self.staging = Staging.of(
            workspace, source.system.id, table, self._staged(), self._identity
        )

    def _staged(self) -> tuple[Staged, ...]:
        return as_named(self._table, self._source.staged(self._there))

    def extract(self, *, fresh: bool) -> Extracted:
        """Bring what is missing."""
        staging = self.staging
        if fresh or not staging.fits(self._identity) or not self._goes_on():
            staging.begin(self._staged(), self._identity)
        resumed = staging.standing.rows
        self._progress.stage("migration.extracting", self._table.rows, "row")
        self._progress.note("migration.extracting_table", {"table": self._table.full_name})
        self._progress.advance(resumed)
        if not staging.standing.done:
            for rows in self._pieces():
                staging.add(rows)
                self.findings += rows.findings
                self._progress.advance(rows.count)
                self._pace.passed(rows.count, self._progress)
            staging.finish()
        standing = staging.standing
        as_read = tuple(
            column.name
            for column, promised in zip(standing.staged, self._staged(), strict=True)
            if column.type != promised.type
        )
        for name in as_read:
            self.findings.append(
                Finding(
                    code="migration.staged_as_read",
                    params={"table": self._table.full_name, "column": name},
                    severity=Severity.INFO,
                )
            )
        self.findings += garbled.findings(self._table.full_name, standing.signs)
        self.findings += refusals.findings(self._table.full_name, standing.refused)
        return Extracted(self._table.full_name, standing.rows, standing.rejected, resumed, as_read)

    def _goes_on(self) -> bool:
        """Tell whether what is there can be gone on with."""
        standing = self.staging.standing
        return standing.done or self._order is not Order.RESTART

    def _pieces(self) -> Iterator[Rows]:
        """Read on from where the table stands; make a lost connection again."""
        tries = 0
        while True:
            standing = self.staging.standing
            start = Start(standing.key, standing.rows, None, self._pace.piece)
            try:
                for rows in self._source.scan(self._there, start):
                    yield rows
                    tries = 0
                return
            except Lost as lost:
                tries += 1
                if tries > TRIES:
                    raise self._stopped(lost) from None
                self._again(lost, tries)

    def _again(self, lost: Lost, tries: int) -> None:
        self._progress.note("migration.reconnecting", {"table": self._table.full_name})
        until = time.monotonic() + PAUSE * 2 ** (tries - 1)
        while (left := until - time.monotonic()) > 0:
            self._progress.advance(0)
            time.sleep(min(left, 0.2))
        try:
            same = self._source.reopen()
        except LuodiError as error:
            if tries >= TRIES:
                raise self._stopped(error) from None
            return self._again(lost, tries + 1)
        if self._order is Order.RESTART:
            self.staging.begin(self._staged(), self._identity)
        elif not same:
            self.findings.append(
                Finding(code="migration.moment_changed", params={"table": self._table.full_name})
            )
        return None

    def _stopped(self, error: LuodiError) -> LuodiError:
        return LuodiError(
            "migration.extract_stopped",
            {
                "table": self._table.full_name,
                "ordinal": self.staging.standing.rows,
                "reason": error.code,
            },
        )
