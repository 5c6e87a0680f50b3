"""A PDF that a hospital can sign."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from luodi.evidence.errors import LuodiError
from luodi.reporting.model import Heading, Paragraph, Report
from luodi.reporting.pdf import pdf

pytestmark = pytest.mark.needs("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def read(data: bytes, folder: Path) -> list[str]:
    (folder / "r.pdf").write_bytes(data)
    run = ["pdftotext", "-layout", str(folder / "r.pdf"), "-"]
    return subprocess.run(run, capture_output=True, check=True, text=True).stdout.split("\f")[:-1]


@pytest.mark.needs("pdftotext")
def test_it_works(report: Report, tmp_path: Path) -> None:
    (page,) = read(pdf(report), tmp_path)
    for text in ("迁移对账报告", "=BRXX", "212,000", "1,234.50", "财务科", "签名"):
        assert text in page


@pytest.mark.needs("pdftotext")
def test_every_page_says_whose_it_is_and_what_it_rests_on(report: Report, tmp_path: Path) -> None:
    lines = tuple(Paragraph(text=f"第 {number} 段") for number in range(90))
    pages = read(pdf(msgspec.structs.replace(report, blocks=lines)), tmp_path)
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "东江市第一人民医院" in page
        assert "vendor-1:42" in page
        assert f"第 {number} 页，共 {len(pages)} 页" in page


def test_the_same_report_is_the_same_file(report: Report) -> None:
    assert pdf(report) == pdf(report)


def test_markup_in_a_value_is_text(report: Report) -> None:
    tricky = Heading(text='#panic("x") *$ \\ <a> @b // `')
    assert pdf(msgspec.structs.replace(report, blocks=(tricky,))).startswith(b"%PDF")


def test_a_character_no_font_has_is_named(report: Report) -> None:
    rare = Paragraph(text="王\U000f1234")
    with pytest.raises(LuodiError) as refused:
        pdf(msgspec.structs.replace(report, blocks=(rare,)))
    assert refused.value.code == "reporting.glyph_missing"
    assert "U+F1234" in str(refused.value.params["characters"])
