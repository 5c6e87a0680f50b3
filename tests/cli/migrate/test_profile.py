"""``luodi migrate profile``: to the terminal, into a folder, into the vault."""

import json
from pathlib import Path

import openpyxl
import pytest

ROWS = """id,name,sex,id_card,city
1,张三丰,男,11010519491231002X,沈阳
2,李小龙,女,110105198512310021,沈阳
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
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["result"]


def nobody(text):
    return not any(value in text for value in ("张三丰", "李小龙", "11010519491231002X"))


def test_it_works(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("patient.csv").write_text(ROWS, encoding="utf-8")
    ran = luodi("migrate", "profile", "patient.csv", "--json")
    (table,) = result(ran)["tables"]
    meanings = {c["name"]: c["guesses"][0]["meaning"] for c in table["columns"] if c["guesses"]}
    assert meanings["id_card"] == "id_card"
    assert meanings["name"] == "person_name"
    card = next(c for c in table["columns"] if c["name"] == "id_card")
    assert (card["distinct"], card["personal"], card["top"]) == (2, True, [])
    assert [shape["value"] for shape in card["shapes"]] == ["9{17}A", "9{18}"]
    assert nobody(ran.out)
    assert [p.name for p in tmp_path.iterdir()] == ["patient.csv"]


def test_for_a_person(luodi, extracted):
    ran = luodi("migrate", "profile", "old_his")
    assert ran.code == 0
    assert "居民身份证号" in ran.out
    assert nobody(ran.out)
    assert "resident identity number" in luodi("migrate", "profile", "old_his", "--lang", "en").out


def test_public_reports_go_into_a_folder(luodi, extracted, tmp_path):
    out = tmp_path / "报告"
    said = result(luodi("migrate", "profile", "old_his", "--out", str(out), "--json"))
    names = [f"profile-old_his.{ending}" for ending in ("html", "xlsx", "json")]
    assert sorted(p.name for p in out.iterdir()) == sorted(names)
    assert set(names) < set(said["reports"])
    page = (out / names[0]).read_text(encoding="utf-8")
    assert nobody(page)
    assert nobody((out / names[2]).read_text(encoding="utf-8"))
    assert "<script" not in page
    assert "http" not in page
    book = openpyxl.load_workbook(out / names[1])
    assert nobody(str([[c.value for c in row] for sheet in book for row in sheet]))


def test_private_reports_go_into_the_vault(luodi, extracted, tmp_path):
    said = result(luodi("migrate", "profile", "old_his", "--json"))
    assert "profile-old_his-private.html" in said["reports"]
    path = tmp_path / "private.html"
    assert luodi("vault", "get", "profile-old_his-private.html", "--to", str(path)).code == 0
    assert "张三丰" in path.read_text(encoding="utf-8")


def test_a_second_profile_replaces_the_first(luodi, extracted):
    assert luodi("migrate", "profile", "old_his").code == 0
    assert luodi("migrate", "profile", "old_his").code == 0


def test_the_evidence_names_the_private_reports(luodi, extracted):
    assert luodi("migrate", "profile", "old_his").code == 0
    ledger = "".join(p.read_text("utf-8") for p in Path("evidence").glob("*.jsonl"))
    record = json.loads([line for line in ledger.splitlines() if '"profile"' in line][-1])
    assert all(artefact["private"] for artefact in record["artefacts"])
    assert nobody(ledger)


def test_a_table_that_is_not_there(luodi, extracted):
    ran = luodi("migrate", "profile", "old_his", "--table", "nobody")
    assert ran.code == 2
    assert "nobody" in ran.err


def test_lines_that_are_no_rows_are_told(luodi, tmp_path):
    """Straight on a file nobody extracts first: what profiling left out is said by it."""
    (tmp_path / "x.csv").write_bytes(b'ID,NAME\n1,"a\n\0,b\n')
    ran = luodi("migrate", "profile", str(tmp_path / "x.csv"), "--json")
    assert ran.code == 1
    said = {one["code"]: one["params"] for one in json.loads(ran.out)["result"]["findings"]}
    assert said["migration.line_quote"] == {"table": "x", "lines": "2"}
    assert said["migration.text_nul"]["ordinals"] == "1"
