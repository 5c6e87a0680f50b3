"""Rows on their way out of the workspace: as CSV for a server's bulk load, or as tuples.

DuckDB writes CSV several times faster than Python could, so where the system has ``/dev/fd`` the
engine writes into a pipe and nothing touches a disk.  Elsewhere the lines are put together by SQL
and fetched; both give the same bytes for the same values: NULL is nothing, '' is ``""``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from luodi.migration.engine_errors import engine_error
from luodi.migration.workspace import Workspace, quoted

BLOCK = 1 << 18
"""Bytes handed on at a time."""
_PIPES = Path("/dev/fd").exists()


@dataclass(frozen=True)
class Rows:
    """A SELECT over the workspace whose columns, in order, are the columns to write."""

    workspace: Workspace
    select: str
    columns: tuple[str, ...]

    def where(self, condition: str) -> Rows:
        """Those of the rows that meet an SQL condition on the columns."""
        return Rows(
            self.workspace, f"SELECT * FROM ({self.select}) WHERE {condition}", self.columns
        )

    def count(self) -> int:
        """How many there are."""
        with closing(self.workspace.another()) as db:
            row = db.execute(f"SELECT count(*) FROM ({self.select})").fetchone()
        return int(row[0]) if row else 0

    def tuples(self, size: int = 2000) -> Iterator[list[tuple[object, ...]]]:
        """The rows, `size` at a time."""
        with closing(self.workspace.another()) as db, engine_error():
            db.execute(self.select)
            while block := db.fetchmany(size):
                yield block

    def csv(self, *, pipes: bool = _PIPES) -> Iterator[bytes]:
        """The rows as CSV (RFC 4180, without a header), some bytes at a time."""
        with closing(self.workspace.another()) as db:
            kinds = [str(line[1]) for line in db.execute(f"DESCRIBE {self.select}").fetchall()]
            names = [str(line[0]) for line in db.execute(f"DESCRIBE {self.select}").fetchall()]
            pairs = list(zip(names, kinds, strict=True))
            yield from (_through_pipe if pipes else _by_lines)(db, self.select, pairs)


def _through_pipe(
    db: duckdb.DuckDBPyConnection, select: str, columns: list[tuple[str, str]]
) -> Iterator[bytes]:
    shown = ", ".join(
        f"'\\x' || lower(hex({quoted(name)})) AS {quoted(name)}" if kind == "BLOB" else quoted(name)
        for name, kind in columns
    )
    # A line that is nothing but \. ends a COPY; quoted, it is a value.
    quote = f", FORCE_QUOTE ({quoted(columns[0][0])})" if len(columns) == 1 else ""
    out, into = os.pipe()
    failed: list[duckdb.Error] = []

    def write() -> None:
        try:
            db.execute(
                f"COPY (SELECT {shown} FROM ({select})) TO '/dev/fd/{into}' "
                f"(FORMAT csv, HEADER false, USE_TMP_FILE false{quote})"
            )
        except duckdb.Error as error:
            failed.append(error)
        finally:
            os.close(into)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        while data := os.read(out, BLOCK):
            yield data
    finally:
        os.close(out)  # first, so that a writer nobody listens to ends
        writer.join()
    with engine_error():
        for error in failed:
            raise error


def _by_lines(
    db: duckdb.DuckDBPyConnection, select: str, columns: list[tuple[str, str]]
) -> Iterator[bytes]:
    line = " || ',' || ".join(
        f"coalesce({_text(quoted(name), kind)}, '')" for name, kind in columns
    )
    with engine_error():
        db.execute(f"SELECT {line} || chr(10) FROM ({select})")
        while block := db.fetchmany(5000):
            yield "".join([text for (text,) in block]).encode()


def _text(column: str, kind: str) -> str:
    if kind == "BLOB":
        return f"'\\x' || lower(hex({column}))"
    if kind == "VARCHAR":
        return f"'\"' || replace({column}, '\"', '\"\"') || '\"'"
    return f"CAST({column} AS VARCHAR)"
