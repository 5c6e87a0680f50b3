import struct
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.pages import workbook


def upload(data: bytes, name: str = "名单.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def book(*lines: tuple) -> bytes:
    made, data = Workbook(), BytesIO()
    for line in lines:
        made.active.append(line)
    made.save(data)
    return data.getvalue()


def packed(**parts: bytes) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<workbook/>",
            **parts,
        }.items():
            archive.writestr(name, content)
    return data.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(WrongUse) as caught:
        workbook.read(upload(data))
    return caught.value.code.rpartition(".")[2]


def test_it_works():
    sheet = workbook.read(
        upload(book(("名称", "数"), ("药房", 12.0), (None, None), ("收费处", 1.5)))
    )
    assert sheet.headings == ("名称", "数")
    assert sheet.lines == ((2, ("药房", "12")), (4, ("收费处", "1.5")))


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" * 99])
def test_what_is_no_workbook_is_refused(data):
    assert refusal(data) == "not_xlsx"


def test_another_zip_is_refused():
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refusal(data.getvalue()) == "not_xlsx"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "xl\\..\\x", "C:/x"])
def test_a_path_that_leads_out_is_refused(name):
    assert refusal(packed(**{name: b"x"})) == "not_xlsx"


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "UNPACKED", 3_000_000)
    assert refusal(packed(**{"xl/worksheets/sheet1.xml": b"0" * 5_000_000})) == "bomb"


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "UNPACKED", 3_000_000)
    data = packed(**{"xl/worksheets/sheet1.xml": b"0" * 5_000_000})
    lying = data.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))
    assert lying != data
    assert refusal(lying) == "not_xlsx"


def test_a_sheet_that_claims_a_million_rows_is_read_quickly():
    made, data = Workbook(), BytesIO()
    made.active["A1"], made.active["A2"], made.active["XFD1048576"] = "名称", "药房", "x"
    made.save(data)
    assert workbook.read(upload(data.getvalue())).lines[0][1][0] == "药房"


def test_too_large_a_file_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(workbook, "SIZE", 10)
    assert refusal(book(("a",), ("b",))) == "too_big"


def test_a_workbook_without_rows_is_refused():
    assert refusal(book(("名称",))) == "no_rows"


def test_more_rows_than_are_taken_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 2)
    assert refusal(book(("a",), ("b",), ("c",), ("d",))) == "too_many_rows"


def test_entities_are_not_blown_up():
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><workbook>&l9;</workbook>'.encode()
    assert refusal(packed(**{"xl/workbook.xml": bomb})) == "not_xlsx"
