"""``luodi vault``: begin, look, destroy; the certificate in the ledger."""

import io
import json
import os
import shutil
import signal

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault import destroy as verb
from luodi.landing.vault.store import Vault

STATUS = {
    *("project", "path", "vault", "created", "objects", "bytes", "workspaces", "workspace_bytes"),
    *("drafts", "modes", "shared", "key", "key_path", "key_fingerprint"),
}


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def project(luodi, tmp_path, monkeypatch):
    """A folder, the key on a stick, and where one is; returns the project's id."""
    monkeypatch.chdir(tmp_path)
    stick = tmp_path / "U 盘"
    stick.mkdir()
    monkeypatch.setenv("LUODI_VAULT_KEYS", str(stick))
    made = json.loads(luodi("new", "东江 HIS", "--template", "demo", "--json").out)["result"]
    monkeypatch.chdir(made["path"])
    return made["project"]


@pytest.fixture
def filled(luodi, project):
    assert luodi("vault", "init").code == 0
    settings = read_settings()
    vault = Vault.open(Home.of(settings), settings, project)
    vault.put("张三.csv", io.BytesIO(b"patient" * 1000))
    vault.put("李四.csv", io.BytesIO(b"patient"))
    return project


def last(luodi):
    return json.loads(luodi("evidence", "show", "--last", "1", "--json").out)["result"]["records"][
        0
    ]


def test_it_works(luodi, project, tmp_path, luodi_home):
    ran = luodi("vault", "init")
    assert (ran.code, ran.err) == (0, "")
    key = tmp_path / "U 盘" / f"{project}.key"
    assert ran.out.startswith(
        f"保险库已建立：{luodi_home / 'vault' / project}；密钥：{key}\n密钥丢了"
    )
    assert key.is_file()
    assert last(luodi)["verb"] == "vault-init"
    ran = luodi("vault", "status")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(f"密钥在 {key}。\n")
    ran = luodi("vault", "destroy", "--confirm", project)
    assert (ran.code, ran.err) == (0, "")
    assert "保险库已销毁：0 个对象，0 字节。" in ran.out
    assert not key.exists()


@pytest.mark.parametrize(("lang", "word"), [("zh", "个对象"), ("en", "objects")])
def test_in_both_languages(luodi, filled, lang, word):
    assert word in luodi("vault", "status", "--lang", lang).out
    assert word in luodi("vault", "destroy", "--confirm", filled, "--lang", lang).out


def test_for_a_program(luodi, project):
    made = json.loads(luodi("vault", "init", "--json").out)
    assert made["result"].keys() == STATUS
    found = json.loads(luodi("vault", "status", "--json").out)
    assert found["result"].keys() == STATUS
    gone = json.loads(luodi("vault", "destroy", "--confirm", project, "--json").out)
    assert gone["result"].keys() == {"certificate", "destruction"}
    assert gone["result"]["destruction"]["vault"] == made["result"]["vault"]


def test_the_certificate_can_be_read(luodi, filled, tmp_path, luodi_home):
    said = json.loads(luodi("vault", "destroy", "--confirm", filled, "--json").out)["result"]
    ran = luodi("evidence", "show", said["certificate"])
    assert ran.code == 0
    assert "密码学擦除" in ran.out
    record = json.loads(luodi("evidence", "show", said["certificate"], "--json").out)["result"]
    assert (record["verb"], record["verdict"]) == ("vault-destroy", "pass")
    assert record["subject"] == f"vault:{said['destruction']['vault']}"
    assert {figure["name"]: figure["value"] for figure in record["figures"]}["objects"] == 2
    ledger = b"".join(
        path.read_bytes() for path in (tmp_path / "东江 HIS/evidence").glob("*.jsonl")
    )
    for secret in (str(tmp_path), str(luodi_home), "U 盘", "张三"):
        assert secret.encode() not in ledger
    assert luodi("evidence", "verify").code == 0


