"""``luodi migrate suggest`` straight on two files, as somebody who knows neither calls it."""

import json
from pathlib import Path

import pytest

LINES = [
    line.split("\t")
    for line in Path(__file__).with_name("pairs.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PAIRS = list(dict.fromkeys(line[0] for line in LINES))
SURE = 0.5


@pytest.fixture
def suggested(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def ran(source, target, *words):
        for name, text in (("old.csv", source), ("new.csv", target)):
            Path(name).write_text(text, "utf-8")
        said = luodi("migrate", "suggest", "old.csv", "new.csv", "--json", *words)
        assert (said.code, said.err) == (0, "")
        return json.loads(said.out)["result"]

    return ran


def best(said):
    """Per source column its surest match."""
    found = {}
    for table in said["tables"]:
        for column in table["columns"]:
            found.setdefault(column["source_column"], column)
    return found


def file_of(columns):
    kept = [(name, value) for name, value in columns if name != "-"]
    return "\n".join(",".join(row) for row in zip(*kept, strict=True)) + "\n"


@pytest.mark.parametrize("pair", PAIRS)
def test_it_works(suggested, pair):
    lines = [line for line in LINES if line[0] == pair]
    source = file_of([(line[1], line[2]) for line in lines])
    target = file_of(list(reversed([(line[3], line[4]) for line in lines])))
    said = suggested(source, target)
    found = best(said)
    sure = {name: c for name, c in found.items() if float(c["confidence"]) >= SURE}
    truth = {line[1]: line[3] for line in lines}
    wrong = {
        name: c["target_column"] for name, c in sure.items() if c["target_column"] != truth[name]
    }
    assert wrong == {}
    assert len(sure) >= 0.8 * sum(target != "-" for target in truth.values())
    left = {one["source_column"] for one in said["unmatched_columns"]}
    assert left == truth.keys() - found.keys()
    for column in found.values():
        assert column["reasons"]


def test_no_match_at_all_is_said(suggested, luodi):
    said = suggested("XM,XB,CSRQ\n张三,1,19800102\n", "humidity,sensor_serial\n60,S1\n")
    assert said["tables"] == []
    assert [one["source_column"] for one in said["unmatched_columns"]] == ["XM", "XB", "CSRQ"]
    ran = luodi("migrate", "suggest", "old.csv", "new.csv")
    assert "没有值得一看的建议。" in ran.out
    assert "3 个源字段没有建议：old.XM、old.XB、old.CSRQ。" in ran.out
    ran = luodi("migrate", "suggest", "old.csv", "new.csv", "--lang", "en")
    assert "Nothing is proposed for 3 source columns: old.XM, old.XB, old.CSRQ." in ran.out


def test_a_clash_of_kinds_is_said(suggested):
    said = suggested(
        "CSRQ,JE\n不详,十元\n老年,免费\n", "birth_date,amount\n1990-01-01,12.50\n1980-02-03,3\n"
    )
    for name, target in (("CSRQ", "birth_date"), ("JE", "amount")):
        column = best(said)[name]
        assert column["target_column"] == target
        assert "migration.suggest_kinds" in [reason["code"] for reason in column["reasons"]]


def test_no_rows_at_all(suggested):
    """Two empty exports have names, and those speak."""
    found = best(suggested("BRXM,CSRQ\n", "birthday,full_name\n"))
    assert {name: column["target_column"] for name, column in found.items()} == {
        "BRXM": "full_name",
        "CSRQ": "birthday",
    }


def test_comments_of_a_database(luodi, tmp_path, monkeypatch):
    """Names that nobody can read, in a database whose columns have comments."""
    import duckdb

    monkeypatch.chdir(tmp_path)
    with duckdb.connect("old.duckdb") as db:
        db.execute("CREATE TABLE T01 (A1 VARCHAR, A2 VARCHAR)")
        db.execute("COMMENT ON COLUMN T01.A1 IS '患者姓名'; COMMENT ON COLUMN T01.A2 IS '出生日期'")
    Path("new.csv").write_text("birthday,full_name\n1990-01-01,王五\n", "utf-8")
    said = luodi("migrate", "suggest", "duckdb:///old.duckdb", "new.csv", "--json")
    found = best(json.loads(said.out)["result"])
    assert {name: column["target_column"] for name, column in found.items()} == {
        "A1": "full_name",
        "A2": "birthday",
    }


def test_no_value_of_a_patient_is_said(suggested):
    said = suggested("BRXM,LXDH\n欧阳靖雯,13912345678\n", "full_name,phone\n欧阳靖雯,13912345678\n")
    assert "欧阳" not in json.dumps(said, ensure_ascii=False)
    assert "139123" not in json.dumps(said)
