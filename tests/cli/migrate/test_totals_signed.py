"""Control totals, from the load to the signature that the gate reads: the night of the cutover."""

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.migrate.test_reconcile import MAPPING, ROWS, SYSTEMS, TOTALS

GATE, CRITERION, SUBJECT = "point_of_no_return", "data.totals_signed", "signature:control-totals"


@pytest.fixture
def folder(luodi, tmp_path, monkeypatch):
    """A landing of production, its one domain loaded."""
    monkeypatch.chdir(tmp_path)
    made = json.loads(luodi("new", "东江 HIS", "--template", "his", "--json").out)["result"]
    monkeypatch.chdir(made["path"])
    folder = Path.cwd()
    (folder / "systems.toml").write_text(SYSTEMS.replace('"rehearsal"', '"production"'))
    (folder / "mapping").mkdir(exist_ok=True)
    (folder / "mapping" / "bills.toml").write_text(MAPPING)
    (folder / "totals.toml").write_text(TOTALS)
    (folder / "export").mkdir()
    (folder / "export" / "bill.csv").write_text(ROWS, encoding="utf-8")
    with closing(sqlite3.connect("new.db")) as database, database:
        database.execute(
            "CREATE TABLE bill (id TEXT PRIMARY KEY, payer TEXT, fee DECIMAL(12,2), ward TEXT)"
        )
    for words in (
        *(("vault", "init"), ("migrate", "connect"), ("migrate", "extract", "old_his")),
        ("migrate", "load"),
    ):
        assert luodi(*words).code in (0, 1), words
    return folder


@pytest.fixture
def scan(luodi, folder):
    """The totals printed, and the paper as it comes back from the departments."""
    ran = luodi("migrate", "reconcile", "--totals", "--report", "papers")
    assert ran.code == 0
    assert SUBJECT in ran.out, "the next step is told"
    path = folder / "扫描件.pdf"
    path.write_bytes(next((folder / "papers").glob("*.pdf")).read_bytes() + b"% signed")
    return path


def sign(luodi, scan, *more, about="balance:*"):
    words = ("--scan", str(scan), "--signer", "财务科 李科长", "--figure", "unsigned=0:piece")
    return luodi("evidence", "attest", SUBJECT, "已核对", *words, "--about", about, *more)


def state(luodi):
    found = json.loads(luodi("gate", "explain", GATE, "--json").out)["result"]
    (criterion,) = [one for one in found["criteria"] if one["id"] == CRITERION]
    return criterion["state"]


def test_it_works(luodi, folder, scan):
    assert state(luodi) == "untested"
    ran = sign(luodi, scan, "--countersigner", "张工", "--json")
    said = json.loads(ran.out)["result"]
    assert ran.code == 0
    assert said["attestation"]["scan"] == hashlib.sha256(scan.read_bytes()).hexdigest()
    assert len(said["about"]) == 1
    assert state(luodi) == "pass"
    assert luodi("evidence", "verify").code == 0


def test_the_other_side_must_countersign(luodi, scan):
    sign(luodi, scan)
    assert state(luodi) == "fail"


def test_figures_taken_again_are_signed_again(luodi, scan):
    sign(luodi, scan, "--countersigner", "张工")
    luodi("migrate", "reconcile", "--totals")
    assert state(luodi) == "stale"
    sign(luodi, scan, "--countersigner", "张工")
    assert state(luodi) == "pass"


def test_a_department_that_has_not_signed(luodi, scan):
    words = ("--countersigner", "张工", "--figure", "unsigned=1:piece")
    ran = luodi(
        *("evidence", "attest", SUBJECT, "药剂科未签", "--scan", str(scan), "--signer", "李"),
        *("--about", "balance:*", *words),
    )
    assert ran.code == 0
    assert state(luodi) == "fail"


def test_a_signature_that_runs_out(luodi, scan):
    tomorrow = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011
    assert sign(luodi, scan, "--countersigner", "张工", "--expires", tomorrow).code == 0
    assert state(luodi) == "pass"
    assert sign(luodi, scan, "--expires", "2020-01-01").code == 2


def test_nothing_of_that_name_to_sign(luodi, scan):
    for lang in ("zh", "en"):
        ran = sign(luodi, scan, "--lang", lang, about="balanse:*")
        assert ran.code == 2
        assert "balanse:*" in ran.err
        assert "luodi evidence show" in ran.err
