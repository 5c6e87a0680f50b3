"""A report as a Word document."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from luodi.evidence.catalogue import say
from luodi.reporting.model import (
    Align,
    Block,
    Conclusion,
    Heading,
    KeyFigures,
    Paragraph,
    Report,
    Signatures,
    Table,
    shown,
)
from luodi.reporting.style import foot, head, style, word

_ALIGN = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
}
_WIDTH = 17.4
"""Centimetres between the margins of A4."""


def docx(report: Report) -> bytes:
    """Write a report that people may still edit: headings, tables, head, foot and page numbers."""
    document = Document()
    _look(document)
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    _running(section.header.paragraphs[0], head(report))
    _foot(section.footer.paragraphs[0], report)
    _text(document.add_paragraph(), report.title, size=19, bold=True, colour=style().dark)
    if report.subtitle:
        _text(document.add_paragraph(), report.subtitle, size=10.5, colour=style().muted)
    for block in report.blocks:
        _write(document, block, report)
    document.core_properties.title = report.title
    document.core_properties.author = "Luodi"
    document.core_properties.created = report.printed.replace(tzinfo=None)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _write(document: Any, block: Block, report: Report) -> None:
    look = style()
    match block:
        case Heading():
            document.add_heading(block.text, block.level)
        case Paragraph():
            paragraph = document.add_paragraph()
            size = 8.5 if block.muted else 10
            _text(paragraph, block.text, size=size, colour=look.muted if block.muted else None)
        case Conclusion():
            table = document.add_table(rows=1, cols=2, style="Table Grid")
            mark = look.colour(block.verdict)
            _cell(table.cell(0, 0), block.word, size=12, bold=True, colour=mark)
            _cell(table.cell(0, 1), block.text)
            _widths(table, (1.0, 4.0))
            document.add_paragraph()
        case KeyFigures():
            _figures(document, block)
        case Table():
            _table(document, block)
        case Signatures():
            _signatures(document, block, report)


def _figures(document: Any, block: KeyFigures) -> None:
    look, across = style(), min(4, len(block.figures))
    table = document.add_table(rows=-(-len(block.figures) // across), cols=across)
    for number, figure in enumerate(block.figures):
        cell = table.cell(number // across, number % across)
        _fill(cell, look.pale)
        _cell(cell, figure.label, size=8, colour=look.muted)
        colour = look.colour(figure.state) if figure.state else look.dark
        _text(cell.add_paragraph(), figure.value, size=14, bold=True, colour=colour)
    document.add_paragraph()


def _table(document: Any, block: Table) -> None:
    look = style()
    if block.title:
        _text(document.add_paragraph(), block.title, bold=True, colour=look.accent)
    if not block.rows:
        _text(document.add_paragraph(), block.empty, colour=look.muted)
        return
    table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        _cell(cell, column.title, size=8.5, bold=True, colour="FFFFFF", align=column.align)
        _fill(cell, look.dark)
    _repeated(table.rows[0])
    for number, row in enumerate(block.rows):
        mark = block.marks.get(number)
        strong = mark is not None or (block.total and number == len(block.rows) - 1)
        cells = table.add_row().cells
        for cell, column, value in zip(cells, block.columns, row, strict=True):
            colour = look.colour(mark) if mark else None
            _cell(cell, shown(value), size=8.5, bold=strong, colour=colour, align=column.align)
            if number % 2:
                _fill(cell, look.pale)
    _widths(table, tuple(column.share for column in block.columns))
    document.add_paragraph()


def _signatures(document: Any, block: Signatures, report: Report) -> None:
    titles = ("seat", "statement", "signature", "date")
    table = document.add_table(rows=1, cols=4, style="Table Grid")
    for cell, title in zip(table.rows[0].cells, titles, strict=True):
        _cell(cell, word(title, report.lang), bold=True)
        _fill(cell, style().pale)
    for seat in block.seats:
        row = table.add_row()
        row.height = Cm(1.3)
        _whole(row)
        _cell(row.cells[0], seat.title)
        _cell(row.cells[1], seat.statement, size=9)
    _widths(table, (2.0, 4.0, 3.0, 2.0))


# --- what Word needs to be told -------------------------------------------------------------------


def _look(document: Any) -> None:
    look = style()
    for name in ("Normal", "Heading 1", "Heading 2"):
        font = document.styles[name].font
        font.name = look.word_latin
        properties = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            properties.attrib.pop(qn(f"w:{theme}"), None)
        properties.set(qn("w:eastAsia"), look.word_chinese)
        if name != "Normal":
            font.color.rgb = RGBColor.from_string(look.dark)
            font.size = Pt(13 if name == "Heading 1" else 11)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)


def _text(
    paragraph: Any,
    text: str,
    *,
    size: float = 10,
    bold: bool = False,
    colour: str | None = None,
) -> None:
    run = paragraph.add_run(_printable(text))
    run.font.size, run.bold = Pt(size), bold
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _printable(text: str) -> str:
    """XML has no control characters; a value may."""
    return "".join(c if c >= " " or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _cell(
    cell: Any, text: str, *, align: Align = Align.LEFT, size: float = 10, **more: Any
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = _ALIGN[align]
    paragraph.paragraph_format.space_after = Pt(1)
    _text(paragraph, text, size=size, **more)


def _fill(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeated(row: Any) -> None:
    """Head of the table on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _whole(row: Any) -> None:
    """A row that is to be signed does not break across pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _widths(table: Any, shares: tuple[float, ...]) -> None:
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        width = Cm(_WIDTH * share / sum(shares))
        for cell in column.cells:
            cell.width = width


def _running(paragraph: Any, text: str) -> None:
    _text(paragraph, text, size=8, colour=style().muted)


def _foot(paragraph: Any, report: Report) -> None:
    _running(paragraph, foot(report) + "    ")
    marks = {"page": "\0page\0", "pages": "\0pages\0"}
    for part in say("reporting.page", marks, report.lang).split("\0"):
        if part in marks:
            _field(paragraph, "PAGE" if part == "page" else "NUMPAGES")
        else:
            _running(paragraph, part)


def _field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(8)
    for kind in ("begin", None, "end"):
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = code
            run._r.append(text)
            continue
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
