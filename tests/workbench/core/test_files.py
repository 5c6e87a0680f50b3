import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.workbench.core import files
from luodi.workbench.core.files import keep, path_of, safe_name
from luodi.workbench.core.models import Audience, StoredFile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\n%%EOF\n"


def upload(name: str, data: bytes = PDF) -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", data)
    file._name = name  # as a foreign client would send it, not as Django would clean it
    return file


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def refusal(project, by, name: str, data: bytes = PDF) -> WrongUse:
    with pytest.raises(WrongUse) as caught:
        keep(project, upload(name, data), by)
    assert caught.value.next_step("zh")
    assert not StoredFile.objects.exists()
    return caught.value


def test_it_works(project, engineer, signed_in):
    file = keep(project, upload("培训签到表.pdf"), engineer)
    assert (file.name, file.kind, file.size) == ("培训签到表.pdf", "pdf", len(PDF))
    assert file.digest == digest_bytes(PDF)
    assert path_of(file).read_bytes() == PDF
    answer = signed_in(engineer).get(f"/p/{project.code}/files/{file.pk}/")
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n0000"),
        ("a.JPEG", b"\xff\xd8\xff\xe0"),
        ("a.xlsx", workbook()),
        ("清单.csv", "编号,姓名\n1,某\n".encode("gb18030")),
        ("a.txt", "说明".encode()),
    ],
)
def test_kinds_that_are_taken(project, engineer, name, data):
    assert keep(project, upload(name, data), engineer).size == len(data)


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a", "a.pdf.js", ".pdf"])
def test_other_kinds_are_not(project, engineer, name):
    assert refusal(project, engineer, name).code == "workbench.core.file_unknown"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"MZ\x90\0"),
        ("a.pdf", b"<html><script>"),
        ("a.png", PDF),
        ("a.xlsx", b"PK\x03\x04nothing"),
        ("a.docx", workbook()),
        ("a.csv", b"a\0b"),
    ],
)
def test_a_name_that_lies(project, engineer, name, data):
    assert refusal(project, engineer, name, data).code == "workbench.core.file_lies"


def test_nothing_and_too_much(project, engineer, monkeypatch):
    assert refusal(project, engineer, "a.pdf", b"").code == "workbench.core.file_empty"
    monkeypatch.setattr(files, "LARGEST", 10)
    assert refusal(project, engineer, "a.pdf").code == "workbench.core.file_too_large"


def test_a_bomb(project, engineer):
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"0" * 30_000_000)
    assert refusal(project, engineer, "a.xlsx", out.getvalue()).code == "workbench.core.file_bomb"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\扫描 件.pdf", "扫描 件.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ('a"<b>|?*.pdf', "a__b____.pdf"),
        ("\0\r\n.pdf", "pdf"),
        ("名" * 300 + ".pdf", "名" * 90 + ".pdf"),
    ],
)
def test_names_are_made_safe(sent, kept):
    assert safe_name(sent) == kept


def test_a_file_is_given_by_permission(project, engineer, finance, outsider, signed_in):
    file = keep(project, upload("报价.pdf"), engineer, Audience.VENDOR)
    address = f"/p/{project.code}/files/{file.pk}/"
    assert signed_in(engineer).get(address).status_code == 200
    assert signed_in(finance).get(address).status_code == 404
    assert signed_in(outsider).get(address).status_code == 404


def test_a_third_party_gets_no_shared_file_that_is_not_its_own(
    project, engineer, third_party, signed_in
):
    file = keep(project, upload("会议纪要.pdf"), engineer)
    assert signed_in(third_party).get(f"/p/{project.code}/files/{file.pk}/").status_code == 404


def test_a_file_that_is_gone_says_so(project, engineer):
    file = keep(project, upload("a.pdf"), engineer)
    path_of(file).unlink()
    with pytest.raises(LuodiError) as caught:
        path_of(file)
    assert caught.value.code == "workbench.core.file_gone"
