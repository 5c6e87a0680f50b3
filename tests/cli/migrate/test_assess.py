"""``luodi migrate assess`` and the rows it leads to."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

ROWS = """id,name,sex,birth_date,id_card
1,张三,男,1949-12-31,11010519491231002X
2,李四 ,女,1985-12-31,110105198512310021
3,,男,2099-01-01,123
"""


@pytest.fixture
def extracted(luodi, project):
    Path("export").mkdir()
    Path("export/patient.csv").write_text(ROWS, encoding="utf-8")
    systems = 'format = 1\n[[source]]\nid = "old_his"\nurl = "export"\n'
    Path("systems.toml").write_text(systems, encoding="utf-8")
    assert luodi("migrate", "connect", "old_his").code == 0
    assert luodi("migrate", "extract", "old_his").code == 0


def result(ran):
    return json.loads(ran.out)["result"]


def test_it_works(luodi, extracted):
    ran = luodi("migrate", "assess", "old_his", "--json")
    said = result(ran)
    assert ran.code == 1
    found = {line["rule"]: line for line in said["found"]}
    assert found["id_card.check_digit"]["offending"] == 1
    assert found["id_card.length"]["offending"] == 1
    assert found["birth.future"]["offending"] == 1
    assert found["text.outer_space"]["column"] == "name"
    assert (said["verdict"], said["off"], said["past"], said["export"]) == ("fail", [], [], None)
    assert 0 < float(said["score"]) < 100


def test_for_a_person(luodi, extracted):
    ran = luodi("migrate", "assess", "old_his")
    assert "得分" in ran.out
    assert "身份证号校验码不对" in ran.out
    assert "patient.id_card" in ran.out
    again = luodi("migrate", "assess", "old_his", "--lang", "en")
    assert "+0.00 against the last run" in again.out
    for text in (ran.out, again.out):
        for value in ("张三", "李四", "11010519491231002X"):
            assert value not in text


def test_the_evidence_has_the_score_and_no_value(luodi, extracted):
    said = result(luodi("migrate", "assess", "old_his", "--json"))
    ledger = "".join(p.read_text("utf-8") for p in Path("evidence").glob("*.jsonl"))
    record = json.loads([line for line in ledger.splitlines() if '"assess"' in line][-1])
    figures = {figure["name"]: figure["value"] for figure in record["figures"]}
    assert str(figures["score"]) == str(said["score"])
    assert record["subject"] == "source:old_his"
    assert "张三" not in ledger
    assert "11010519491231002X" not in ledger


def test_rows_go_into_the_vault_and_out_again(luodi, extracted, tmp_path):
    ran = luodi("migrate", "assess", "old_his", "--export", "问题行.xlsx")
    assert "luodi vault get 问题行.xlsx" in ran.out
    path = tmp_path / "out.xlsx"
    taken = luodi("vault", "get", "问题行.xlsx", "--to", str(path))
    assert taken.code == 0
    assert "不再加密" in taken.out
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    assert "李四 " in {cell.value for row in book["行"] for cell in row}
    ledger = "".join(p.read_text("utf-8") for p in Path("evidence").glob("*.jsonl"))
    assert '"vault-get"' in ledger


def test_a_rule_switched_off_in_quality_toml(luodi, extracted):
    text = 'format = 1\n[[off]]\nrule = "birth.future"\nreason = "老系统的空值写法"\n'
    Path("quality.toml").write_text(text, encoding="utf-8")
    said = result(luodi("migrate", "assess", "old_his", "--json"))
    assert "birth.future" not in {line["rule"] for line in said["found"]}
    assert said["off"][0]["reason"] == "老系统的空值写法"


def test_a_broken_quality_toml(luodi, extracted):
    Path("quality.toml").write_text('format = 1\n[[off]]\nrule = "x"\nreason = "y"\n', "utf-8")
    ran = luodi("migrate", "assess", "old_his")
    assert ran.code == 2
    assert "quality.toml" in ran.err


def test_straight_on_a_file(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("patient.csv").write_text(ROWS, encoding="utf-8")
    said = result(luodi("migrate", "assess", "patient.csv", "--json"))
    assert "id_card.check_digit" in {line["rule"] for line in said["found"]}
    assert [p.name for p in tmp_path.iterdir()] == ["patient.csv"]


def test_an_export_needs_a_vault(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("patient.csv").write_text(ROWS, encoding="utf-8")
    ran = luodi("migrate", "assess", "patient.csv", "--export", "x")
    assert ran.code == 2
    assert "保险库" in ran.err


def test_a_page_without_any_value(luodi, extracted):
    ran = luodi("migrate", "assess", "old_his", "--out", "报告", "--json")
    assert result(ran)["reports"] == ["assess-old_his.html"]
    html = Path("报告/assess-old_his.html").read_text("utf-8")
    assert "身份证号校验码不对" in html
    for value in ("张三", "李四", "11010519491231002X"):
        assert value not in html
    again = luodi("migrate", "assess", "old_his", "--out", "报告", "--lang", "en")
    assert "assess-old_his.html" in again.out
    assert "Data quality" in Path("报告/assess-old_his.html").read_text("utf-8")


def test_a_page_straight_on_a_file(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("patient.csv").write_text(ROWS, encoding="utf-8")
    assert luodi("migrate", "assess", "patient.csv", "--out", "out").code == 1
    assert [p.name for p in Path("out").iterdir()] == ["assess-patient.html"]
