"""One table on its way into the workspace: in pieces, resumed where it was cut, at a given pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding, Severity
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration import garbled
from luodi.migration.model import Column, Kind, Table
from luodi.migration.newest import newest
from luodi.migration.source import refusals
from luodi.migration.source.model import PIECE, Lost, Order, Rows, Source, Staged, Start, Value
from luodi.migration.source.names import as_named, in_source
from luodi.migration.staging import Staging
from luodi.migration.workspace import Workspace

TRIES = 5
"""Times a lost connection is made again for one piece, with a growing pause before each."""
PAUSE = 1.0
"""Seconds before the first of them; doubled each time."""


@dataclass(frozen=True)
class Extracted:
    """A table as it was extracted; ``resumed`` counts rows that an earlier run had brought.

    ``added`` and ``changed`` rows are those of an extraction since a watermark.
    """

    table: str
    rows: int
    rejected: int
    resumed: int
    as_read: tuple[str, ...] = ()
    added: int = 0
    changed: int = 0


ANY = "*"
"""In ``watermark`` of ``systems.toml``: every table that has such a column."""
_MARKS = frozenset((Kind.DATE, Kind.DATETIME, Kind.INTEGER, Kind.DECIMAL, Kind.TEXT))


def watermark(system: System, table: Table) -> Column | None:
    """Find the declared column that says when a row was changed, where it can order rows."""
    declared = system.watermark
    column = table.column(declared.get(table.full_name) or declared.get(ANY, ""))
    return column if column is not None and column.kind in _MARKS else None


class Pace:
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


class Reading:
    """The extraction of one table.

    Parameters
    ----------
    since : tuple, optional
        A column, by its name in the source, and the least value that rows have which are read.
    place : str
        System under which the rows are staged; by default the source's own.
    """

    def __init__(
        self,
        workspace: Workspace,
        source: Source,
        table: Table,
        pace: Pace,
        progress: Progress,
        *,
        since: tuple[str, Value] | None = None,
        place: str = "",
    ) -> None:
        self._source = source
        self._table = table
        self._pace = pace
        self._progress = progress
        self._there = in_source(table)
        self._order, _ = source.order(self._there)
        self._since = since
        self._identity = source.identity(self._there)
        if place:
            self._identity += f"|{since!r}"
        self.findings: list[Finding] = []
        self.staging = Staging.of(
            workspace, place or source.system.id, table, self.staged(), self._identity
        )

    def staged(self) -> tuple[Staged, ...]:
        """As what the table's columns are staged while their values are sound."""
        return as_named(self._table, self._source.staged(self._there))

    def extract(self, *, fresh: bool) -> Extracted:
        """Bring what is missing."""
        staging = self.staging
        if fresh or not staging.fits(self._identity) or not self._goes_on():
            self._begin()
        resumed = staging.standing.rows
        total = None if self._since else self._table.rows
        self._progress.stage("migration.extracting", total, "row")
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
            for column, promised in zip(standing.staged, self.staged(), strict=True)
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

    def _begin(self) -> None:
        """Begin with nothing; how new the source's rows are is asked before any of them is read."""
        column = watermark(self._source.system, self._table)
        marked = None
        if column is not None:
            there = self._there.column(column.origin or column.name) or column
            mark, future = newest(self._source, self._there, there)
            marked = None if mark is None else (column.name, mark)
            if future:
                self.findings.append(
                    Finding(
                        code="migration.watermark_future",
                        params={"table": self._table.full_name, "column": column.name},
                    )
                )
        self.staging.begin(self.staged(), self._identity, marked)

    def _goes_on(self) -> bool:
        """Tell whether what is there can be gone on with."""
        standing = self.staging.standing
        return standing.done or self._order is not Order.RESTART

    def _pieces(self) -> Iterator[Rows]:
        """Read on from where the table stands; make a lost connection again."""
        tries = 0
        while True:
            standing = self.staging.standing
            start = Start(standing.key, standing.rows, self._since, self._pace.piece)
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
            self._begin()
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
