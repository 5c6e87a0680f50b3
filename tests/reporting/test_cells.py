"""Text in cells, read by another reader than the one that wrote it."""

import io

import openpyxl
import pytest
import python_calamine

from luodi.reporting.cells import LONGEST_CELL, put_text


def read(*texts):
    book = openpyxl.Workbook()
    for number, text in enumerate(texts, 1):
        put_text(book.active.cell(number, 1), text)
    out = io.BytesIO()
    book.save(out)
    sheet = python_calamine.load_workbook(io.BytesIO(out.getvalue())).get_sheet_by_index(0)
    return [row[0] for row in sheet.to_python(skip_empty_area=False)]


@pytest.mark.parametrize(
    "text",
    [
        *("阿莫西林", "=1+1", "+1", "@x", "007", "1e5", "2024-01-31", " 空格 ", "　", "a\nb", "\t"),
        *("_x000D_", "_x005F_", "_x000d_x000a_", "_x00_", "𠮷", "TRUE", "#REF!"),
    ],
)
def test_it_works(text):
    assert read(text) == [text]


def test_what_no_workbook_holds():
    assert read("甲\x00乙\x1f") == ["甲\ufffd乙\ufffd"]
    assert read("长" * (LONGEST_CELL + 9)) == ["长" * LONGEST_CELL]
