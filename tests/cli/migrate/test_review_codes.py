"""From suggest to the gate: drug codes are offered, a person decides each, a load translates."""

import csv
import json
from pathlib import Path

import pytest

from cli.migrate.test_review import at_the_keyboard
from luodi.migration.mapping.read import read_dictionary

OLD = """\
YPDM,YPMC,YPGG,SCCJ,DW
1001,阿莫西林胶囊,0.25g*24粒/盒,江苏恒瑞医药股份有限公司,盒
1002,氯化钠注射液,0.9%100ml/瓶,中国大冢制药有限公司,瓶
1003,院内制剂一号合剂,500ml,本院制剂室,瓶
"""
NEW = """\
drug_code,drug_name,spec,manufacturer,unit
XA01,阿莫西林胶囊,250mg×24粒,江苏恒瑞医药,盒
XA02,阿莫西林胶囊,0.5g×24粒/盒,江苏恒瑞医药,盒
XN01,氯化钠注射液,0.9%100ml,大冢,瓶
XZ09,玻璃酸酶,500单位,丙厂,支
"""
MAPPING = """\
format = 1
domain = "drugs"
title = { zh = "药品", en = "Drugs" }
owner = "pharmacy"
source = "old_his"
target = "new_his"
[[feed]]
id = "drug"
from = "yp"
to = "stocked"
key = { column = "id", strategy = "sequence" }
[[feed.column]]
to = "code"
from = ["YPDM"]
steps = [{ op = "dictionary", name = "drug" }]
[[dictionary]]
id = "drug"
source = { table = "yp", value = "YPDM", label = "YPMC", specification = "YPGG", \
manufacturer = "SCCJ", unit = "DW" }
target = { table = "medicine", value = "drug_code", label = "drug_name", \
specification = "spec", manufacturer = "manufacturer", unit = "unit" }
"""
SYSTEMS = """\
format = 1
[[source]]
id = "old_his"
title = "老 HIS"
url = "{old}"
[[target]]
id = "new_his"
title = "新 HIS"
url = "{new}"
environment = "rehearsal"
"""


