"""``luodi migrate connect`` and ``extract``: a source of ``systems.toml``, rows in the vault."""

import json
import sqlite3
from pathlib import Path

import pytest

SYSTEMS = """\
format = 1
[[source]]
id = "old_his"
title = "老 HIS"
url = "sqlite:///{path}"
"""


@pytest.fixture
def source(project, tmp_path):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE brxx (brid INTEGER PRIMARY KEY, xm TEXT)")
        database.executemany("INSERT INTO brxx (xm) VALUES (?)", [("欧阳测甲",), ("司徒测乙",)])
    database.close()
    Path("systems.toml").write_text(SYSTEMS.format(path=path), "utf-8")
    return path


def test_it_works(luodi, source):
    ran = luodi("migrate", "connect")
    assert (ran.code, ran.err) == (0, "")
    assert "brxx" in ran.out
    ran = luodi("migrate", "extract", "old_his")
    assert (ran.code, ran.err) == (0, "")
    said = json.loads(luodi("migrate", "status", "--json").out)["result"]["systems"]
    assert [(each["system"], each["rows"], each["extracted"]) for each in said] == [
        ("old_his", 2, 1)
    ]


def test_it_ends_in_evidence_that_names_nobody(luodi, source, luodi_home):
    for verb in ("connect", "extract"):
        assert luodi("migrate", verb, "old_his").code == 0
    records = json.loads(luodi("evidence", "show", "--json").out)["result"]["records"]
    told = [(record["subject"], record["verb"]) for record in records]
    assert {("source:old_his", "connect"), ("source:old_his", "extract")} <= set(told)
    kept = [path for place in (Path(), luodi_home) for path in place.rglob("*") if path.is_file()]
    for name in ("欧阳测甲", "司徒测乙"):
        assert not any(name.encode() in path.read_bytes() for path in kept)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_system_nobody_wrote_down(luodi, source, lang):
    ran = luodi("migrate", "connect", "new_his", "--lang", lang)
    assert (ran.code, ran.out) == (2, "")
    assert "new_his" in ran.err


def test_extract_before_connect(luodi, source):
    ran = luodi("migrate", "extract", "old_his")
    assert (ran.code, ran.out) == (2, "")
    assert "luodi migrate connect old_his" in ran.err


def test_a_url_with_a_password_is_refused_and_not_repeated(luodi, project):
    text = SYSTEMS.replace("sqlite:///{path}", "mysql://reader:geheim@127.0.0.1/his")
    Path("systems.toml").write_text(text, "utf-8")
    ran = luodi("migrate", "connect")
    assert (ran.code, ran.out) == (2, "")
    assert "geheim" not in ran.err
    assert "LUODI_PASSWORD_" in ran.err
