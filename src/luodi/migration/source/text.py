"""CSV, TSV and other delimited text: one file is a table, a folder of files a database.

Bytes become text in Python, block by block, so that DuckDB only ever sees Unicode; DuckDB's own
reader would need the transcoded file on disk, in clear.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from luodi.evidence.files import explained
from luodi.evidence.model import Finding
from luodi.landing.systems import System
from luodi.migration.source.encoding import Coding, encoding_of
from luodi.migration.source.files import Files, Part, text_columns
from luodi.migration.source.look import SAMPLE, Look, look
from luodi.migration.source.model import Reject, Rows
from luodi.migration.source.records import GONE, Parser
from luodi.migration.source.refusals import FIRST

BLOCK = 4 * 1024 * 1024
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes that a line may have: one with more is a file whose line ends are gone."""
BEGINNING = 64 * 1024
"""Bytes of such a line that are kept."""


class TextFiles(Files):
    """One text file, or all of a folder."""

    endings = (".csv", ".tsv", ".tab", ".txt")
    product = "text"

    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        return {path.stem: TextFile.looked_at(path, self.system)}


class TextFile:
    """A text file whose encoding, delimiter and header are known."""

    def __init__(
        self, path: Path, coding: Coding, look: Look, findings: tuple[Finding, ...] = ()
    ) -> None:
        self.path = path
        self.columns = text_columns(look.names)
        self._coding = coding
        self._look = look
        self._findings = findings

    @classmethod
    def looked_at(cls, path: Path, system: System) -> TextFile:
        """Find out how a file is written.

        Raises
        ------
        WrongUse
            ``migration.file_empty``, ``migration.file_header``, ``migration.encoding_unknown``.
        LuodiError
            ``migration.file_binary``: it is no text.
        """
        findings: list[Finding] = []
        if system.encoding:
            coding = Coding.named(system.encoding)
        else:
            detected = encoding_of(path)
            coding = Coding.detected(detected.encoding.codec)
            if not detected.certain:
                params: dict[str, str | int] = {"table": path.stem, "encoding": detected.encoding}
                findings.append(Finding(code="migration.encoding_guessed", params=params))
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
            whole = not file.read(1)
        text = codecs.getincrementaldecoder(coding.name)("replace").decode(sample)
        text = coding.finished(text).lstrip("\ufeff")
        found = look(text, system, path, whole=whole)
        return cls(path, coding, found, (*findings, *found.findings(path.stem)))

    def read(self) -> Iterator[Rows]:
        """Read the file from its beginning."""
        look = self._look
        parser = Parser(look.style, len(self.columns), look.header, look.skipped + 1)
        findings, skip, foreign = self._findings, look.skipped, Foreign()
        with explained(self.path), self.path.open("rb") as file:
            for text, refused, last in _blocks(file, self._coding, foreign):
                while skip and text:
                    text, skip = text.partition("\n")[2], skip - 1
                found = parser.feed(text, last=last)
                rejects = refused + tuple(
                    Reject(line, reason, text.encode(self._coding.name, "backslashreplace"))
                    for line, reason, text in found.refused
                )
                if last:
                    findings = (*findings, *foreign.findings(self.path.stem))
                if found.rows or rejects or findings:
                    columns = tuple(zip(*found.rows, strict=True)) or ((),) * len(self.columns)
                    yield Rows(columns, len(found.rows), None, rejects, findings)
                    findings = ()


@dataclass
class Foreign:
    """Lines that are written in another encoding than the rest of their file."""

    encoding: str = ""
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def note(self, line: int, encoding: str) -> None:
        """Remember a line."""
        self.encoding, self.count = encoding, self.count + 1
        if len(self.lines) < FIRST:
            self.lines.append(line)

    def findings(self, table: str) -> Iterator[Finding]:
        """Say that there were some."""
        if self.count:
            lines = ", ".join(map(str, self.lines))
            params: dict[str, str | int] = {"table": table, "lines": lines}
            params["encoding"] = self.encoding
            yield Finding(code="migration.encoding_mixed", params=params, count=self.count)


Block = tuple[str, tuple[Reject, ...], bool]


def _blocks(file: BinaryIO, coding: Coding, foreign: Foreign) -> Iterator[Block]:
    """Read a file's text, a few megabytes at a time; True with the last."""
    return _wide(file, coding) if coding.wide else _lines(file, coding, foreign)


def _wide(file: BinaryIO, coding: Coding) -> Iterator[Block]:
    """Halves of surrogate pairs stay what they are; they become a finding, not a lost row."""
    decoder = codecs.getincrementaldecoder(coding.name)("surrogatepass")
    first = True
    while data := file.read(BLOCK):
        text = decoder.decode(data)
        yield text.removeprefix("\ufeff") if first else text, (), False
        first = False
    try:
        yield decoder.decode(b"", final=True), (), True
    except UnicodeDecodeError:
        yield "\ufffd", (), True  # the file was cut in the middle of a character


def _lines(file: BinaryIO, coding: Coding, foreign: Foreign) -> Iterator[Block]:
    """Cut at line ends, which are one byte in every encoding here and part of no other sign."""
    number, kept, first = 1, bytearray(), True
    while True:
        data = file.read(BLOCK)
        kept += data
        end = kept.rfind(b"\n") + 1 if data else len(kept)
        if data and not end and len(kept) > LONGEST_LINE:
            refusal = Reject(number, "long", bytes(kept[:BEGINNING]))
            found = _behind_line(file)
            yield GONE + ("\n" if found is not None else ""), (refusal,), False
            kept, number, first = bytearray(found or b""), number + 1, False
            continue
        if data and not end:
            continue
        block = bytes(kept[:end])
        del kept[:end]
        if first and block:
            block, first = block.removeprefix(codecs.BOM_UTF8), False
        if not data:
            block = block.removesuffix(b"\x1a")  # how DOS ended a text
        text, refused = _decoded(block, coding, number, foreign)
        yield text, refused, not data
        if not data:
            return
        number += block.count(b"\n")


def _behind_line(file: BinaryIO) -> bytes | None:
    """Read on to the end of a line and give what was read behind it; None: the file ended."""
    while data := file.read(BLOCK):
        end = data.find(b"\n") + 1
        if end:
            return data[end:]
    return None


def _decoded(
    block: bytes, coding: Coding, number: int, foreign: Foreign
) -> tuple[str, tuple[Reject, ...]]:
    """Decode a block; a line whose bytes are no text is refused and leaves a mark."""
    try:
        return coding.decode(block), ()
    except UnicodeDecodeError:
        lines, refused = [], []
        for place, line in enumerate(block.split(b"\n"), start=number):
            try:
                lines.append(coding.decode(line))
            except UnicodeDecodeError:
                if (other := coding.otherwise(line)) is not None:
                    text, encoding = other
                    lines.append(text)
                    if encoding:
                        foreign.note(place, encoding)
                else:
                    lines.append(GONE)
                    refused.append(Reject(place, "encoding", line.rstrip(b"\r")))
        return "\n".join(lines), tuple(refused)
