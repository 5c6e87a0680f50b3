"""What files have in common: each is one table or several, a folder of them a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source import refusals
from luodi.migration.source.location import Location
from luodi.migration.source.model import Order, Rows, Snapshot, Staged, Start, Wire


class Part(Protocol):
    """A table that a file holds."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns."""

    def read(self) -> Iterator[Rows]:
        """Read its rows from the first one on, every time in the same pieces."""


class Files(ABC):
    """One file, or all of a kind in a folder, without those below it."""

    endings: ClassVar[tuple[str, ...]]
    product: ClassVar[str]
    snapshot = Snapshot.WHOLE

    def __init__(self, system: System, location: Location) -> None:
        self.system = system
        place = location.file
        with explained(place):
            if not place.exists():
                raise LuodiError("migration.file_absent", {"path": str(place)})
            files = (
                [file for file in sorted(place.iterdir()) if self._fits(file)]
                if place.is_dir()
                else [place]
            )
        self._parts: dict[str, Part] = {}
        for file in files:
            with explained(file):
                for name, part in self.parts(file, alone=len(files) == 1).items():
                    self._parts[name] = part

    def _fits(self, file: Path) -> bool:
        # ~$book.xlsx is what Excel leaves beside a workbook that somebody has open.
        return file.suffix.lower() in self.endings and not file.name.startswith(("~$", "."))

    @abstractmethod
    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        """Look at a file: its tables by name.

        Raises
        ------
        LuodiError
            ``migration.file_empty``, ``migration.file_damaged``.
        """

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        """See `Source.tables`."""
        progress.stage("migration.counting", len(self._parts), "table")
        tables: list[Table] = []
        findings: list[Finding] = []
        for name, part in self._parts.items():
            rows, refused = 0, refusals.NONE
            for piece in part.read():
                rows += piece.count
                refused = refusals.together(refused, piece.rejects)
                findings += piece.findings
            tables.append(Table(name=name, columns=part.columns, rows=rows))
            findings += refusals.findings(name, refused)
            progress.advance()
        return tuple(tables), tuple(findings)

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        """See `Source.order`."""
        return Order.COUNT, ()

    def staged(self, table: Table) -> tuple[Staged, ...]:
        """Every value of a file is the text that stands there; see `Source.staged`."""
        return tuple(
            Staged(name=column.name, type="VARCHAR", wire=Wire.TEXT) for column in table.columns
        )

    def scan(self, table: Table, start: Start) -> Iterator[Rows]:
        """See `Source.scan`."""
        part = self._part(table)
        begin = int(start.key[0] or 0) if start.key else 0
        for number, rows in enumerate(part.read(), start=1):
            if number > begin:
                yield replace(rows, key=(number,))

    def limit(self, seconds: float) -> None:  # noqa: B027  # most have nothing to do
        """See `Source.limit`: nobody else waits for a file."""

    def newest(self, table: Table, column: str, most: str | None = None) -> str | None:
        """See `Source.newest`: a file is read again as a whole."""
        return None

    def identity(self, table: Table) -> str:
        """See `Source.identity`."""
        return identity(self._part(table).path)

    def _part(self, table: Table) -> Part:
        """Find what a table is read from.

        Raises
        ------
        LuodiError
            ``migration.table_vanished``, ``migration.column_vanished``.
        """
        part = self._parts.get(table.name)
        if part is None:
            raise LuodiError("migration.table_vanished", {"table": table.name})
        if [column.name for column in part.columns] != [column.name for column in table.columns]:
            raise LuodiError("migration.column_vanished", {"table": table.name})
        return part

    def reopen(self) -> bool:
        """See `Source.reopen`."""
        return True

    def close(self) -> None:
        """See `Source.close`; files are open only while they are read."""
        self._parts.clear()


def identity(path: Path) -> str:
    """Tell a file from another that takes its place."""
    with explained(path):
        found = path.stat()
    return f"{found.st_size}:{found.st_mtime_ns}"


def text_columns(names: Sequence[str], type_: str = "text") -> tuple[Column, ...]:
    """Columns of a file, whatever their names; `names.told_apart` tells them apart."""
    return tuple(Column(name=name, type=type_, kind=Kind.TEXT) for name in names)
