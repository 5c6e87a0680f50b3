"""``luodi evidence``: show, verify, export, attest."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

VERIFY = {"verdict", "records", "chains", "findings"}
CHAIN = {"writer", "name", "records", "sealed", "trusted", "verdict", "head"}
RECORD = {
    *("kind", "environment", "subject", "engine", "verb", "status", "verdict", "actor", "host"),
    *("version", "started", "finished", "format", "project", "writer", "seq", "previous"),
    "recorded",
}


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def folder(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_ACTOR", "王工")
    assert luodi("new", "东江 HIS", "--template", "demo").code == 0
    monkeypatch.chdir(tmp_path / "东江 HIS")
    (tmp_path / "签到 表.pdf").write_bytes(b"%PDF")
    return tmp_path / "东江 HIS"


def result(ran):
    return json.loads(ran.out)["result"]


def attest(luodi, *more):
    words = ["training:cashier", "收费员培训签到", "--scan", "../签到 表.pdf", "--signer", "张工"]
    return luodi("evidence", "attest", *words, *more)


def test_it_works(luodi, folder):
    ran = luodi("evidence", "show")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].split()[:3] == ["编号", "完成", "结论"]
    assert "王工" in ran.out
    ran = luodi("evidence", "verify")
    assert (ran.code, ran.err) == (0, "")
    assert "台账完整，2 条。" in ran.out


@pytest.mark.parametrize(
    ("verb", "word"), [("show", "Verb and subject"), ("verify", "The ledger is whole: 2 records.")]
)
def test_in_english(luodi, folder, verb, word):
    assert word in luodi("evidence", verb, "--lang", "en").out


# --- show -----------------------------------------------------------------------------------------


def test_show_for_a_program(luodi, folder):
    found = result(luodi("evidence", "show", "--json"))
    assert found.keys() == {"records"}
    assert [record["seq"] for record in found["records"]] == [2, 1]
    assert all(record.keys() >= RECORD for record in found["records"])
    name = f"{found['records'][0]['writer']}:2"
    assert result(luodi("evidence", "show", name, "--json")) == found["records"][0]


def test_show_only_some(luodi, folder):
    attest(luodi)
    shown = result(luodi("evidence", "show", "--kind", "attestation", "--json"))["records"]
    assert [record["subject"] for record in shown] == ["training:cashier"]
    shown = result(luodi("evidence", "show", "--subject", "project:", "--json"))["records"]
    assert [record["verb"] for record in shown] == ["new"]
    assert luodi("evidence", "show", "--subject", "nope").out == "还没有这样的记录。\n"


def test_show_one_whole(luodi, folder):
    (record, _) = result(luodi("evidence", "show", "--json"))["records"]
    ran = luodi("evidence", "show", f"{record['writer']}:2")
    assert json.loads(ran.out) == record


# --- verify ---------------------------------------------------------------------------------------


def test_verify_for_a_program(luodi, folder):
    found = result(luodi("evidence", "verify", "--json"))
    assert found.keys() == VERIFY
    assert [chain.keys() for chain in found["chains"]] == [CHAIN]
    assert (found["verdict"], found["findings"]) == ("pass", [])


def test_an_edited_record_is_found(luodi, folder):
    (chain,) = (folder / "evidence").glob("*.jsonl")
    chain.write_bytes(chain.read_bytes().replace("王工".encode(), "李工".encode(), 1))
    ran = luodi("evidence", "verify")
    assert (ran.code, ran.err) == (1, "")
    assert "台账不完整，见上。" in ran.out
    ran = luodi("evidence", "verify", "--json")
    assert ran.code == json.loads(ran.out)["exit"] == 1
    assert result(ran)["findings"][0].keys() == {"code", "severity", "text", "remedy"}


def test_a_folder_put_back_is_found_from_memory(luodi, folder, tmp_path):
    shutil.copytree(folder / "evidence", tmp_path / "old")
    attest(luodi)
    shutil.rmtree(folder / "evidence")
    shutil.copytree(tmp_path / "old", folder / "evidence")
    ran = luodi("evidence", "verify", "--json")
    assert ran.code == 1
    assert [item["code"] for item in result(ran)["findings"]] == ["evidence.verify_rolled_back"]
    ran = attest(luodi)
    assert ran.code == 3
    assert "旧拷贝" in ran.err


def test_a_colleagues_chain_put_back_is_found_once_it_was_verified(
    luodi, folder, tmp_path, monkeypatch
):
    def by_a_colleague():
        with monkeypatch.context() as patch:
            patch.setenv("LUODI_HOME", str(tmp_path / "other"))
            assert attest(luodi).code == 0

    by_a_colleague()
    shutil.copytree(folder / "evidence", tmp_path / "old")
    by_a_colleague()
    assert luodi("evidence", "verify").code == 0
    shutil.rmtree(folder / "evidence")
    shutil.copytree(tmp_path / "old", folder / "evidence")
    ran = luodi("evidence", "verify", "--json")
    assert ran.code == 1
    assert "evidence.verify_rolled_back" in [item["code"] for item in result(ran)["findings"]]


@pytest.mark.parametrize("form", ["line", "file", "folder"])
def test_a_folder_put_back_is_found_from_paper(luodi, folder, tmp_path, luodi_home, form):
    """Home and folder are both old: only what somebody else kept can tell."""
    shutil.copytree(folder, tmp_path / "old")
    shutil.copytree(luodi_home, tmp_path / "old home")
    attest(luodi)
    (chain,) = result(luodi("evidence", "verify", "--json"))["chains"]
    paper = tmp_path / "纪要.txt"
    paper.write_text(chain["head"] + "\n", encoding="utf-8")
    shutil.copytree(folder / "evidence", tmp_path / "kept")
    since = {"line": chain["head"], "file": str(paper), "folder": str(tmp_path / "kept")}[form]
    assert luodi("evidence", "verify", "--since", since).code == 0
    for place, old in ((folder / "evidence", "old/evidence"), (luodi_home, "old home")):
        shutil.rmtree(place)
        shutil.copytree(tmp_path / old, place)
    assert luodi("evidence", "verify").code == 0
    ran = luodi("evidence", "verify", "--since", since, "--json")
    assert ran.code == 1
    assert [item["code"] for item in result(ran)["findings"]] == ["evidence.verify_rolled_back"]


# --- export ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["审 计.csv", "审计.jsonl"])
def test_export(luodi, folder, tmp_path, name):
    ran = luodi("evidence", "export", f"../{name}")
    assert (ran.code, ran.out, ran.err) == (0, f"已写出 2 条记录：../{name}\n", "")
    data = (tmp_path / name).read_bytes()
    if name.endswith("csv"):
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert len(rows) == 3
    else:
        assert data == next((folder / "evidence").glob("*.jsonl")).read_bytes()


def test_export_of_a_broken_ledger_says_so(luodi, folder, tmp_path):
    (chain,) = (folder / "evidence").glob("*.jsonl")
    chain.write_bytes(chain.read_bytes().replace("王工".encode(), "李工".encode(), 1))
    ran = luodi("evidence", "export", "../a.csv")
    assert ran.code == 1
    assert "核验不通过" in ran.out
    found = json.loads(luodi("evidence", "export", "../b.csv", "--json").out)
    assert (found["exit"], found["result"]["verdict"]) == (1, "fail")
    assert found["result"].keys() == {"path", "records", "verdict"}


# --- attest ---------------------------------------------------------------------------------------


def test_attest(luodi, folder):
    more = ["--countersigner", "李主任", "--expires", "2127-12-31"]
    figures = ["--figure", "attendance=98:percent", "--figure", "pass_rate=96.5:percent"]
    ran = attest(luodi, *more, *figures, "--environment", "production", "--json")
    assert (ran.code, ran.err) == (0, "")
    said = result(ran)
    assert said.keys() == {"id", "attestation", "about"}
    record = result(luodi("evidence", "show", said["id"], "--json"))
    assert record["attestation"] == said["attestation"]
    assert record["attestation"]["countersigner"] == "李主任"
    assert record["environment"] == "production"
    assert [figure["value"] for figure in record["figures"]] == [98, "96.5"]
    assert attest(luodi).out.startswith("已记入台账 w")


# --- wrong use ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["show", "nope"], 2, "台账里没有记录 nope。"),
        (["show", "--last", "0"], 2, "--last 不能小于 1"),
        (["show", "--kind", "machin"], 2, "您要的是不是 machine"),
        (["show", "--folder", "../.."], 2, "都不是落地文件夹"),
        (["show", "--folder", "nope"], 2, "不存在"),
        (["verify", "--since", "w:1"], 2, "“w:1” 不是链头"),
        (["verify", "--since", ""], 2, "不是链头"),
        (["verify", "--since", "mapping"], 2, "里没有链头"),
        (["verify", "--since", "../表.xlsx"], 3, "不是 UTF-8 文本"),
        (["export", "a.txt"], 2, "不认识 a.txt 的格式"),
        (["export", "landing.toml"], 2, "landing.toml 已经存在"),
        (["attest", "training", "x", "--scan", "plan.toml", "--signer", "a"], 2, "“training”"),
        (["attest", "a:b", "x", "--scan", "nope", "--signer", "a"], 2, "--scan：找不到 nope。"),
        (["attest", "a:b", "x", "--scan", "..", "--signer", "a"], 2, "--scan 要一个文件"),
        (["attest", "a:b", "x", "--scan", "plan.toml"], 2, "缺少必填选项 --signer。"),
        (["attest", "a:b"], 2, "缺少参数"),
        (["verfy"], 2, "您要的是不是 verify"),
    ],
)
def test_wrong_use(luodi, folder, words, code, sentence):
    (folder / "mapping").mkdir()
    (folder.parent / "表.xlsx").write_bytes(b"PK\x03\x04\xff")
    before = sorted(Path(folder).rglob("*"))
    ran = luodi("evidence", *words)
    assert (ran.code, ran.out) == (code, "")
    assert sentence in ran.err
    assert "下一步：" in ran.err
    assert sorted(Path(folder).rglob("*")) == before


@pytest.mark.parametrize("figure", ["x", "x=", "x=abc", "=1", "x=nan"])
def test_a_figure_that_is_none(luodi, folder, figure):
    ran = attest(luodi, "--figure", figure)
    assert ran.out == ""
    assert ran.code == 2
    assert figure[:3] in ran.err
