"""dBASE, FoxPro and Clipper files: every value as the text that stands in its record."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import dbfread
from dbfread.memo import open_memofile

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.model import Finding, Severity
from luodi.landing.systems import System
from luodi.migration.model import Column
from luodi.migration.source.encoding import Coding, told
from luodi.migration.source.files import Files, Part, text_columns
from luodi.migration.source.model import Rows, Value

BATCH = 20_000
"""Records of a piece."""
_DELETED = "_deleted"
_BEYOND = (0, 1, 2, 263, 264)
"""Bytes that a header has behind its fields: none, a few of padding, or FoxPro's back link."""
_JULIAN = 1_721_425
"""Julian day number of 0001-01-01, from which dates are counted here."""
_BROKEN = (ValueError, TypeError, struct.error, IndexError, KeyError, LookupError, AttributeError)
"""What reading a header that is none may raise in the library."""

Read = Callable[[bytes], Value]


class DbfFiles(Files):
    """One DBF file, or all of a folder."""

    endings = (".dbf",)
    product = "DBF"

    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        return {path.stem: DbfFile(path, self.system)}


class DbfFile:
    """A DBF file whose header was read."""

    def __init__(self, path: Path, system: System) -> None:
        self.path = path
        self._deleted = system.deleted
        try:
            self._dbf: Any = dbfread.DBF(
                str(path), load=False, encoding="ascii", ignore_missing_memofile=True
            )
            self._fields = [field for field in self._dbf.fields if field.type != "0"]
            self._check()
        except (dbfread.DBFNotFound, *_BROKEN):
            raise self._damaged("header") from None
        self._coding = self._told(system)
        names = [self._coding.readable(field.name.encode("latin-1")) for field in self._fields]
        types = [_type(field) for field in self._fields]
        if self._deleted:
            names.append(_DELETED)
            types.append("C(1)")
        plain = text_columns(names)
        self.columns = tuple(
            Column(name=column.name, type=type_, kind=column.kind)
            for column, type_ in zip(plain, types, strict=True)
        )

    def _check(self) -> None:
        """Believe a header only where its sizes agree with one another."""
        header = self._dbf.header
        widths = 1 + sum(field.length for field in self._dbf.fields)
        beyond = header.headerlen - 33 - 32 * len(self._dbf.fields)
        if not self._fields or header.recordlen != widths or beyond not in _BEYOND:
            raise ValueError

    def _damaged(self, reason: str) -> LuodiError:
        return LuodiError("migration.file_damaged", {"path": str(self.path), "reason": reason})

    def _told(self, system: System) -> Coding:
        """The language byte is often wrong: what the records show counts, unless one declares."""
        if system.encoding:
            return Coding.named(system.encoding)
        with explained(self.path), self.path.open("rb") as file:
            file.seek(self._dbf.header.headerlen)
            found = told(iter(lambda: file.read(1 << 20), b""))
        return Coding.named(found.encoding.codec if found and not found.ascii else "gb18030")

    def read(self) -> Iterator[Rows]:
        """Read every record; those with the deletion mark are counted, or given with the mark."""
        header = self._dbf.header
        findings = list(self._findings())
        with explained(self.path), self.path.open("rb") as file, self._memo() as memo:
            readers = [self._reader(field, memo) for field in self._fields]
            deleted = 0
            for records in self._records(file, header.headerlen, header.recordlen):
                marked = sum(record[:1] == b"*" for record in records)
                deleted += marked
                if not self._deleted and marked:
                    records = [record for record in records if record[:1] != b"*"]
                yield self._rows(records, readers)
        if deleted and not self._deleted:
            findings.append(self._said("dbf_deleted", Severity.INFO, deleted))
        if findings:
            empty: tuple[tuple[Value, ...], ...] = ((),) * len(self.columns)
            yield Rows(empty, 0, None, (), tuple(findings))

    def _findings(self) -> Iterator[Finding]:
        header = self._dbf.header
        size = self.path.stat().st_size - header.headerlen
        there = max(0, size // header.recordlen)
        if there < header.numrecords:
            yield self._said("dbf_short", Severity.ERROR, header.numrecords - there)
        if any(field.type in "MGP" for field in self._fields) and self._dbf.memofilename is None:
            yield self._said("dbf_memo", Severity.ERROR, 1)

    def _said(self, name: str, severity: Severity, count: int) -> Finding:
        return Finding(
            code=f"migration.{name}",
            params={"table": self.path.stem},
            severity=severity,
            count=count,
        )

    def _records(self, file: BinaryIO, begin: int, width: int) -> Iterator[list[bytes]]:
        """Cut the file into records; what the header counts may be wrong after a crash."""
        file.seek(begin)
        while data := file.read(width * BATCH):
            records = [data[place : place + width] for place in range(0, len(data), width)]
            records = [record for record in records if len(record) == width]
            if records:
                yield records

    def _rows(self, records: Sequence[bytes], readers: Sequence[Read]) -> Rows:
        place, columns = 1, []
        by_name = iter(readers)
        for field in self._dbf.fields:
            if field.type != "0":
                read, end = next(by_name), place + field.length
                columns.append([read(record[place:end]) for record in records])
            place += field.length
        if self._deleted:
            columns.append(["*" if record[:1] == b"*" else "" for record in records])
        return Rows(tuple(columns), len(records))

    def _memo(self) -> Any:
        name = self._dbf.memofilename
        return open_memofile(name, self._dbf.header.dbversion) if name else _NoMemo()

    def _reader(self, field: Any, memo: Any) -> Read:
        coding = self._coding

        def text(data: bytes) -> str:
            data = data.rstrip(b" \0")
            try:
                return coding.decode(data)
            except UnicodeDecodeError:
                return coding.readable(data)

        def memo_text(data: bytes) -> str | None:
            place = (
                int.from_bytes(data, "little") if len(data) == 4 else int(data.strip(b" \0") or 0)
            )
            found = memo[place] if place else None
            if found is None:
                return None
            return text(found) if isinstance(found, bytes) else str(found)

        special: dict[str, Read] = {
            **dict.fromkeys("CV", text),
            **dict.fromkeys("MGP", memo_text),
            "I": lambda data: str(int.from_bytes(data, "little", signed=True)),
            "+": lambda data: str(int.from_bytes(data, "big", signed=True)),
            "Y": lambda data: str(Decimal(int.from_bytes(data, "little", signed=True)) / 10_000),
            "T": _moment,
            "@": _moment,
        }
        if field.type == "B" and self._dbf.header.dbversion in (0x30, 0x31, 0x32):
            return lambda data: repr(struct.unpack("<d", data)[0])
        if field.type == "B":
            return memo_text
        return special.get(field.type, _plain)


def _plain(data: bytes) -> str | None:
    """A number, date or truth value as it stands; blanks say nothing."""
    found = data.strip(b" \0").decode("latin-1")
    return found if found not in ("", "?") else None


def _moment(data: bytes) -> str | None:
    """FoxPro's date and time: a Julian day and the milliseconds of the day."""
    day, milliseconds = struct.unpack("<ii", data)
    if not day:
        return None
    try:
        moment = datetime.datetime.fromordinal(day - _JULIAN)  # the file has no zone
    except (ValueError, OverflowError):
        return f"{day} {milliseconds}"
    return (moment + datetime.timedelta(milliseconds=milliseconds)).isoformat(" ")


def _type(field: Any) -> str:
    digits = f", {field.decimal_count}" if field.type in "NF" else ""
    return f"{field.type}({field.length}{digits})"


class _NoMemo:
    """A memo file that is not there."""

    def __enter__(self) -> _NoMemo:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def __getitem__(self, place: int) -> None:
        """Nothing is there."""
