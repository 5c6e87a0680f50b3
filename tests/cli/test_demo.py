"""``luodi demo``, and every verb on the folder it leaves: both languages, JSON, a GBK console."""

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from luodi.cli.command import Group, root
from luodi.cli.main import run
from luodi.evidence.progress import Silent
from luodi.landing import demo as verb
from luodi.landing import keys
from luodi.landing.home import Home
from luodi.landing.settings import Settings

KEYS = {"folder", "home", "steps", "before", "after", "tampered"}
DOCS = Path(__file__).parents[2] / "docs"


def result(ran):
    return json.loads(ran.out)["result"]


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


def test_it_works(luodi, tmp_path):
    ran = luodi("demo", "--folder", str(tmp_path / "演 示"))
    assert (ran.code, ran.err) == (0, "")
    for number in range(1, 8):
        assert f"{number}. " in ran.out
    assert ran.out.index("不放行") < ran.out.index("有条件放行") < ran.out.index("内容被改过")
    assert "3 项硬性条件未满足：每一行源数据都有去向、预交金对平到分、2 小时停机演练。" in ran.out
    assert f'export LUODI_HOME="{tmp_path / "演 示" / "vendor-home"}"' in ran.out


def test_in_english(luodi, tmp_path):
    ran = luodi("demo", "--folder", str(tmp_path / "d"), "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert "Ask the gate: do we go live?" in ran.out
    assert "it was altered" in ran.out


def test_for_a_program(luodi, tmp_path):
    ran = luodi("demo", "--folder", str(tmp_path / "d"), "--json")
    said = json.loads(ran.out)
    assert (said["command"], said["exit"], ran.code, ran.err) == ("demo", 0, 0, "")
    assert said["result"].keys() == KEYS
    assert [step["verdict"] for step in said["result"]["steps"]] == [
        *("pass", "pass", "fail", "pass", "pass", "warn", "fail"),
    ]
    assert (said["result"]["before"]["answer"], said["result"]["after"]["answer"]) == (
        "no_go",
        "go_if",
    )
    blocked = [c for c in said["result"]["before"]["criteria"] if c["state"] != "pass"]
    assert [(item["id"], item["state"]) for item in blocked] == [
        ("data.rows_accounted", "stale"),
        ("data.balance_deposits", "fail"),
        ("continuity.drill_2_hours", "untested"),
    ]
    assert [item["code"] for item in said["result"]["tampered"]] == ["evidence.verify_altered"]


def test_its_place_is_the_home_and_that_is_private(luodi, luodi_home):
    """The home came to be open to everybody when the demonstration was the first to make it."""
    assert luodi("demo").code == 0
    assert (luodi_home / "demo" / ".luodi-demo").exists()
    assert luodi_home.stat().st_mode & 0o777 == 0o700
    assert luodi("demo").code == 0


def test_what_is_somebody_elses_stays(luodi, tmp_path):
    (tmp_path / "mine").write_text("mine")
    for place in (tmp_path, tmp_path / "mine"):
        ran = luodi("demo", "--folder", str(place))
        assert (ran.code, ran.out) == (2, "")
        assert "里有别的东西，演示不会动它。\n下一步：" in ran.err
    assert (tmp_path / "mine").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c(luodi, tmp_path, monkeypatch, times):
    second = verb._second_round

    def interrupted(*words):
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        second(*words)

    words = ["demo", "--folder", str(tmp_path / "d")]
    with monkeypatch.context() as patch:
        patch.setattr(verb, "_second_round", interrupted)
        ran = luodi(*words)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.startswith("正在停止")
    assert luodi(*words).code == 0


@pytest.mark.slow
def test_as_a_program_on_a_gbk_console(program, tmp_path, luodi_home):
    env = {"PYTHONIOENCODING": "gbk", "LUODI_HOME": str(luodi_home)}
    ran = program("demo", "--folder", str(tmp_path / "演 示"), env=env)
    assert (ran.returncode, ran.stderr) == (0, b"")
    text = ran.stdout.decode("gbk")
    assert "每一行源数据都有去向" in text
    assert "│" not in text


# --- every verb -----------------------------------------------------------------------------------

VERBS = {
    "new": (["new", "新 项目", "--template", "demo"], 0),
    "bundle export": (["bundle", "export", "../新 包.luodi"], 0),
    "bundle import": (["bundle", "import", "../hospital-to-vendor.luodi"], 0),
    "key show": (["key", "show"], 0),
    "key trust": (["key", "trust", "{line}"], 0),
    "key distrust": (["key", "distrust", "信息科"], 0),
    "key new": (["key", "new"], 0),
    "vault init": (["vault", "init"], 0),
    "vault status": (["vault", "status"], 0),
    "vault get": (["vault", "get", "问题行.xlsx", "--to", "../问题行.xlsx"], 0),
    "vault destroy": (["vault", "destroy", "--confirm", "{project}"], 0),
    "evidence show": (["evidence", "show"], 0),
    "evidence verify": (["evidence", "verify"], 0),
    "evidence export": (["evidence", "export", "../审 计.csv"], 0),
    "evidence attest": (
        ["evidence", "attest", "a:b", "说明", "--scan", "plan.toml", "--signer", "张工"],
        0,
    ),
    "gate list": (["gate", "list"], 0),
    "gate check": (["gate", "check", "kickoff"], 1),
    "gate explain": (["gate", "explain", "kickoff"], 1),
    "gate sign": (
        ["gate", "sign", "kickoff", "--seat", "project_manager", "--choice", "agree"],
        0,
    ),
    "migrate connect": (["migrate", "connect", "old_his"], 0),
    "migrate extract": (["migrate", "extract", "old_his"], 0),
    "migrate profile": (["migrate", "profile", "old_his"], 0),
    "migrate assess": (["migrate", "assess", "old_his", "--export", "问题行.xlsx"], 0),
    "migrate map show": (["migrate", "map"], 0),
    "migrate map new": (
        ["migrate", "map", "new", "drugs", "--source", "old_his", "--target", "new_his"],
        0,
    ),
    "migrate map check": (["migrate", "map", "check"], 0),
    "migrate map export": (["migrate", "map", "export", "../对 照.xlsx"], 0),
    "migrate map import": (["migrate", "map", "import", "../对照 回.xlsx"], 0),
    "migrate map diff": (["migrate", "map", "diff", "."], 0),
    "migrate map sign": (
        ["migrate", "map", "sign", "patients", "--scan", "plan.toml", "--signer", "王主任"],
        0,
    ),
    "migrate map fill": (["migrate", "map", "fill"], 0),
    "migrate map accept": (["migrate", "map", "accept", "../建议.tsv"], 0),
    "migrate suggest": (["migrate", "suggest", "../老 药.csv", "../新药.csv"], 0),
    "migrate map versions": (["migrate", "map", "versions"], 0),
    "migrate load": (["migrate", "load"], 0),
    "migrate rejects": (["migrate", "rejects"], 0),
    "migrate reconcile": (["migrate", "reconcile", "--report", "对 账"], 0),
    "migrate rollback": (["migrate", "rollback", "{batch}", "--confirm", "{batch}"], 0),
    "migrate dedupe": (["migrate", "dedupe", "old_his"], 0),
    "migrate review": (["migrate", "review"], 0),
    "migrate status": (["migrate", "status"], 0),
    "sandbox generate": (["sandbox", "generate", "老 院", "--patients", "100"], 0),
    "sandbox his": (["sandbox", "his", "新 院.db"], 0),
    "demo": (["demo", "--folder", "../../再 来"], 0),
    "version": (["version"], 0),
}


BEFORE = {
    "migrate extract": ["migrate connect"],
    "migrate profile": ["migrate connect", "migrate extract"],
    "migrate assess": ["migrate connect", "migrate extract"],
    "vault get": ["migrate connect", "migrate extract", "migrate assess"],
    "migrate load": ["migrate connect", "migrate extract"],
    "migrate rejects": ["migrate connect", "migrate extract", "migrate load"],
    "migrate reconcile": ["migrate connect", "migrate extract", "migrate load"],
    "migrate rollback": ["migrate connect", "migrate extract", "migrate load"],
    "migrate dedupe": ["migrate connect", "migrate extract"],
    "migrate review": ["migrate connect", "migrate extract", "migrate dedupe"],
}
"""Verbs of migration that a verb builds on."""


def write_old_his(folder):
    """A source of one table, as an export that people hand over."""
    (folder / "export").mkdir()
    rows = "1,张三,M,1990-02-03\n2,李四,F,1985-12-31\n"
    text = f"patient_id,name,sex,birth\n{rows}"
    (folder / "export" / "patient.csv").write_text(text, encoding="gb18030")
    systems = 'format = 1\n[[source]]\nid = "old_his"\ntitle = "老 HIS"\nurl = "export"\n'
    (folder / "systems.toml").write_text(systems + NEW_HIS, encoding="utf-8")


NEW_HIS = """
[[target]]
id = "new_his"
title = "新 HIS"
url = "new.db"
environment = "sandbox"
"""


def write_new_his(folder):
    """A target of one table and a whole mapping to it."""
    with closing(sqlite3.connect(folder / "new.db")) as database:
        database.execute("CREATE TABLE patient (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
    for path in (folder / "mapping").glob("*"):
        path.unlink()
    (folder / "mapping" / "patients.toml").write_text(PATIENTS, encoding="utf-8")


def batch_in(folder):
    with closing(sqlite3.connect(folder / "new.db")) as database:
        return database.execute("SELECT DISTINCT batch FROM luodi_batch").fetchone()[0]


PATIENTS = """
format = 1
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
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The demonstration once, to be copied by every test."""
    root = tmp_path_factory.mktemp("demo") / "演 示"
    return verb.demo(root, progress=Silent())


@pytest.fixture
def words(told, tmp_path, monkeypatch, request):
    """Be the vendor in a copy of the demonstration, with what a verb needs made ready."""
    shutil.copytree(told.root, tmp_path / "演 示")
    folder = tmp_path / "演 示" / told.vendor.folder.path.name
    monkeypatch.setenv("LUODI_HOME", str(tmp_path / "演 示" / "vendor-home"))
    monkeypatch.setenv("LUODI_ACTOR", "张工")
    monkeypatch.chdir(folder)
    other = Settings.read({"LUODI_HOME": str(tmp_path / "third"), "LUODI_ACTOR": "监理 赵工"})
    line = keys.show(keys.own_signer(Home.of(other), other)).text
    project = told.vendor.folder.project.project

    def made_of(name):
        if name in ("vault status", "vault destroy", "vault get") or name.startswith("migrate"):
            assert run(["vault", "init", "--json"]) == 0
        if name.startswith("migrate") or name in BEFORE:
            write_old_his(folder)
            if "load" in (name.split()[-1], *BEFORE.get(name, [""])[-1].split()):
                write_new_his(folder)
            for earlier in BEFORE.get(name, ()):
                assert run([*VERBS[earlier][0], "--json"]) == 0
        for csv, head in (("老 药", "ID,YPMC,YPGG"), ("新药", "id,drug_name,specification")):
            (tmp_path / "演 示" / f"{csv}.csv").write_text(f"{head}\n1,a,1g\n", "utf-8")
        if name == "migrate map accept":
            assert (
                run(["migrate", "suggest", "../老 药.csv", "../新药.csv", "--save", "../建议.tsv"])
                == 0
            )
        if name == "migrate map import":
            assert run(["migrate", "map", "export", "../对照 回.xlsx", "--json"]) == 0
        batch = batch_in(folder) if name == "migrate rollback" else ""
        given = {"line": line, "project": project, "batch": batch}
        return [word.format(**given) for word in VERBS[name][0]]

    return made_of


def test_every_verb_is_named_here():
    line = root()
    found = set()
    for name in line.list_commands(None):
        found |= verbs(name, line.get_command(None, name))
    assert found - {"doctor", "up", "serve", "worker", "host", "backup", "restore"} == VERBS.keys()


def verbs(path, command):
    if not isinstance(command, Group):
        return {path}
    return set().union(*(verbs(f"{path} {name}", each) for name, each in command.commands.items()))


@pytest.mark.parametrize("name", VERBS)
def test_in_both_languages(luodi, words, name):
    line = words(name)
    ran = luodi(*line)
    assert (ran.code, ran.err) == (VERBS[name][1], "")
    assert re.search("[\u4e00-\u9fff]", ran.out)
    assert not re.search(r"\b(cli|landing|evidence)\.[a-z]+_", ran.out)
    assert not re.search(r"\{[a-z_]+\}", ran.out)  # a pattern of values has its own braces: 9{18}


@pytest.mark.parametrize("name", VERBS)
def test_for_every_program(luodi, words, name):
    ran = luodi(*words(name), "--json")
    assert (ran.code, ran.err) == (VERBS[name][1], "")
    said = json.loads(ran.out)
    assert said.keys() == {"command", "exit", "result"}
    assert (said["command"], said["exit"]) == (name, VERBS[name][1])
    for page in ("command-line.md", "command-line.en.md"):
        assert documented(page)[name] == (
            said["result"].keys() if name != "gate list" else {"gates"}
        )


def documented(page):
    """The keys that a page of the handbook promises, by command."""
    text = (DOCS / page).read_text(encoding="utf-8")
    keys = {}
    for commands, promised in re.findall(
        r"(?m)^\| (`[^|]+`) \| (`[^|]*?)(?:[；;，,][^|]*)? \|$", text
    ):
        for command in re.findall("`([^`]+)`", commands):
            keys[command] = set(re.findall("`([^`]+)`", promised))
    return keys


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_on_a_gbk_console(words, name, form, monkeypatch):
    """The console of many a hospital's PC; what it lacks becomes a question mark."""
    line = words(name)
    raw = [io.BytesIO(), io.BytesIO()]
    out, err = (io.TextIOWrapper(stream, encoding="gbk") for stream in raw)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    code = run([*line, *form])
    out.flush()
    text = raw[0].getvalue().decode("gbk")
    monkeypatch.undo()
    assert (code, raw[1].getvalue()) == (VERBS[name][1], b"")
    assert json.loads(text) if form else re.search("[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("name", [name for name in VERBS if " " in name or name == "new"])
def test_help_in_both_languages(luodi, name):
    chinese, english = (luodi(*name.split(), "--help", "--lang", lang) for lang in ("zh", "en"))
    assert (chinese.code, english.code) == (0, 0)
    assert chinese.out.startswith(f"用法：luodi {name}")
    assert english.out.startswith(f"Usage: luodi {name}")
    assert not re.search(r"\bcli\.[a-z]+_", chinese.out + english.out)
    assert not re.search("[\u4e00-\u9fff]", english.out)
