"""A report as a workbook: an overview, and a sheet for every table."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from luodi.reporting.cells import put_text
from luodi.reporting.model import (
    Align,
    Block,
    Cell,
    Conclusion,
    Heading,
    KeyFigures,
    Paragraph,
    Report,
    Signatures,
    Table,
)
from luodi.reporting.style import foot, head, style, word

EXACT = 15
"""Digits that Excel keeps of a number; a longer one is written as text."""
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")


def xlsx(report: Report) -> bytes:
    """Write a workbook whose numbers are numbers, ready to be filtered and summed."""
    book = Workbook()
    overview = book.active
    assert overview is not None
    overview.title = word("overview", report.lang)
    _overview(overview, report)
    taken = {overview.title}
    heading = ""
    for block in report.blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Table) and block.rows:
            _sheet(book, block, _title(block.title or heading, taken))
    for sheet in book.worksheets:
        _printed(sheet, report)
    book.properties.title, book.properties.creator = report.title, "Luodi"
    book.properties.created = report.printed.replace(tzinfo=None)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _overview(sheet: Any, report: Report) -> None:
    look = style()
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 60
    sheet.column_dimensions["C"].width = 24
    sheet.column_dimensions["D"].width = 16
    _put(sheet, 1, 1, report.title, Font(size=16, bold=True, color=look.dark))
    _put(sheet, 2, 1, report.subtitle or head(report), Font(color=look.muted))
    row = 4
    for block in report.blocks:
        row = _line(sheet, row, block, report)
    _put(sheet, row + 1, 1, foot(report), Font(size=8, color=look.muted))


def _line(sheet: Any, row: int, block: Block, report: Report) -> int:
    """Write what is not a table onto the overview; return the next free row."""
    look = style()
    match block:
        case Conclusion():
            colour = look.colour(block.verdict)
            _put(sheet, row, 1, block.word, Font(size=12, bold=True, color=colour))
            _put(sheet, row, 2, block.text, None, wrap=True)
            return row + 2
        case KeyFigures():
            for figure in block.figures:
                colour = look.colour(figure.state) if figure.state else look.dark
                _put(sheet, row, 1, figure.label, Font(color=look.muted))
                _put(sheet, row, 2, figure.value, Font(bold=True, color=colour))
                row += 1
            return row + 1
        case Heading():
            _put(sheet, row, 1, block.text, Font(size=12, bold=True, color=look.dark))
            return row + 1
        case Paragraph():
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
            _put(sheet, row, 1, block.text, Font(color=look.muted), wrap=True)
            sheet.row_dimensions[row].height = 15 * (1 + len(block.text) // 60)
            return row + 1
        case Signatures():
            return _signatures(sheet, row, block, report)
        case Table():
            if not block.rows:
                _put(sheet, row, 1, block.title, Font(color=look.muted))
                _put(sheet, row, 2, block.empty, Font(color=look.muted))
                return row + 1
            return row


def _signatures(sheet: Any, row: int, block: Signatures, report: Report) -> int:
    edge = Side(style="thin", color=style().line)
    frame = Border(left=edge, right=edge, top=edge, bottom=edge)
    titles = [word(name, report.lang) for name in ("seat", "statement", "signature", "date")]
    lines = [titles, *([seat.title, seat.statement, "", ""] for seat in block.seats)]
    for number, line in enumerate(lines):
        for column, value in enumerate(line, 1):
            _put(sheet, row, column, value, Font(bold=number == 0), wrap=True)
            sheet.cell(row, column).border = frame
        sheet.row_dimensions[row].height = 18 if number == 0 else 34
        row += 1
    return row + 1


def _sheet(book: Workbook, block: Table, title: str) -> None:
    look, sheet = style(), book.create_sheet(title)
    for number, column in enumerate(block.columns, 1):
        _put(sheet, 1, number, column.title, Font(bold=True, color="FFFFFF"), column.align)
        sheet.cell(1, number).fill = PatternFill("solid", fgColor=look.dark)
        longest = max(_width(column.title), *(_width(row[number - 1]) for row in block.rows))
        sheet.column_dimensions[get_column_letter(number)].width = min(60, longest + 3)
    for number, row in enumerate(block.rows):
        mark = block.marks.get(number)
        last = block.total and number == len(block.rows) - 1
        font = Font(bold=bool(mark) or last, color=look.colour(mark) if mark else None)
        for place, (column, value) in enumerate(zip(block.columns, row, strict=True), 1):
            _put(sheet, number + 2, place, value, font, column.align)
    sheet.freeze_panes = "A2"
    last_column = get_column_letter(len(block.columns))
    sheet.auto_filter.ref = f"A1:{last_column}{len(block.rows) + 1 - int(block.total)}"


def _put(
    sheet: Any,
    row: int,
    column: int,
    value: Cell,
    font: Font | None,
    align: Align = Align.LEFT,
    *,
    wrap: bool = False,
) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, str) or (value is not None and _digits(value) > EXACT):
        put_text(cell, str(value))
    elif value is not None:
        cell.value = value
        exponent = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
        cell.number_format = "#,##0" + ("." + "0" * exponent if exponent > 0 else "")
    if font is not None:
        cell.font = font
    cell.alignment = Alignment(horizontal=align.value, vertical="center", wrap_text=wrap)


def _digits(value: int | Decimal) -> int:
    return len(str(abs(value)).replace(".", "").lstrip("0"))


def _width(value: Cell) -> int:
    """Columns that a value takes: a Chinese character takes two."""
    text = "" if value is None else str(value)
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _title(text: str, taken: set[str]) -> str:
    """A name that Excel accepts for a sheet, and that no other sheet has."""
    plain = _NO_TITLE.sub(" ", text).strip("' ")[:28] or "-"
    name, number = plain, 1
    while name.lower() in {other.lower() for other in taken}:
        number += 1
        name = f"{plain[:26]} {number}"
    taken.add(name)
    return name


def _printed(sheet: Any, report: Report) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1" if sheet.freeze_panes else None
    sheet.oddHeader.left.text = head(report).replace("&", "&&")
    sheet.oddFooter.left.text = foot(report).replace("&", "&&")[:200]
    sheet.oddFooter.right.text = "&P / &N"
