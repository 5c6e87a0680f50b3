"""Excel workbooks, xls and xlsx: every sheet a table, every value the text that a person sees."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import python_calamine

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding, Severity
from luodi.migration.model import Column
from luodi.migration.source.files import Files, Part, text_columns
from luodi.migration.source.model import Rows, Value

BATCH = 20_000
_SURE = 10**15
"""Whole numbers from here on Excel has rounded: it keeps fifteen digits."""
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_UNCOUNTED = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_ERROR = re.compile(rb"<c [^>]*\bt=\"e\"")
_READ = 1 << 20
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


class ExcelFiles(Files):
    """One workbook, or all of a folder."""

    endings = (".xls", ".xlsx", ".xlsm", ".xlsb")
    product = "Excel"

    def parts(self, path: Path, *, alone: bool) -> Mapping[str, Part]:
        """Name a sheet; where there are several workbooks, with its workbook's name before it."""
        try:
            book = python_calamine.load_workbook(str(path))
            sheets = {
                meta.name: Sheet(path, book.get_sheet_by_name(meta.name), meta)
                for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            }
        except python_calamine.PasswordError:
            raise LuodiError("migration.file_protected", {"path": str(path)}) from None
        except python_calamine.CalamineError as error:
            if (kind := _really(path)) is not None:
                raise LuodiError(f"migration.file_really_{kind}", {"path": str(path)}) from None
            params = {"path": str(path), "reason": type(error).__name__}
            raise LuodiError("migration.file_damaged", params) from None
        full = {name: sheet for name, sheet in sheets.items() if sheet.columns}
        if not full:
            raise LuodiError("migration.file_empty", {"path": str(path)})
        first = next(iter(full.values()))
        first.notices = tuple(_noticed(path))
        if alone:
            return full
        if len(full) == 1:
            return {path.stem: first}
        return {f"{path.stem}.{name}": sheet for name, sheet in full.items()}


class Sheet:
    """A sheet; its header is found below titles that span it."""

    def __init__(self, path: Path, sheet: Any, meta: Any) -> None:
        self.path = path
        self.notices: tuple[Finding, ...] = ()
        self._sheet = sheet
        self._name = meta.name
        self._hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
        names, self._begin = _header(sheet)
        self.columns: tuple[Column, ...] = text_columns(names, "cell")

    def read(self) -> Iterator[Rows]:
        """Read rows below the header; a row without any value is none."""
        rows: list[list[Value]] = []
        findings = list(self.notices)
        if self._hidden:
            findings.append(self._said("excel_hidden", Severity.WARN))
        if self._begin > 1:
            findings.append(self._said("excel_titles", Severity.INFO, self._begin - 1))
        long: Counter[int] = Counter()
        for number, cells in enumerate(self._sheet.iter_rows()):
            if number < self._begin:
                continue
            long.update(
                place
                for place, cell in enumerate(cells)
                if isinstance(cell, float) and abs(cell) >= _SURE
            )
            texts: list[Value] = list(map(_text, cells))
            if any(text is not None for text in texts):
                rows.append(texts)
            if len(rows) >= BATCH:
                yield Rows(tuple(zip(*rows, strict=True)), len(rows))
                rows = []
        for place, count in long.items():
            name = self.columns[place].name
            findings.append(self._said("excel_long_number", Severity.ERROR, count, column=name))
        if merged := self._merged():
            findings.append(self._said("excel_merged", Severity.WARN, merged))
        columns = tuple(zip(*rows, strict=True)) or ((),) * len(self.columns)
        yield Rows(columns, len(rows), None, (), tuple(findings))

    def _merged(self) -> int:
        """Count merged cells below the header: all but the first cell of each are empty."""
        begin = self._begin + (self._sheet.start or (0, 0))[0]
        return sum(first[0] >= begin for first, _ in self._sheet.merged_cell_ranges or ())

    def _said(self, name: str, severity: Severity, count: int = 1, **more: str) -> Finding:
        return Finding(
            code=f"migration.{name}",
            params={"table": self._name, **more},
            severity=severity,
            count=count,
        )


def _header(sheet: Any) -> tuple[list[str], int]:
    """Find the header: names, and the number of rows down to the first below it.

    A row with one value in a wider sheet is a title.  Where cells of the header are merged
    sideways, the row below names the columns that they span: 联系方式 over 电话 and 地址.
    """
    rows = sheet.iter_rows()
    left = (sheet.start or (0, 0))[1]
    for number, cells in enumerate(rows):
        filled = [cell for cell in cells if cell != ""]
        if not filled or (len(filled) == 1 and len(cells) > 1):
            continue
        merged = [m for m in sheet.merged_cell_ranges or () if m[0][0] == number]
        height = 1 + max((end[0] - begin[0] for begin, end in merged), default=0)
        names = [_text(cell) or "" for cell in cells]
        for begin, end in merged:
            if end[1] > begin[1]:
                span = slice(begin[1] - left, end[1] - left + 1)
                names[span] = [names[begin[1] - left]] * (end[1] - begin[1] + 1)
                height = max(height, 2)
        parts = [names]
        for _ in range(height - 1):
            parts.append([_text(cell) or "" for cell in next(rows, [""] * len(names))])
        return [
            "_".join(part.strip() for part in column if part.strip())
            for column in zip(*parts, strict=True)
        ], number + height
    return [], 0


def _text(cell: Any) -> str | None:
    """Write a cell: whole numbers without a point, dates as ISO 8601 does."""
    match cell:
        case "" | None:
            return None
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < 10**18:
            return str(int(cell))
        case float() | int():
            return repr(cell)
        case datetime.datetime():
            return cell.isoformat(" ")
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case datetime.timedelta():
            minutes, seconds = divmod(cell.total_seconds(), 60)
            return f"{int(minutes // 60):02}:{int(minutes % 60):02}:{seconds:02.0f}"
        case _:
            return str(cell)


def _really(path: Path) -> str | None:
    """Tell what systems export under the name of a workbook, and what Excel opens all the same."""
    with path.open("rb") as file:
        head = file.read(4096)
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begin.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        return "html"
    return "text" if head.strip() and not _BINARY.search(head) else None


def _noticed(path: Path) -> Iterator[Finding]:
    """Look for what the cells do not show: formulas never calculated, errors instead of values."""
    if not zipfile.is_zipfile(path):
        return
    uncounted = errors = 0
    with zipfile.ZipFile(path) as book:
        for name in filter(_SHEET.fullmatch, book.namelist()):
            with book.open(name) as sheet:
                rest = b""
                while data := sheet.read(_READ):
                    data = rest + data
                    end = data.rfind(b"</c>") + 4
                    uncounted += len(_UNCOUNTED.findall(data, 0, end))
                    errors += len(_ERROR.findall(data, 0, end))
                    rest = data[end:] if end > 3 else data
    for code, count in (("excel_formula", uncounted), ("excel_error", errors)):
        if count:
            yield Finding(
                code=f"migration.{code}",
                params={"table": path.name},
                severity=Severity.ERROR,
                count=count,
            )
