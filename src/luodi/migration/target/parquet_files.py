"""Parquet as a target: the engine writes it, with the types of the mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from luodi.evidence.errors import LuodiError
from luodi.migration.engine_errors import engine_error
from luodi.migration.model import Table
from luodi.migration.target.layout import engine_type
from luodi.migration.target.model import Blocks
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import literal, quoted

FETCH = 5000
_AS = "(FORMAT parquet, COMPRESSION zstd)"


class ParquetFormat:
    """Parquet files."""

    ending = ".parquet"

    @property
    def charset(self) -> str:
        """None: Parquet's texts are Unicode."""
        return ""

    def write(self, rows: Rows, path: Path) -> int:
        """Write rows into a new file."""
        with closing(rows.workspace.another()) as db, engine_error():
            done = db.execute(f"COPY ({rows.select}) TO {literal(str(path))} {_AS}").fetchone()
        return int(done[0]) if done else 0

    def join(self, parts: Sequence[Path], table: Table, path: Path) -> None:
        """Make one file of the parts."""
        selects = [f"SELECT * FROM read_parquet({literal(str(part))})" for part in parts]
        empty = ", ".join(
            f"CAST(NULL AS {engine_type(column)}) AS {quoted(column.name)}"
            for column in table.columns
        )
        every = " UNION ALL ".join(selects) or f"SELECT {empty} LIMIT 0"
        with _engine(path) as db:
            db.execute(f"COPY ({every}) TO {literal(str(path))} {_AS}")

    def without(self, path: Path, table: Table, key: str, keys: frozenset[str]) -> int:
        """Write a part once more without some rows."""
        less = path.with_suffix(".less")
        with _engine(path) as db:
            done = db.execute(
                f"COPY (SELECT * FROM read_parquet({literal(str(path))}) WHERE CAST({quoted(key)} "
                f"AS VARCHAR) NOT IN (SELECT unnest($keys))) TO {literal(str(less))} {_AS}",
                {"keys": sorted(keys)},
            ).fetchone()
        less.replace(path)
        return int(done[0]) if done else 0

    def read(self, path: Path, table: Table) -> Blocks:
        """Read a file.

        Raises
        ------
        LuodiError
            ``migration.delivery_changed``: it is not as it was written.
        """
        listed = ", ".join(quoted(column.name) for column in table.columns)
        with _engine(path) as db:
            db.execute(f"SELECT {listed} FROM read_parquet({literal(str(path))})")
            while block := db.fetchmany(FETCH):
                yield block


@contextmanager
def _engine(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duckdb.connect(":memory:", config={"temp_directory": ""}) as db:
            yield db
    except (duckdb.InvalidInputException, duckdb.BinderException, duckdb.IOException):
        raise LuodiError("migration.delivery_changed", {"path": path.name}) from None
    except duckdb.Error:
        with engine_error():
            raise
