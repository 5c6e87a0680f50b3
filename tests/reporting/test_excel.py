"""A workbook whose numbers are numbers."""

from decimal import Decimal
from io import BytesIO

import msgspec
from openpyxl import load_workbook

from luodi.reporting.excel import xlsx
from luodi.reporting.model import Column, Report, Table


def test_it_works(report: Report) -> None:
    book = load_workbook(BytesIO(xlsx(report)))
    assert book.sheetnames == ["概览", "各表去向"]
    rows = list(book["各表去向"].values)
    assert rows[0] == ("表", "源", "已入", "金额")
    assert rows[1] == ("=BRXX", 212_000, 211_998, 1234.5)
    assert book["各表去向"]["A2"].data_type == "s"
    assert "财务科" in [cell for (cell, *_) in book["概览"].values]


def test_digits_that_excel_would_lose_stay_text(report: Report) -> None:
    table = Table(
        title="校验和 [1]",
        columns=(Column(title="x"),),
        rows=((12345678901234567890,), (Decimal("1.10"),)),
    )
    book = load_workbook(BytesIO(xlsx(msgspec.structs.replace(report, blocks=(table, table)))))
    assert book.sheetnames[1:] == ["校验和  1", "校验和  1 2"]
    sheet = book.worksheets[1]
    assert sheet["A2"].value == "12345678901234567890"
    assert sheet["A3"].number_format == "#,##0.00"