@pytest.fixture
def folder(luodi, tmp_path, monkeypatch):
    """A landing folder with a drug table, the new system's list, and where both are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_ACTOR", "药剂科 王")
    made = json.loads(luodi("new", "东江 HIS", "--environment", "rehearsal", "--json").out)
    monkeypatch.chdir(made["result"]["path"])
    assert luodi("vault", "init").code == 0
    for name, file, text in (("old", "yp.csv", OLD), ("new", "medicine.csv", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text(text, "utf-8")
    (tmp_path / "new" / "stocked.csv").write_text("id,code\n", "utf-8")
    systems = SYSTEMS.format(old=tmp_path / "old", new=tmp_path / "new")
    Path("systems.toml").write_text(systems, "utf-8")
    Path("mapping").mkdir()
    Path("mapping/drugs.toml").write_text(MAPPING, "utf-8")
    for verb in ("connect", "extract"):
        for system in ("old_his", "new_his"):
            assert luodi("migrate", verb, system).code == 0
    return tmp_path


@pytest.fixture
def told(luodi):
    return lambda *words: json.loads(luodi("migrate", *words, "--json").out)


@pytest.fixture
def criterion(luodi):
    def asked(gate="go_live_review"):
        report = json.loads(luodi("gate", "check", gate, "--offline", "--json").out)["result"]
        (found,) = [c for c in report["criteria"] if c["id"] == "data.drug_codes_reviewed"]
        return found["state"]

    return asked


def suggest(told):
    return told("suggest", "old_his", "new_his", "--dictionary", "drug")["result"]


def items(told):
    found = told("review", "drug_codes", "--limit", "9")["result"]["items"]
    return {item["left"]: item for item in found}


def decide(told, **said):
    known = items(told)
    words = [f"--decide={known[value.strip('_')]['id']}={act}" for value, act in said.items()]
    return told("review", "drug_codes", *words)


def test_it_works(luodi, folder, told, criterion):
    """From nothing to go, each step by its command."""
    assert criterion() == "untested"  # nothing was ever offered
    assert luodi("migrate", "review", "drug_codes").code == 2
    assert criterion() != "pass"
    found = suggest(told)
    assert (found["queue"], found["written"]) == ("drug_codes", "mapping/drug.tsv")
    assert [one["value"] for one in found["unmatched_terms"]] == ["1003"]
    assert criterion() != "pass"
    waiting = told("review", "drug_codes")
    assert (waiting["exit"], waiting["result"]["open"]) == (0, 3)
    assert criterion() == "fail"
    assert decide(told, _1001="accept", _1002="accept")["result"]["open"] == 1
    assert criterion() == "fail"
    assert decide(told, _1003="none")["result"]["open"] == 0
    assert criterion() == "pass"
    assert read_dictionary(Path(), "drug").in_force == {
        "1001": "XA01",
        "1002": "XN01",
        "1003": None,
    }


def test_duplicate_drugs_open_no_gate(luodi, folder, told, criterion):
    """Pairs of the drug table are another queue: deciding them says nothing of codes."""
    again = OLD + "1004,阿莫西林胶囊,0.25g*24粒/盒,江苏恒瑞医药股份有限公司,盒\n"
    (folder / "old" / "yp.csv").write_text(again, "utf-8")
    for verb in ("connect", "extract"):
        assert luodi("migrate", verb, "old_his").code == 0
    fields = ["--field", "YPMC:drug_name", "--field", "YPGG:specification"]
    assert told("dedupe", "old_his", "yp", "--id", "YPDM", *fields)["result"]["queue"] == "drugs"
    found = told("review", "drugs")["result"]
    for item in found["items"]:
        found = told("review", "drugs", "--decide", f"{item['id']}=different")["result"]
    assert found["open"] == 0
    assert criterion() == "untested"
    suggest(told)
    assert set(items(told)) == {"1001", "1002", "1003", "1004"}
    assert told("review", "drugs")["result"]["open"] == 0


def test_a_decision_reaches_the_load(luodi, folder, told):
    suggest(told)
    decide(told, _1001="accept", _1002="accept", _1003="none")
    said = told("load", "drugs")["result"]["loads"][0]
    assert said["figures"]["loaded"] == 3, said
    (file,) = set((folder / "new").rglob("stocked*.csv")) - {folder / "new" / "stocked.csv"}
    written = file.read_text("utf-8-sig").split()
    assert [line.partition(",")[2] for line in written] == ["code", "XA01", "XN01", "\\N"]


@pytest.mark.slow
def test_edited_by_hand_the_evidence_is_stale(luodi, folder, told, criterion):
    suggest(told)
    decide(told, _1001="accept", _1002="accept", _1003="none")
    assert criterion() == "pass"
    path = Path("mapping/drug.tsv")
    path.write_text(path.read_text("utf-8").replace("XA01", "XA02"), "utf-8")
    assert criterion() != "pass"
    assert told("review", "drug_codes")["result"]["open"] == 0  # taken in as that person's word
    assert criterion() == "pass"


@pytest.mark.slow
def test_a_drug_that_is_new_closes_the_gate_again(luodi, folder, told, criterion):
    suggest(told)
    decide(told, _1001="accept", _1002="accept", _1003="none")
    with (folder / "old" / "yp.csv").open("a", encoding="utf-8") as file:
        file.write("1004,玻璃酸酶,500单位,丙厂,支\n")
    for verb in ("connect", "extract"):
        assert luodi("migrate", verb, "old_his").code == 0
    assert list(items(told)) == ["1004"]
    assert items(told)["1004"]["right"] == "XZ09"
    assert criterion() == "fail"


@pytest.mark.slow
def test_two_people(luodi, folder, told, criterion, monkeypatch):
    suggest(told)
    told("review", "drug_codes", "--two-person", "--reason", "药事会")
    said = decide(told, _1001="accept", _1002="accept", _1003="none")["result"]
    assert (said["open"], said["counts"]["awaiting"]) == (3, 3)
    assert read_dictionary(Path(), "drug").in_force == {}
    monkeypatch.setenv("LUODI_ACTOR", "药剂科 李")
    said = decide(told, _1001="accept", _1002="accept", _1003="none")["result"]
    assert (said["open"], said["kappa"]) == (0, 1.0)
    assert criterion() == "pass"


@pytest.mark.slow
def test_a_code_that_was_typed(luodi, folder, told):
    suggest(told)
    name = items(told)["1003"]["id"]
    refused = luodi("migrate", "review", "drug_codes", "--decide", f"{name}=accept")
    assert refused.code == 2
    assert "--code" in refused.err
    refused = luodi("migrate", "review", "drug_codes", f"--decide={name}=accept", "--code", "Q")
    assert (refused.code, "没有编码 Q" in refused.err) == (2, True)
    told("review", "drug_codes", f"--decide={name}=accept", "--code", "XZ09", "--reason", "同方")
    (line,) = [e for e in read_dictionary(Path(), "drug").entries if e.source_value == "1003"]
    assert (line.target_value, line.target_label) == ("XZ09", "玻璃酸酶")
    assert (line.decided_by, line.note.endswith("同方")) == ("药剂科 王", True)


@pytest.mark.slow
def test_suggest_again_leaves_what_was_decided(luodi, folder, told):
    suggest(told)
    decide(told, _1001="accept")
    before = read_dictionary(Path(), "drug")
    suggest(told)
    assert read_dictionary(Path(), "drug") == before
    assert set(items(told)) == {"1002", "1003"}


@pytest.mark.slow
def test_for_a_person(luodi, folder, told):
    ran = luodi("migrate", "suggest", "old_his", "new_his", "--dictionary", "drug")
    assert "3 条放入复核队列 drug_codes，没有候选的也在内" in ran.out
    ran = luodi("migrate", "review", "drug_codes", "--lang", "en")
    assert "1001 阿莫西林胶囊 0.25g*24粒/盒" in ran.out
    assert "XA01 阿莫西林胶囊 250mg×24粒" in ran.out
    assert "Queue drug_codes: 3 items, 3 to decide." in ran.out


@pytest.mark.slow
def test_through_the_workbook(luodi, folder, told, criterion):
    """Where a pharmacist would rather have a sheet: what it accepts in a name is decided."""
    from openpyxl import load_workbook

    suggest(told)
    assert luodi("migrate", "map", "export", "对照.xlsx", "--domain", "drugs").code == 0
    book = load_workbook("对照.xlsx")
    sheet = next(page for page in book if any("1001" in map(str, row) for row in page.values))
    rows = [[str(cell or "") for cell in row] for row in sheet.values]
    top = next(n for n, row in enumerate(rows) if "1001" in rows[n + 1])
    status, by = rows[top].index(word(rows[top], "状态")), rows[top].index(word(rows[top], "定"))
    for line in range(top + 2, top + 5):
        accepted = sheet.cell(line, rows[top].index(word(rows[top], "目标值")) + 1).value
        sheet.cell(line, status + 1).value = "accepted" if accepted else "empty"
        sheet.cell(line, by + 1).value = "药剂科 李"
    book.save("对照.xlsx")
    assert luodi("migrate", "map", "import", "对照.xlsx", "--take").code == 0
    assert told("review", "drug_codes")["result"]["open"] == 0
    assert criterion() == "pass"


def word(header, part):
    return next(cell for cell in header if part in cell)


@pytest.mark.slow
def test_by_keys(folder, told, luodi_home):
    """A number chooses, c looks in the target's list, n says that it has none, u takes back."""
    suggest(told)
    keys = ["1", "u", "1", "n", "c", "玻璃酸酶\n", "1"]
    code, shown = at_the_keyboard(["migrate", "review", "drug_codes"], str(luodi_home), keys)
    assert code == 0
    assert "院内制剂一号合剂" in shown
    assert "没有候选" in shown
    said = told("review", "drug_codes")["result"]
    assert (said["open"], said["counts"]["settled"]) == (0, 3)
    known = {e.source_value: e.target_value for e in read_dictionary(Path(), "drug").entries}
    assert known["1003"] == "XZ09"  # it was looked for and chosen
    assert "" in known.values()  # it has none


@pytest.mark.slow
def test_services_and_departments_have_queues_of_their_own(luodi, folder, told):
    rows = [("KSDM", "KSMC"), ("01", "心内科"), ("02", "急诊医学科")]
    for name, lines in (("old", rows), ("new", [("code", "name"), ("C1", "心血管内科")])):
        with (folder / name / "dept.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        system = f"{name}_his"
        for verb in ("connect", "extract"):
            assert luodi("migrate", verb, system).code == 0
    with Path("mapping/drugs.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[dictionary]]\nid = "dept"\n'
            'source = { table = "dept", value = "KSDM", label = "KSMC" }\n'
            'target = { table = "dept", value = "code", label = "name" }\n'
        )
    found = told("suggest", "old_his", "new_his", "--dictionary", "dept")["result"]
    assert found["queue"] == "dept_codes"
    assert told("review", "dept_codes")["result"]["open"] == 2
