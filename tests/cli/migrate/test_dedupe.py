"""``luodi migrate dedupe``: on a file, on two, and in a landing folder."""

import csv
import json

import pytest

from migration.people import changed, people, person

OPTIONS = "--id PATIENT_ID --name NAME --sex SEX --birth BIRTH --id-card ID_NO --phone PHONE"
HEADER = {
    "id": "PATIENT_ID",
    "name": "NAME",
    "sex": "SEX",
    "birth": "BIRTH",
    "id_card": "ID_NO",
    "phone": "PHONE",
    "address": "ADDR",
}


def write(path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        lines = csv.DictWriter(file, HEADER.values())
        lines.writeheader()
        lines.writerows({HEADER[key]: value for key, value in row.items()} for row in rows)
    return str(path)


@pytest.fixture
def patients(tmp_path):
    again = changed(person(7), id="P90001", phone="15800001111")
    return write(tmp_path / "patients.csv", [*people(60), again], "gb18030")


def test_it_works(luodi, patients):
    ran = luodi("migrate", "dedupe", patients, *OPTIONS.split(), "--address", "ADDR", "--json")
    said = json.loads(ran.out)["result"]
    assert (ran.code, ran.err) == (0, "")
    [pair] = said["pairs"]
    assert {"left", "right", "probability", "weight", "class", "explanation"} <= pair.keys()
    assert (pair["left"], pair["right"], pair["class"]) == ("P00007", "P90001", "certain")
    texts = {one["field"]: one["text"] for one in pair["explanation"]}
    assert texts["name"].startswith("姓名相同（+")
    assert said["clusters"] == [
        {"members": ["P00007", "P90001"], "class": "certain", "conflict": False}
    ]
    assert (said["records"], said["per_10000"], said["queue"]) == (61, 0.0, "")


def test_columns_are_told_by_their_names(luodi, patients):
    said = json.loads(luodi("migrate", "dedupe", patients, "--json").out)["result"]
    assert {one["field"]: one["column"] for one in said["fields"]} == {
        field: column for field, column in HEADER.items() if field != "id"
    }
    assert [pair["right"] for pair in said["pairs"]] == ["P90001"]


def test_for_a_person(luodi, patients):
    ran = luodi("migrate", "dedupe", patients)
    assert "61 行：1 组重复；确定 1 对" in ran.out
    assert "电话不同（" in ran.out
    english = luodi("migrate", "dedupe", patients, "--lang", "en")
    assert "phone: different (" in english.out


def test_two_files(luodi, patients, tmp_path):
    (tmp_path / "new").mkdir()
    other = write(tmp_path / "new" / "patients.csv", [changed(person(3), id="N1")])
    said = json.loads(luodi("migrate", "dedupe", patients, "--with", other, "--json").out)
    assert [(p["left"], p["right"]) for p in said["result"]["pairs"]] == [("P00003", "N1")]


def test_other_fields(luodi, patients):
    words = ["--field", "ADDR:text", "--field", "PHONE:document", "--json"]
    said = json.loads(luodi("migrate", "dedupe", patients, *words).out)["result"]
    kinds = {one["column"]: one["kind"] for one in said["fields"]}
    assert (kinds["ADDR"], kinds["PHONE"]) == ("text", "document")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--phone", "PHNOE"], "PHONE"),
        (["--field", "ADDR"], "列名:类型"),
        (["--field", "ADDR:shoe"], "id_card"),
        (["--id", "SEX"], "行序号"),
    ],
)
def test_what_cannot_be_meant(luodi, patients, words, said):
    ran = luodi("migrate", "dedupe", patients, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "下一步：" in ran.err


def test_a_file_that_is_not_there(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = luodi("migrate", "dedupe", "no.csv")
    assert ran.code in (2, 3)
    assert "下一步：" in ran.err
