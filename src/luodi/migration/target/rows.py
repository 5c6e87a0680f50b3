r"""Rows on their way out of the workspace: in a form that a bulk load reads, or as tuples.

DuckDB writes lines several times faster than Python could, so where the system has ``/dev/fd`` the
engine writes into a pipe and nothing touches a disk.  Elsewhere the lines are put together by SQL
and fetched; both give the same values.  Two forms: CSV (RFC 4180: NULL is nothing, '' is ``""``),
and the text form of PostgreSQL's COPY (tabs, backslashes, NULL is ``\N``), which that server
reads with a tenth less work.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from luodi.migration.engine_errors import engine_error
from luodi.migration.workspace import Workspace, literal, quoted

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
        yield from self._lines(_CSV, pipes=pipes)

    def tabbed(self, *, pipes: bool = _PIPES) -> Iterator[bytes]:
        """The rows in the text form of PostgreSQL's COPY, some bytes at a time."""
        yield from self._lines(_TABBED, pipes=pipes)

    def _lines(self, form: _Form, *, pipes: bool) -> Iterator[bytes]:
        with closing(self.workspace.another()) as db:
            columns = [
                (quoted(str(line[0])), str(line[1]))
                for line in db.execute(f"DESCRIBE {self.select}").fetchall()
            ]
            yield from (_through_pipe if pipes else _by_lines)(db, self.select, columns, form)


@dataclass(frozen=True)
class _Form:
    """How a line is written.

    ``options`` are those of DuckDB's COPY, which writes what ``shown`` makes of a column;
    ``spelled`` makes the finished text of one where lines are put together by SQL.
    """

    options: str
    between: str
    null: str
    shown: Callable[[str, str], str]
    spelled: Callable[[str, str], str]


def _plain(column: str, kind: str) -> str:
    return f"'\\x' || lower(hex({column}))" if kind == "BLOB" else column


def _enclosed(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"'\"' || replace({column}, '\"', '\"\"') || '\"'"
    return f"CAST({_plain(column, kind)} AS VARCHAR)"


def _escaped(column: str, kind: str) -> str:
    """Tabs, ends of lines and backslashes escaped in the few values that have one."""
    if kind == "BLOB":
        return f"'\\\\x' || lower(hex({column}))"
    if kind != "VARCHAR":
        return column
    signs = {"chr(92)": "\\\\", "chr(9)": "\\t", "chr(10)": "\\n", "chr(13)": "\\r"}
    has = " OR ".join(f"contains({column}, {sign})" for sign in signs)
    text = column
    for sign, written in signs.items():
        text = f"replace({text}, {sign}, '{written}')"
    return f"CASE WHEN {has} THEN {text} ELSE {column} END"


_CSV = _Form("", ",", "", _plain, _enclosed)
_TABBED = _Form(
    ", DELIM '\t', QUOTE '', ESCAPE '', NULLSTR '\\N'",
    "\t",
    "\\N",
    _escaped,
    lambda column, kind: f"CAST({_escaped(column, kind)} AS VARCHAR)",
)


def _through_pipe(
    db: duckdb.DuckDBPyConnection, select: str, columns: list[tuple[str, str]], form: _Form
) -> Iterator[bytes]:
    shown = ", ".join(f"{form.shown(name, kind)} AS {name}" for name, kind in columns)
    options = form.options
    if not options and len(columns) == 1:
        # A line that is nothing but \. ends a COPY; quoted, it is a value.
        options = f", FORCE_QUOTE ({columns[0][0]})"
    out, into = os.pipe()
    failed: list[duckdb.Error] = []

    def write() -> None:
        try:
            db.execute(
                f"COPY (SELECT {shown} FROM ({select})) TO '/dev/fd/{into}' "
                f"(FORMAT csv, HEADER false, USE_TMP_FILE false{options})"
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
    db: duckdb.DuckDBPyConnection, select: str, columns: list[tuple[str, str]], form: _Form
) -> Iterator[bytes]:
    line = f" || {literal(form.between)} || ".join(
        f"coalesce({form.spelled(name, kind)}, {literal(form.null)})" for name, kind in columns
    )
    with engine_error():
        db.execute(f"SELECT {line} || chr(10) FROM ({select})")
        while block := db.fetchmany(5000):
            yield "".join([text for (text,) in block]).encode()
