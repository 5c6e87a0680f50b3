import zipfile
from io import BytesIO

import pytest
from openpyxl import load_workbook

from luodi.workbench.core.pages import excel


def read(data: bytes):
    return load_workbook(BytesIO(data)).active


def test_it_works():
    sheet = read(excel.workbook(["名称", "数"], [["药房", 12], [None, 1.5]]))
    assert list(sheet.iter_rows(values_only=True)) == [("名称", "数"), ("药房", 12), (None, 1.5)]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_no_text_becomes_a_formula(text):
    data = excel.workbook(["a"], [[text]])
    cell = read(data)["A2"]
    assert cell.data_type == "s"
    assert cell.value.lstrip("\t\r\n") == text.lstrip("\t\r\n")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_what_excel_cannot_hold_is_left_out():
    cell = read(excel.workbook(["a"], [["\x00\x0b药房" + "x" * 40_000]]))["A2"]
    assert cell.value.startswith("药房x")
    assert len(cell.value) == excel.CELL - 2 or len(cell.value) == excel.CELL


@pytest.mark.parametrize("name", ['a"; x=y', "../../etc", "项目\r\nSet-Cookie: x", "", "<b>"])
def test_a_hostile_name_stays_one_header(name):
    header = excel.sent(b"", name).headers["Content-Disposition"]
    assert "\r" not in header
    assert "/" not in header
    assert header.count('"') == 2
