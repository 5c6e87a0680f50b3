"""``luodi migrate load`` and ``rollback``: a rehearsal, a delta, rejected rows, the evidence."""

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
domain = "patients"
title = { zh = "患者", en = "Patients" }
owner = "medical_records"
source = "old_his"
target = "new_his"
[[feed]]
id = "patient"
from = "patient"
to = "patient"
source_key = ["patient_id"]
key = { column = "id" }
[[feed.column]]
to = "name"
from = ["name"]
steps = [{ op = "blank" }, { op = "require" }]
"""


@pytest.fixture
def folder(project):
    folder = Path.cwd()
    (folder / "systems.toml").write_text(SYSTEMS)
    (folder / "mapping").mkdir(exist_ok=True)
    for path in (folder / "mapping").glob("*"):
        path.unlink()
    (folder / "mapping" / "patients.toml").write_text(MAPPING)
    with closing(sqlite3.connect(folder / "new.db")) as database:
        database.execute("CREATE TABLE patient (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
    (folder / "export").mkdir()
    export(folder, "1,张三\n2,李四\n3, \n")
    return folder


def export(folder, rows):
    (folder / "export" / "patient.csv").write_text(f"patient_id,name\n{rows}", encoding="utf-8")


def names(folder):
    with closing(sqlite3.connect(folder / "new.db")) as database:
        return [name for (name,) in database.execute("SELECT name FROM patient ORDER BY id")]


@pytest.fixture
def extracted(luodi, folder):
    assert luodi("migrate", "connect", "old_his").code == 0
    assert luodi("migrate", "extract", "old_his").code == 0
    return folder


def loaded(luodi, *words, code=0):
    ran = luodi("migrate", "load", *words, "--json")
    assert (ran.code, ran.err) == (code, "")
    return json.loads(ran.out)["result"]["loads"][0]


def subjects(luodi):
    records = json.loads(luodi("evidence", "show", "--json").out)["result"]["records"]
    return [(record["subject"], record["verb"]) for record in records]


def test_it_works(luodi, project, extracted):
    done = loaded(luodi, "--rejects")
    assert names(extracted) == ["张三", "李四"]
    assert done["tables"] == [
        {
            "table": "patient",
            "rows": 3,
            "loaded": 2,
            "merged": 0,
            "rejected": 1,
            "review": 0,
            "excluded": 0,
            "unaccounted": 0,
        }
    ]
    assert ("migration:patients", "load") in subjects(luodi)
    settings = read_settings()
    vault = Vault.open(Home.of(settings), settings, project)
    with vault.get(f"rejects/{done['batch']}/patient.csv") as content:
        text = b"".join(content).decode("utf-8-sig")
    assert text.splitlines()[1] == "3,patient,name,require,3, "


def test_a_dry_run_leaves_no_evidence(luodi, extracted):
    done = loaded(luodi, "--dry-run")
    assert (done["written"], done["target_rows"]) == (False, {"patient": 2})
    assert names(extracted) == []
    assert ("migration:patients", "load") not in subjects(luodi)


def test_a_rehearsal_takes_back_the_one_before(luodi, extracted):
    first = loaded(luodi, "--mode", "rehearsal")
    second = loaded(luodi, "--mode", "rehearsal")
    assert first["batch"] != second["batch"]
    assert first["target_rows"] == second["target_rows"]
    assert names(extracted) == ["张三", "李四"]
    assert ("rehearsal:batch", "rollback") in subjects(luodi)


def test_a_delta_is_timed(luodi, extracted):
    loaded(luodi)
    export(extracted, "1,张三\n2,李四光\n4,新人\n")
    assert luodi("migrate", "extract", "old_his", "--fresh").code == 0
    loaded(luodi, "patients", "--mode", "delta")
    assert names(extracted) == ["张三", "李四光", "新人"]
    assert ("rehearsal:delta", "load") in subjects(luodi)


def test_rollback(luodi, extracted):
    batch = loaded(luodi)["batch"]
    ran = luodi("migrate", "rollback", batch, "--confirm", batch)
    assert ran.code == 0
    assert "移除 2 行" in ran.out
    assert names(extracted) == []
    assert "rolled_back" in luodi("migrate", "status").out


def test_rollback_of_rows_that_were_changed(luodi, extracted):
    batch = loaded(luodi)["batch"]
    with closing(sqlite3.connect(extracted / "new.db")) as database, database:
        database.execute("UPDATE patient SET name = '改' WHERE id = '2'")
    ran = luodi("migrate", "rollback", batch, "--confirm", batch, "--json")
    found = json.loads(ran.out)["result"]["findings"]
    assert (ran.code, found[0]["params"]["ordinals"]) == (1, "2")


def test_a_target_in_real_use(luodi, extracted):
    batch = loaded(luodi)["batch"]
    (extracted / "systems.toml").write_text(SYSTEMS + "in_use = true\n")
    ran = luodi("migrate", "rollback", batch, "--confirm", batch)
    assert ran.code == 3
    assert "正式使用" in ran.err


def test_a_domain_nobody_mapped(luodi, extracted):
    ran = luodi("migrate", "load", "drugs")
    assert ran.code == 2
    assert "patients" in ran.err
