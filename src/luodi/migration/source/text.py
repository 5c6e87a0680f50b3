"""CSV, TSV and other delimited text: one file is a table, a folder of files a database.

Bytes become text in Python, block by block, so that DuckDB only ever sees Unicode; DuckDB's own
reader would need the transcoded file on disk, in clear.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained
from luodi.evidence.model import Finding
from luodi.landing.systems import System
from luodi.migration.model import Column
from luodi.migration.source.encoding import Coding, encoding_of
from luodi.migration.source.files import Files, Part, text_columns
from luodi.migration.source.model import Reject, Rows
from luodi.migration.source.records import GONE, Fields, Parser, Style, first_record

BLOCK = 4 * 1024 * 1024
DELIMITERS = ",\t|;^\x01"
_SAMPLE = 64 * 1024


class TextFiles(Files):
    """One text file, or all of a folder."""

    endings = (".csv", ".tsv", ".tab", ".txt")
    product = "text"

    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        return {path.stem: TextFile.looked_at(path, self.system)}


class TextFile:
    """A text file whose encoding, delimiter and header are known."""

    def __init__(
        self,
        path: Path,
        coding: Coding,
        style: Style,
        columns: tuple[Column, ...],
        header: Fields | None,
        findings: tuple[Finding, ...] = (),
    ) -> None:
        self.path = path
        self.columns = columns
        self._coding = coding
        self._style = style
        self._header = header
        self._findings = findings

    @classmethod
    def looked_at(cls, path: Path, system: System) -> TextFile:
        """Find out how a file is written.

        Raises
        ------
        WrongUse
            ``migration.file_empty``, ``migration.file_header``, ``migration.encoding_unknown``.
        LuodiError
            ``migration.file_damaged``: it is no text.
        """
        findings: tuple[Finding, ...] = ()
        if system.encoding:
            coding = Coding.named(system.encoding)
        else:
            detected = encoding_of(path)
            coding = Coding.named(detected.encoding.codec)
            if not detected.certain:
                params: dict[str, str | int] = {"table": path.stem, "encoding": detected.encoding}
                findings = (Finding(code="migration.encoding_guessed", params=params),)
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        text = codecs.getincrementaldecoder(coding.name)("replace").decode(sample)
        text = coding.finished(text).lstrip("\ufeff")
        lines = [line for line in text.split("\n") if line.strip("\r\x1a")]
        if not lines:
            raise WrongUse("migration.file_empty", {"path": str(path)})
        delimiter = system.delimiter or _delimiter(lines, path)
        style = Style(delimiter, system.quote, system.escape, system.null or None)
        first = first_record(text, style)
        if first is None:
            raise WrongUse("migration.file_header", {"path": str(path)})
        header = first if system.header else None
        columns = text_columns([(name or "").strip() for name in header or [""] * len(first)])
        return cls(path, coding, style, columns, header, findings)

    def read(self) -> Iterator[Rows]:
        """Read the file from its beginning."""
        parser = Parser(self._style, len(self.columns), self._header)
        findings = self._findings
        with explained(self.path), self.path.open("rb") as file:
            for text, refused, last in _blocks(file, self._coding):
                found = parser.feed(text, last=last)
                rejects = refused + tuple(
                    Reject(line, reason, text.encode(self._coding.name, "backslashreplace"))
                    for line, reason, text in found.refused
                )
                if found.rows or rejects or findings:
                    columns = tuple(zip(*found.rows, strict=True)) or ((),) * len(self.columns)
                    yield Rows(columns, len(found.rows), None, rejects, findings)
                    findings = ()


def _delimiter(lines: Sequence[str], path: Path) -> str:
    """Choose the sign that the header has and that most lines have as often."""
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    lines = lines[:100]

    def fits(sign: str) -> tuple[int, int]:
        wanted = lines[0].count(sign)
        return (sum(line.count(sign) == wanted for line in lines) if wanted else 0, wanted)

    return max(DELIMITERS, key=fits)


Block = tuple[str, tuple[Reject, ...], bool]


def _blocks(file: BinaryIO, coding: Coding) -> Iterator[Block]:
    """Read a file's text, a few megabytes at a time; True with the last."""
    return _wide(file, coding) if coding.wide else _lines(file, coding)


def _wide(file: BinaryIO, coding: Coding) -> Iterator[Block]:
    decoder = codecs.getincrementaldecoder(coding.name)("replace")
    first = True
    while data := file.read(BLOCK):
        text = decoder.decode(data)
        yield text.removeprefix("\ufeff") if first else text, (), False
        first = False
    yield decoder.decode(b"", final=True), (), True


def _lines(file: BinaryIO, coding: Coding) -> Iterator[Block]:
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
        text, refused = _decoded(block, coding, number)
        yield text, refused, not data
        if not data:
            return
        number += block.count(b"\n")


def _decoded(block: bytes, coding: Coding, number: int) -> tuple[str, tuple[Reject, ...]]:
    """Decode a block; a line whose bytes are no text is refused and leaves a mark."""
    try:
        return coding.decode(block), ()
    except UnicodeDecodeError:
        lines, refused = [], []
        for place, line in enumerate(block.split(b"\n")):
            try:
                lines.append(coding.decode(line))
            except UnicodeDecodeError:
                lines.append(GONE)
                refused.append(Reject(number + place, "encoding", line.rstrip(b"\r")))
        return "\n".join(lines), tuple(refused)
