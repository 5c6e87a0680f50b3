"""``luodi migrate reconcile``: what is wrong is named, the report is evidence, samples stay in."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.store import Vault

SYSTEMS = """format = 1
[[source]]
id = "old_his"
url = "export"
[[target]]
id = "new_his"
url = "new.db"
environment = "rehearsal"
"""
MAPPING = """format = 1
domain = "bills"
title = { zh = "单据", en = "Bills" }
owner = "finance"
source = "old_his"
target = "new_his"
[[feed]]
id = "bill"
from = "bill"
to = "bill"
source_key = ["bill_id"]
key = { column = "id" }
[[feed.column]]
to = "payer"
from = ["payer"]
steps = [{ op = "blank" }, { op = "require" }]
[[feed.column]]
to = "fee"
from = ["fee"]
steps = [{ op = "decimal", scale = 2 }]
[[feed.column]]
to = "ward"
from = ["ward"]
"""
TOTALS = """format = 1
[[total]]
id = "fees"
title = { zh = "已收费用", en = "Fees" }
unit = "CNY"
owner = "finance"
system = "old_his"
target = "new_his"
old = "SELECT ward AS part, bill_id AS item, fee::DECIMAL(12, 2) AS value FROM {bill} WHERE payer <> ' '"
new = "SELECT ward AS part, split_part(id, '-', -1) AS item, fee AS value FROM {bill}"
"""  # noqa: E501
ROWS = "bill_id,payer,fee,ward\n1,张三,1.50,内科\n2,李四,2.00,外科\n3, ,9.00,外科\n"


@pytest.fixture
def folder(luodi, project):
    folder = Path.cwd()
    (folder / "systems.toml").write_text(SYSTEMS)
    (folder / "mapping").mkdir(exist_ok=True)
    for path in (folder / "mapping").glob("*"):
        path.unlink()
    (folder / "mapping" / "bills.toml").write_text(MAPPING)
    (folder / "totals.toml").unlink(missing_ok=True)
    in_target(
        folder, "CREATE TABLE bill (id TEXT PRIMARY KEY, payer TEXT, fee DECIMAL(12,2), ward TEXT)"
    )
    (folder / "export").mkdir()
    (folder / "export" / "bill.csv").write_text(ROWS, encoding="utf-8")
    for verb in (("connect", "old_his"), ("extract", "old_his"), ("load", "bills")):
        assert luodi("migrate", *verb).code in (0, 1)
    return folder


def in_target(folder, sql):
    with closing(sqlite3.connect(folder / "new.db")) as database, database:
        return database.execute(sql).fetchall()


def said(luodi, *words):
    ran = luodi("migrate", "reconcile", *words, "--json")
    return ran.code, json.loads(ran.out)["result"]


def evidence(folder, subject):
    lines = "\n".join(path.read_text() for path in (folder / "evidence").glob("*.jsonl"))
    records = [json.loads(line) for line in lines.splitlines()]
    return [record for record in records if record.get("subject") == subject]


def test_it_works(luodi, folder):
    code, result = said(luodi)
    assert code == 0
    bills, unmapped = result["batches"]
    assert (bills["verdict"], bills["figures"]["rows"]) == ("pass", 3)
    assert bills["tables"][0]["rejected"] == 1
    assert (unmapped["domain"], unmapped["verdict"]) == ("unmapped", "pass")
    assert evidence(folder, "migration:bills")[-1]["verdict"] == "pass"


def test_what_changed_in_the_target_is_told_and_no_value_of_it(luodi, folder):
    in_target(folder, "UPDATE bill SET payer = '王小明' WHERE payer = '张三'")
    code, result = said(luodi)
    (finding,) = result["batches"][0]["findings"]
    assert code == 1
    assert finding["code"] == "migration.reconcile_changed"
    assert (finding["params"]["ordinals"], finding["params"]["columns"]) == ("1", "payer")
    printed = luodi("migrate", "reconcile")
    assert printed.code == 1
    assert "张三" not in printed.out + printed.err
    assert "王小明" not in printed.out + printed.err


def test_the_report_is_evidence_by_its_digests(luodi, folder):
    (folder / "totals.toml").write_text(TOTALS)
    code, result = said(luodi, "--totals", "--report", "papers")
    assert code == 0
    assert [(t["total"], t["old"], t["new"], t["verdict"]) for t in result["totals"]] == [
        ("fees", "3.50", "3.50", "pass")
    ]
    (record,) = evidence(folder, "report:reconcile")
    kept = {each["name"]: each["digest"] for each in record["artefacts"]}
    files = [Path(name) for name in result["files"]]
    assert {file.suffix for file in files} == {".docx", ".xlsx", ".pdf"}
    assert kept == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    assert record["verdict"] == "pass"


def test_samples_go_into_the_vault_as_private_evidence(luodi, folder, project):
    code, result = said(luodi, "--samples", "2")
    name = f"samples/{result['batches'][0]['batch']}.xlsx"
    (artefact,) = evidence(folder, "migration:bills")[-1]["artefacts"]
    settings = read_settings()
    vault = Vault.open(Home.of(settings), settings, project)
    assert (artefact["name"], artefact["private"]) == (name, True)
    assert artefact["digest"] == next(e.sha256 for e in vault.entries() if e.name == name)
    assert code == 0


def test_sums_that_are_declared_wrongly(luodi, folder):
    (folder / "totals.toml").write_text('format = 1\n[[sums]]\nfeed = "bill"\nperiod = "ward"\n')
    ran = luodi("migrate", "reconcile")
    assert ran.code == 2
    assert "[[sums]]" in ran.err


def test_nothing_is_loaded(luodi, project):
    assert luodi("migrate", "reconcile").code == 2


def test_a_batch_that_is_not_there(luodi, folder):
    assert luodi("migrate", "reconcile", "bills_x").code == 2
