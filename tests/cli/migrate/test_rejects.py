"""``luodi migrate rejects``: out of the vault, mended, and only these rows loaded once more."""

import json
from pathlib import Path

from openpyxl import load_workbook

from cli.migrate.test_load import MAPPING, extracted, folder, loaded, names

__all__ = ["extracted", "folder"]


def rejects(luodi):
    ran = luodi("migrate", "rejects", "--json")
    assert ran.code == 0
    return json.loads(ran.out)["result"]["rejects"]


def test_it_works(luodi, extracted, tmp_path):
    batch = loaded(luodi)["batch"]
    found, unread = rejects(luodi)
    assert (found["name"], found["rows"], unread["rows"]) == (batch, 1, 0)
    (reason,) = found["reasons"]
    assert (reason["table"], reason["reason"], reason["first"]) == ("patient", "require", 3)
    assert found["files"] == [f"rejects/{batch}/rejects.xlsx"]

    ran = luodi("migrate", "rejects")
    (command,) = [line for line in ran.out.splitlines() if "vault get" in line]
    name = command.split("vault get ")[1].split(" --to")[0]
    out = tmp_path / "rejects.xlsx"
    assert luodi("vault", "get", name, "--to", str(out)).code == 0
    page = load_workbook(out)["patient"]
    assert [cell.value for cell in page[2]] == [3, "patient", "name", "require", "3", " "]

    mended = MAPPING.replace('{ op = "require" }', '{ op = "default", value = "无名氏" }')
    (Path("mapping") / "patients.toml").write_text(mended, encoding="utf-8")
    done = loaded(luodi, "--mode", "delta")
    assert done["tables"][0]["loaded"] == 3
    assert names(extracted) == ["张三", "李四", "无名氏"]
    assert not any(each["rows"] for each in rejects(luodi))
    assert "没有被拒收的行" in luodi("migrate", "rejects").out


def test_before_any_load(luodi, extracted):
    (unread,) = rejects(luodi)
    assert (unread["name"], unread["rows"]) == ("old_his", 0)


def test_a_line_that_is_no_row(luodi, folder):
    text = "patient_id,name\n1,张三\n2,李四,多\n"
    (folder / "export" / "patient.csv").write_text(text, encoding="utf-8")
    luodi("migrate", "connect", "old_his")
    luodi("migrate", "extract", "old_his")
    (unread,) = rejects(luodi)
    assert [(e["reason"], e["first"]) for e in unread["reasons"]] == [("line_width", 3)]
    english = luodi("migrate", "rejects", "--lang", "en").out
    assert "more or fewer fields than the header" in english
    assert "李四" not in english


def test_a_domain_that_is_not_there(luodi, extracted):
    ran = luodi("migrate", "rejects", "nobody")
    assert ran.code == 2
