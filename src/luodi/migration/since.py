"""What changed in a table since it was extracted, merged into what is there.

A row is known again by its key and keeps its ordinal; a new one gets the next.  What is read waits
beside the table until all of it is there, and becomes part of it in one transaction.  A watermark
shows no row that was deleted, and none that was changed without it: both ends are counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Finding, Severity
from luodi.evidence.progress import Progress
from luodi.migration import garbled
from luodi.migration.model import Column, Kind, Table
from luodi.migration.newest import TIMES, before
from luodi.migration.reading import Extracted, Pace, Reading, watermark
from luodi.migration.source.model import Source, Value
from luodi.migration.source.names import in_source
from luodi.migration.workspace import Workspace, quoted

LAST = "last"
"""Since the moment at which what is there began to be read."""
_BESIDE = "_since_"


class Since:
    """The extraction of one table since a watermark; see `Reading` for what is not said here.

    Of a watermark only a moment is told in evidence: a number or a text may be a patient's.

    Parameters
    ----------
    value : str
        The least watermark of rows that are read, or `LAST`.
    """

    def __init__(
        self,
        workspace: Workspace,
        source: Source,
        table: Table,
        pace: Pace,
        progress: Progress,
        *,
        value: str,
    ) -> None:
        self._workspace = workspace
        self._source = source
        self._table = table
        self._pace = pace
        self._progress = progress
        self._value = value
        self._whole = Reading(workspace, source, table, pace, progress)
        self.staging = self._whole.staging
        self.findings = self._whole.findings

    def extract(self, *, fresh: bool) -> Extracted:
        """Bring what changed, or the whole table where that cannot be told.

        Raises
        ------
        WrongUse
            ``migration.since_column``, ``migration.since_value``.
        """
        column = self._watermark()
        standing = self.staging.standing
        identity = self._source.identity(in_source(self._table))
        if fresh or not standing.done or not self.staging.fits(identity) or identity:
            return self._whole.extract(fresh=fresh)  # a file that is the same has nothing new
        key = self._key()
        if not key:
            self._say("since_no_key", {}, Severity.INFO)
            return self._whole.extract(fresh=True)
        least = None if column is None else self._least(column)
        if column is None:
            self._say("since_no_watermark", {}, Severity.INFO)
        beside = Reading(
            self._workspace,
            self._source,
            self._table,
            self._pace,
            self._progress,
            since=None if column is None or least is None else (_in_source(column), least),
            place=self._beside(),
        )
        # What an earlier run brought, and did not merge, may have changed since.
        brought = beside.extract(fresh=beside.staging.standing.done)
        moved = self.staging.merge(beside.staging, key, goes_on=self._value == LAST)
        self._tell(column, least, beside, moved.ordinals)
        as_read = tuple(
            as_.name
            for as_, promised in zip(
                self.staging.standing.staged, self._whole.staged(), strict=True
            )
            if as_.type != promised.type
        )
        return replace(
            brought,
            rows=self.staging.standing.rows,
            as_read=as_read,
            added=moved.added,
            changed=moved.changed,
        )

    def _beside(self) -> str:
        place = _BESIDE + self._source.system.id
        self._workspace.db.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(place)}")
        return place

    def _watermark(self) -> Column | None:
        """Find the column that says when a row was changed.

        Raises
        ------
        WrongUse
            ``migration.since_column``: there is no such column, or it orders nothing.
        """
        name = self._source.system.watermark.get(self._table.full_name)
        column = watermark(self._source.system, self._table)
        if name and column is None:
            raise WrongUse(
                "migration.since_column", {"table": self._table.full_name, "column": name}
            )
        return column

    def _key(self) -> tuple[str, ...]:
        """Columns by which a row is known again."""
        for names in (self._table.primary_key, *self._table.unique):
            columns = [self._table.column(name) for name in names]
            primary = names == self._table.primary_key
            if names and all(column and (primary or not column.nullable) for column in columns):
                return names
        return ()

    def _least(self, column: Column) -> Value:
        """The least watermark of rows to read; None where nothing is there yet.

        Raises
        ------
        WrongUse
            ``migration.since_value``: it is none of the column's kind.
        """
        text = self._value
        if text == LAST:
            found = self._marked(column)
            if found is None:
                return None
            text = before(found, self._source.system.overlap)
        try:
            if column.kind is Kind.INTEGER:
                return int(text)
            if column.kind is Kind.DECIMAL:
                float(text)
            if column.kind in TIMES and self._value != LAST:
                datetime.datetime.fromisoformat(text)
        except ValueError:
            params = {"table": self._table.full_name, "column": column.name, "kind": column.type}
            raise WrongUse("migration.since_value", params) from None
        return text

    def _marked(self, column: Column) -> str | None:
        """How new the source's rows were when those here began to be read.

        The greatest value among the rows here would be too much: a reading that was cut, or is of
        no single moment, has rows that are older than its newest.
        """
        name, value = self.staging.standing.marked or ("", None)
        return value if name == column.name else None

    def _tell(
        self, column: Column | None, least: Value, beside: Reading, ordinals: dict[int, int]
    ) -> None:
        """Say how far the table is, and what a watermark cannot see."""
        self.findings += [
            finding
            for finding in beside.findings
            if not finding.code.partition(".")[2].startswith("text_")
        ]
        signs = [garbled.moved(sign, ordinals) for sign in beside.staging.standing.signs]
        self.findings += garbled.findings(self._table.full_name, signs)
        if column is not None:
            self.findings += self._reached(column, least)
        there, here = self._table.rows, self.staging.standing.rows
        if there is not None and here > there:
            self._say("since_vanished", {"rows": there}, Severity.WARN, here - there)
        if there is not None and here < there:
            self._say("since_missed", {"rows": there}, Severity.ERROR, there - here)

    def _reached(self, column: Column, least: Value) -> Iterator[Finding]:
        name = quoted(column.name)
        row = self._workspace.db.execute(
            f"SELECT arg_max(_ordinal, {name}), count(*) - count({name}) "
            f"FROM {self.staging.relation}"
        ).fetchone()
        ordinal, unmarked = row or (None, 0)
        params: dict[str, str | int] = {"table": self._table.full_name, "column": column.name}
        if column.kind in TIMES:
            said = {"since": str(least or ""), "reached": self._marked(column) or ""}
            yield Finding(
                code="migration.since_moment", params={**params, **said}, severity=Severity.INFO
            )
        else:
            yield Finding(
                code="migration.since_row",
                params={**params, "ordinal": ordinal or 0},
                severity=Severity.INFO,
            )
        if unmarked:
            yield Finding(code="migration.since_unmarked", params=params, count=unmarked)

    def _say(
        self, name: str, params: dict[str, str | int], severity: Severity, count: int = 1
    ) -> None:
        self.findings.append(
            Finding(
                code=f"migration.{name}",
                params={"table": self._table.full_name, **params},
                severity=severity,
                count=count,
            )
        )


def _in_source(column: Column) -> str:
    return column.name if column.origin is None else column.origin
