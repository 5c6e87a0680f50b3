"""A Word document that people may go on with."""

from io import BytesIO

import docx as reader
import msgspec

from luodi.reporting.model import Paragraph, Report
from luodi.reporting.word import docx


def test_it_works(report: Report) -> None:
    document = reader.Document(BytesIO(docx(report)))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "迁移对账报告" in texts
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == ["每张表的去向"]
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["=BRXX", "212,000", "211,998", "1,234.50"] in cells
    assert ["财务科", "预交金、未结费用、就诊卡余额对平到分", "", ""] in cells


def test_head_and_foot_are_on_every_page(report: Report) -> None:
    section = reader.Document(BytesIO(docx(report))).sections[0]
    assert "东江市第一人民医院" in section.header.paragraphs[0].text
    foot = section.footer.paragraphs[0]
    assert "vendor-1:42" in foot.text
    assert "NUMPAGES" in foot._p.xml


def test_control_characters_do_not_break_the_file(report: Report) -> None:
    odd = msgspec.structs.replace(report, blocks=(Paragraph(text="a\x00b\x0cc"),))
    texts = [p.text for p in reader.Document(BytesIO(docx(odd))).paragraphs]
    assert "a\ufffdb\ufffdc" in texts
