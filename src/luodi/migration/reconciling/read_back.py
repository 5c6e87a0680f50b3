"""The target, read again: every row of a table into the workspace, as text.

CSV goes through a pipe straight into the engine, so that nothing of it touches a disk; where the
system has no ``/dev/fd`` it is taken apart here and handed over by Arrow.  '' is not NULL.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.values import fill
from luodi.migration.model import Table
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, literal, quoted

LONGEST_LINE = 1 << 24
"""Bytes of the longest row that is read: a report with its text."""
PIPES = Path("/dev/fd").exists()
_BLOCK = 5000


def read_back(
    workspace: Workspace,
    target: Target,
    table: Table,
    columns: Sequence[str],
    into: str,
    values: Sequence[str] = ("*",),
    *,
    pipes: bool = PIPES,
) -> None:
    """Read some columns of every row into the table `into`, of a database that is in memory.

    Parameters
    ----------
    values : sequence of str
        SQL over the columns, all of them texts, that makes the columns of the table.

    Raises
    ------
    LuodiError
        What the target or the workspace refuses, by name.
    """
    kind = "TEMP TABLE" if into.startswith("temp.") else "TABLE"
    made = f"CREATE OR REPLACE {kind} {into} AS SELECT {', '.join(values)} FROM "
    data = target.csv(table, columns)
    if pipes:
        _through_pipe(workspace, data, columns, made, table)
        return
    shape = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
    with engine_error(table.full_name):
        workspace.db.execute(f"CREATE OR REPLACE TEMP TABLE _reading ({shape})")
        for block in _parsed(data):
            fill(workspace, "temp._reading", [quoted(column) for column in columns], block)
        workspace.db.execute(f"{made} temp._reading")
        workspace.db.execute("DROP TABLE temp._reading")


def _through_pipe(
    workspace: Workspace, data: Iterator[bytes], columns: Sequence[str], made: str, table: Table
) -> None:
    out, source = os.pipe()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with os.fdopen(source, "wb") as sink, contextlib.suppress(BrokenPipeError):
                for block in data:
                    sink.write(block)
        except BaseException as error:
            failed.append(error)

    shape = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        with engine_error(table.full_name):
            workspace.db.execute(
                f"{made} read_csv('/dev/fd/{out}', header = false, auto_detect = false, "
                "delim = ',', quote = '\"', escape = '\"', nullstr = '', "
                "allow_quoted_nulls = false, parallel = false, "
                f"max_line_size = {LONGEST_LINE}, columns = {{{shape}}})"
            )
    finally:
        os.close(out)  # first, so that a writer nobody reads from ends
        writer.join()
        for error in failed:
            raise error


def _parsed(data: Iterable[bytes]) -> Iterator[list[list[str | None]]]:
    """Rows of CSV, NULL told from '' by its quotes."""
    text = io.TextIOWrapper(io.BufferedReader(_Stream(data)), encoding="utf-8", newline="")
    rows = []
    for fields in _records(text):
        rows.append(fields)
        if len(rows) == _BLOCK:
            yield rows
            rows = []
    yield rows


def _records(text: Iterable[str]) -> Iterator[list[str | None]]:
    """Take records apart: an unquoted nothing becomes a mark before the quotes are lost."""
    record = ""
    for line in text:
        record += line
        if record.count('"') % 2:
            continue  # the line ends inside quotes
        parts, inside, start = [], False, 0
        body = record.removesuffix("\n")
        for place, character in enumerate(body):
            if character == '"':
                inside = not inside
            elif character == "," and not inside:
                parts.append(body[start:place])
                start = place + 1
        parts.append(body[start:])
        yield [_unquoted(part) for part in parts]
        record = ""


def _unquoted(part: str) -> str | None:
    if not part:
        return None
    return part[1:-1].replace('""', '"') if part[0] == '"' else part


class _Stream(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type] # anything writable
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
