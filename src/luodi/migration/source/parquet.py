"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from luodi.migration.model import Column, Table
from luodi.migration.source import arrow
from luodi.migration.source.files import Files, Part
from luodi.migration.source.model import Rows, Staged
from luodi.migration.workspace import literal


class ParquetFiles(Files):
    """One Parquet file, or all of a folder."""

    endings = (".parquet",)
    product = "Parquet"

    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        return {path.stem: ParquetFile(path)}

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(arrow.staged, table.columns))


class ParquetFile:
    """A Parquet file whose schema was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._relation = f"read_parquet({literal(str(path))}, file_row_number = true)"
        with arrow.explained(path), arrow.connected(None) as db:
            described = db.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})")
            self.columns: tuple[Column, ...] = tuple(
                arrow.column(row[0], row[1]) for row in described.fetchall()
            )

    def read(self) -> Iterator[Rows]:
        """Read the file's rows in their order."""
        staged = [arrow.staged(column) for column in self.columns]
        with arrow.explained(self.path), arrow.connected(None) as db:
            yield from arrow.pieces(db, self._relation, "file_row_number", staged)
