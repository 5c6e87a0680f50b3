"""Out to Excel: the rows that fit, the columns that are seen, and nobody's text as a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from luodi.workbench.core.pages.columns import Column

ROWS = 100_000
"""Rows that one workbook takes; more are narrowed by filters first."""
CELL = 32_767
"""Signs of a cell: Excel's own limit."""
CHUNK = 1_000
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported(records: QuerySet[Any], columns: Sequence[Column]) -> bytes:
    """Write records to a workbook, the first `ROWS` of them, in their order."""
    titles = [column.heading(records.model) for column in columns]
    lines = (
        [column.cell(record) for column in columns]
        for record in records[:ROWS].iterator(chunk_size=CHUNK)
    )
    return workbook(titles, lines)


def workbook(titles: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Write a workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Luodi")
    assert isinstance(sheet, WriteOnlyWorksheet)
    sheet.freeze_panes = "A2"
    dimensions: Any = sheet.column_dimensions  # type: ignore[attr-defined]  # which has them
    for number, title in enumerate(titles, 1):
        width = max(12, min(40, 2 * len(title) + 4))
        dimensions[get_column_letter(number)].width = width
    sheet.append([_heading(sheet, title) for title in titles])
    cell = _writer(sheet)
    for line in lines:
        sheet.append([cell(value) for value in line])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def sent(file: bytes, name: str) -> HttpResponse:
    """Send a workbook under a name that every browser and disk takes."""
    plain = "".join(sign for sign in name if sign.isalnum() or sign in "-_ ·").strip() or "luodi"
    response = HttpResponse(file, content_type=TYPE)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"luodi.xlsx\"; filename*=UTF-8''{quote(plain)}.xlsx"
    )
    return response


def _heading(sheet: WriteOnlyWorksheet, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=title)
    cell.font = Font(bold=True)
    return cell


def _writer(sheet: WriteOnlyWorksheet) -> Callable[[object], object]:
    """Make cells; a text stays a text, whatever it begins with (CWE-1236)."""

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL]
        if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
            return text
        made = WriteOnlyCell(sheet, value="")
        made._value, made.data_type = text, "s"  # type: ignore[attr-defined]  # not as a formula
        made.quotePrefix = True  # and not as one when it is edited, either
        return made

    return cell