def test_what_others_can_reach_is_a_finding(luodi, filled, luodi_home):
    (luodi_home / "vault" / filled / "objects").chmod(0o755)
    ran = luodi("vault", "status")
    assert ran.code == 1
    assert "别人也能访问" in ran.out


@pytest.mark.parametrize("words", [["vault", "status"], ["vault", "status", "--json"]])
def test_a_key_that_is_not_there_is_a_finding(luodi, filled, tmp_path, words):
    shutil.move(tmp_path / "U 盘" / f"{filled}.key", tmp_path / "away")
    ran = luodi(*words)
    assert (ran.code, ran.err) == (1, "")
    assert "missing" in ran.out or "密钥不在" in ran.out


def test_without_the_key(luodi, filled, tmp_path, luodi_home):
    shutil.move(tmp_path / "U 盘" / f"{filled}.key", tmp_path / "away")
    ran = luodi("vault", "destroy", "--confirm", filled)
    assert (ran.code, ran.out) == (3, "")
    assert "--without-key" in ran.err
    assert (luodi_home / "vault" / filled / "vault.toml").is_file()
    ran = luodi("vault", "destroy", "--confirm", filled, "--without-key")
    assert ran.code == 0
    assert "密钥不在手边，未能销毁" in ran.out
    assert last(luodi)["verdict"] == "warn"


def test_another_name_destroys_nothing(luodi, filled, luodi_home):
    for words in (["--confirm", "东江 HIS"], ["--confirm", ""], ["--confirm", filled.upper()]):
        ran = luodi("vault", "destroy", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "没有销毁" in ran.err
    assert len(list((luodi_home / "vault" / filled / "objects").iterdir())) == 2
    assert last(luodi)["status"] == "failed"


def test_twice(luodi, filled):
    first = json.loads(luodi("vault", "destroy", "--confirm", filled, "--json").out)["result"]
    second = json.loads(luodi("vault", "destroy", "--confirm", filled, "--json").out)["result"]
    assert second["destruction"] == first["destruction"]
    assert second["certificate"] != first["certificate"]
    ran = luodi("vault", "init")
    assert ran.code == 0
    ran = luodi("vault", "init")
    assert (ran.code, ran.out) == (2, "")
    assert "已有保险库" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["status"], 2, "还没有保险库"),
        (["destroy", "--confirm", "{project}"], 2, "还没有保险库"),
        (["destroy"], 2, "缺少必填选项 --confirm。"),
        (["destory", "--confirm", "x"], 2, "您要的是不是 destroy"),
        (["init", "--folder", ".."], 2, "都不是落地文件夹"),
        (["init", "--folder", "nope"], 2, "不存在"),
    ],
)
def test_wrong_use(luodi, project, words, code, sentence):
    ran = luodi("vault", *(word.format(project=project) for word in words))
    assert (ran.code, ran.out) == (code, "")
    assert sentence in ran.err
    assert "下一步：" in ran.err


def test_the_stick_is_not_plugged_in(luodi, project, tmp_path):
    (tmp_path / "U 盘").rmdir()
    ran = luodi("vault", "init")
    assert (ran.code, ran.out) == (3, "")
    assert "U 盘可能没有插好" in ran.err
    assert not (tmp_path / "U 盘").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_is_recorded_and_it_goes_on_from_there(luodi, filled, monkeypatch, times):
    remove = verb._remove

    def interrupted(*words):
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        remove(*words)

    with monkeypatch.context() as patch:
        patch.setattr(verb, "_remove", interrupted)
        ran = luodi("vault", "destroy", "--confirm", filled)
    assert (ran.code, ran.out) == (130, "")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    record = last(luodi)
    assert (record["verb"], record["status"]) == ("vault-destroy", "cancelled")
    ran = luodi("vault", "status")
    assert ran.code == 3
    assert "再次执行 luodi vault destroy" in ran.err
    ran = luodi("vault", "destroy", "--confirm", filled)
    assert ran.code == 0
    assert "2 个对象" in ran.out
    assert last(luodi)["verdict"] == "pass"
