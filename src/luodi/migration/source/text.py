"""CSV, TSV and other delimited text: one file is a table, a folder of files a database.

Bytes become text in Python, block by block, so that DuckDB only ever sees Unicode; DuckDB's own
reader would need the transcoded file on disk, in clear.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source.encoding import encoding_of
from luodi.migration.source.location import Location
from luodi.migration.source.model import Order, Reject, Rows, Snapshot, Staged, Start, Wire
from luodi.migration.source.records import GONE, Fields, Parser, Style, first_record

BLOCK = 4 * 1024 * 1024
ENDINGS = (".csv", ".tsv", ".tab", ".txt")
DELIMITERS = ",\t|;^\x01"
_SAMPLE = 64 * 1024


class TextFiles:
    """One text file, or all of a folder."""

    def __init__(self, system: System, location: Location) -> None:
        self.system = system
        self.product = "text"
        self.snapshot = Snapshot.WHOLE
        place = location.file
        if not place.exists():
            raise LuodiError("migration.file_absent", {"path": str(place)})
        files = (
            [file for file in sorted(place.iterdir()) if file.suffix.lower() in ENDINGS]
            if place.is_dir()
            else [place]
        )
        self._files = {file.stem: TextFile.looked_at(file, system) for file in files}

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        progress.stage("migration.counting", len(self._files), "table")
        found = []
        for name, file in self._files.items():
            rows = sum(part.count for part in file.read())
            found.append(file.table(name, rows))
            progress.advance()
        return tuple(found), ()

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        return Order.COUNT, ()

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(
            Staged(name=column.name, type="VARCHAR", wire=Wire.TEXT) for column in table.columns
        )

    def scan(self, table: Table, start: Start) -> Iterator[Rows]:
        file = self._files.get(table.name)
        if file is None:
            raise LuodiError("migration.table_vanished", {"table": table.name})
        begin = int(start.key[0] or 0) if start.key else 0
        for number, rows in enumerate(file.read(), start=1):
            if number > begin:
                yield replace(rows, key=(number,))

    def identity(self, table: Table) -> str:
        file = self._files.get(table.name)
        return identity(file.path) if file else ""

    def reopen(self) -> bool:
        return True

    def close(self) -> None:
        """Files are open only while they are read."""


def identity(path: Path) -> str:
    """Tell a file from another that takes its place."""
    with explained(path):
        found = path.stat()
    return f"{found.st_size}:{found.st_mtime_ns}"


class TextFile:
    """A text file whose encoding, delimiter and header are known."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        style: Style,
        columns: Sequence[str],
        header: Fields | None,
    ) -> None:
        self.path = path
        self.encoding = encoding
        self.columns = tuple(columns)
        self._style = style
        self._header = header

    @classmethod
    def looked_at(cls, path: Path, system: System) -> TextFile:
        """Find out how a file is written.

        Raises
        ------
        WrongUse
            ``migration.file_empty``.
        """
        with explained(path):
            encoding = system.encoding or encoding_of(path)
            with path.open("rb") as file:
                sample = file.read(_SAMPLE)
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample).lstrip("\ufeff")
        lines = [line for line in text.split("\n") if line.strip("\r")]
        if not lines:
            raise WrongUse("migration.file_empty", {"path": str(path)})
        delimiter = system.delimiter or _delimiter(lines, path)
        style = Style(delimiter, system.quote, system.escape, system.null or None)
        first = first_record(text, style)
        if first is None:
            raise WrongUse("migration.file_header", {"path": str(path)})
        header = first if system.header else None
        names = [(name or "").strip() for name in header or [""] * len(first)]
        return cls(path, encoding, style, _distinct(names), header)

    def table(self, name: str, rows: int | None = None) -> Table:
        """Describe the file as a table."""
        columns = tuple(Column(name=name, type="text", kind=Kind.TEXT) for name in self.columns)
        return Table(name=name, columns=columns, rows=rows)

    def read(self) -> Iterator[Rows]:
        """Read the file from its beginning."""
        parser = Parser(self._style, len(self.columns), self._header)
        for text, refused, last in _blocks(self.path, self.encoding):
            found = parser.feed(text, last=last)
            rejects = refused + tuple(
                Reject(line, reason, text.encode(self.encoding, "backslashreplace"))
                for line, reason, text in found.refused
            )
            if found.rows or rejects:
                yield Rows(tuple(zip(*found.rows, strict=True)), len(found.rows), None, rejects)


def _delimiter(lines: Sequence[str], path: Path) -> str:
    """Choose the sign that the header has and that most lines have as often."""
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    lines = lines[:100]

    def fits(sign: str) -> tuple[int, int]:
        wanted = lines[0].count(sign)
        return (sum(line.count(sign) == wanted for line in lines) if wanted else 0, wanted)

    return max(DELIMITERS, key=fits)


def _distinct(names: Sequence[str]) -> list[str]:
    """Give a column without a name its number, and names that repeat one as well."""
    taken: set[str] = set()
    found = []
    for place, name in enumerate(names, start=1):
        chosen = name or f"column_{place}"
        while chosen.lower() in taken:
            chosen = f"{chosen}_{place}"
        taken.add(chosen.lower())
        found.append(chosen)
    return found


Block = tuple[str, tuple[Reject, ...], bool]


def _blocks(path: Path, encoding: str) -> Iterator[Block]:
    """Read a file's text, a few megabytes at a time; True with the last."""
    with explained(path), path.open("rb") as file:
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
        yield from _wide(file, encoding) if wide else _lines(file, encoding)


def _wide(file: BinaryIO, encoding: str) -> Iterator[Block]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while data := file.read(BLOCK):
        yield decoder.decode(data), (), False
    yield decoder.decode(b"", final=True), (), True


def _lines(file: BinaryIO, encoding: str) -> Iterator[Block]:
    """Cut at line ends, which are one byte in every encoding here and part of no other sign."""
    number, kept, first = 1, b"", True
    while True:
        data = file.read(BLOCK)
        block = kept + data
        end = block.rfind(b"\n") + 1 if data else len(block)
        block, kept = block[:end], block[end:]
        if first and block:
            block, first = block.removeprefix(codecs.BOM_UTF8), False
        if not data:
            block = block.removesuffix(b"\x1a")  # how DOS ended a text
        text, refused = _decoded(block, encoding.removesuffix("-sig"), number)
        yield text, refused, not data
        if not data:
            return
        number += block.count(b"\n")


def _decoded(block: bytes, encoding: str, number: int) -> tuple[str, tuple[Reject, ...]]:
    """Decode a block; a line whose bytes are no text is refused and leaves a mark."""
    try:
        return block.decode(encoding), ()
    except UnicodeDecodeError:
        lines, refused = [], []
        for place, line in enumerate(block.split(b"\n")):
            try:
                lines.append(line.decode(encoding))
            except UnicodeDecodeError:
                lines.append(GONE)
                refused.append(Reject(number + place, "encoding", line.rstrip(b"\r")))
        return "\n".join(lines), tuple(refused)
