"""``luodi migrate suggest``: straight on files, saved, accepted."""

import json
from pathlib import Path

import pytest

PATIENTS = "BRID,BRXM,XB,CSRQ\n1,张三,1,1980-01-02\n2,李四,2,1990-03-04\n"
NEW = "patient_id,full_name,gender,birthday\n7,王五,1,1970-01-01\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("brxx.csv").write_text(PATIENTS, "utf-8")
    Path("patient.csv").write_text(NEW, "utf-8")


def test_it_works(luodi, files):
    ran = luodi("migrate", "suggest", "brxx.csv", "patient.csv")
    assert (ran.code, ran.err) == (0, "")
    for word in ("brxx.CSRQ", "patient.birthday", "出生日期"):
        assert word in ran.out
    assert "张三" not in ran.out


def test_for_a_program(luodi, files):
    said = json.loads(luodi("migrate", "suggest", "brxx.csv", "patient.csv", "--json").out)
    (table,) = said["result"]["tables"]
    first = table["columns"][0]
    assert (first["source_column"], first["target_column"]) == ("BRID", "patient_id")
    assert first["reasons"][0].keys() == {"code", "params", "text"}


def test_saved_decided_accepted(luodi, project):
    Path("brxx.csv").write_text(PATIENTS, "utf-8")
    Path("patient.csv").write_text(NEW, "utf-8")
    words = ["--source", "old", "--target", "new", "--table", "brxx=patient"]
    luodi("migrate", "map", "new", "patients", *words)
    ran = luodi("migrate", "suggest", "brxx.csv", "patient.csv", "--save", "建议.tsv")
    assert (ran.code, ran.err) == (0, "")
    mapping = Path("mapping/patients.toml")
    assert "BRXM" not in mapping.read_text("utf-8")
    assert luodi("migrate", "map", "accept", "建议.tsv").code == 0
    assert "BRXM" not in mapping.read_text("utf-8")  # nobody has decided
    text = Path("建议.tsv").read_text("utf-8").replace("proposed", "accepted")
    Path("建议.tsv").write_text(text, "utf-8")
    assert luodi("migrate", "map", "accept", "建议.tsv").code == 0
    assert 'from = ["BRXM"]' in mapping.read_text("utf-8")


def test_terms(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("ksdm,ksmc\n01,内科\n02,急诊科\n", "utf-8")
    Path("b.csv").write_text("dept_code,dept_name\nX,急诊科\nY,内科\n", "utf-8")
    ran = luodi("migrate", "suggest", "a.csv", "b.csv", "--terms", "names", "--json")
    terms = json.loads(ran.out)["result"]["terms"]
    assert {term["source"]: term["target"] for term in terms} == {"01": "Y", "02": "X"}


def test_a_dictionary_needs_a_landing_folder(luodi, files):
    ran = luodi("migrate", "suggest", "brxx.csv", "patient.csv", "--dictionary", "sex")
    assert ran.code == 2
    assert "--terms" in ran.err
