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


# --- files as others bring them -------------------------------------------------------------------


def result(luodi, *words):
    ran = luodi("migrate", "dedupe", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)["result"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(luodi, tmp_path, encoding):
    """A byte-order mark is no part of the first column's name."""
    again = changed(person(7), id="P90001", phone="15800001111")
    path = write(tmp_path / "patients.csv", [*people(40), again], encoding)
    assert [pair["right"] for pair in result(luodi, path, *OPTIONS.split())["pairs"]] == ["P90001"]


def lines(path, *texts):
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return str(path)


def test_nothing_but_a_name(luodi, tmp_path):
    named = [f"{one['id']},{one['name']}" for one in people(40)]
    path = lines(tmp_path / "names.csv", "NO,NAME", *named, f"X,{person(7)['name']}")
    said = result(luodi, path, "--id", "NO", "--name", "NAME")
    assert [(pair["left"], pair["right"], pair["class"]) for pair in said["pairs"]] == [
        ("P00007", "X", "review")
    ]
    assert said["pairs"][0]["guards"][0]["id"] == "name_alone"


@pytest.mark.parametrize("named", [(), ("--name", "first_name", "--name", "last_name")])
def test_names_in_two_columns(luodi, tmp_path, named):
    people_of_rome = [
        f"r{n},{given},{family},19{n + 40}-0{n % 9 + 1}-11"
        for n, (given, family) in enumerate(
            (given, family)
            for given in ("Anna", "Bruno", "Carla", "Dario", "Elena", "Fabio")
            for family in ("Rossi", "Greco", "Conti", "Marino", "Gallo")
        )
    ]
    path = lines(
        tmp_path / "rome.csv",
        "rec_id,first_name,last_name,dob",
        *people_of_rome,
        "x,Rossi,Anna,1940-01-11",
    )
    said = result(luodi, path, "--id", "rec_id", *named)
    assert {field["field"] for field in said["fields"]} == {"given_name", "surname", "birth"}
    assert [(pair["left"], pair["right"]) for pair in said["pairs"]] == [("r0", "x")]


def test_one_row(luodi, tmp_path):
    said = result(luodi, write(tmp_path / "one.csv", people(1)))
    assert (said["records"], said["pairs"], said["clusters"]) == (1, [], [])


def test_a_file_of_drugs(luodi, tmp_path):
    path = lines(
        tmp_path / "drugs.csv",
        "id,name,format,manufacturer",
        *(
            f"{n},{name},{n + 1}g*10片,华北制药"
            for n, name in enumerate(["阿司匹林", "头孢克肟", "青霉素"])
        ),
        "X,阿司匹林,1000mg×10片/盒,华北制药有限公司",
    )
    said = result(luodi, path, "--id", "id", "--name", "name")
    assert [(pair["left"], pair["right"], pair["class"]) for pair in said["pairs"]] == [
        ("0", "X", "link")
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "migration.dedupe_empty"),
        ([person(1), person(1)], "migration.dedupe_id_not_unique"),
        ([person(1), {**person(2), "id": " "}], "migration.dedupe_id_absent"),
    ],
)
def test_files_that_cannot_be_looked_through(luodi, tmp_path, rows, code):
    ran = luodi(
        "migrate", "dedupe", write(tmp_path / "p.csv", rows), "--id", "PATIENT_ID", "--json"
    )
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["code"]) == (2, code)
    assert error["remedy"]
