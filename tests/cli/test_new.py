"""``luodi new``: the page, the exit code, the record; the folder is tested in tests/landing."""

import json
import os
import resource
from pathlib import Path

import pytest

KEYS = {"path", "project", "name", "template", "gates", "writer"}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    place = tmp_path / "落地 项目"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def everything(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_it_works(luodi, here):
    ran = luodi("new", "东江 HIS", "--template", "demo", "--hospital", "东江一院")
    assert (ran.code, ran.err) == (0, "")
    path = here / "东江 HIS"
    assert ran.out.splitlines() == [
        f"已建好落地文件夹 {path}，2 道关口。",
        f'下一步：cd "{path}"，改好 gates.toml 里的阈值，再看 luodi gate list。',
    ]
    assert 'hospital = "东江一院"' in (path / "landing.toml").read_text(encoding="utf-8")


def test_in_english(luodi):
    ran = luodi("new", "a", "--template", "demo", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("The landing folder ")
    assert ran.out.isascii() or "落地 项目" in ran.out


def test_for_a_program(luodi, here):
    ran = luodi("new", "a", "--template", "demo", "--go-live", "2027-03-13T22:00+08:00", "--json")
    said = json.loads(ran.out)
    assert (said["command"], said["exit"], ran.code, ran.err) == ("new", 0, 0, "")
    assert said["result"].keys() == KEYS
    assert said["result"]["path"] == str(here / "a")
    assert said["result"]["gates"] == ["kickoff", "go_live_review"]
    assert "go_live = 2027-03-13 22:00:00+08:00" in (here / "a" / "landing.toml").read_text(
        encoding="utf-8"
    )


def test_it_begins_the_ledger(luodi):
    made = json.loads(luodi("new", "a", "--template", "demo", "--json").out)["result"]
    shown = json.loads(luodi("evidence", "show", "--folder", "a", "--json").out)["result"]
    verbs = [(record["engine"], record["verb"], record["subject"]) for record in shown["records"]]
    assert verbs == [
        ("landing", "new", f"project:{made['project']}"),
        ("evidence", "open", f"ledger:{made['writer']}"),
    ]


def test_here(luodi, here):
    assert luodi("new", ".", "--template", "demo").code == 0
    assert "landing.toml" in everything(here)
    assert luodi("gate", "list").code == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["a"], 2, "a 已经存在，不会覆盖。"),
        (["b:c"], 2, "“b:c”不能作项目名"),
        (["b", "--template", "hiss"], 2, "没有模板 hiss；有：demo"),
        (["b", "--go-live", "明天"], 2, "--go-live 要一个日期或时间，“明天”不是。"),
        (["b", "--environment", "prod"], 2, "--environment 不能是“prod”"),
        ([], 2, "缺少参数"),
        (["b", "c"], 2, "多出了参数：c。"),
        (["a/file/b"], 3, "a/file/b"),
    ],
)
def test_wrong_use(luodi, here, words, code, sentence):
    (here / "a").mkdir()
    (here / "a" / "file").touch()
    ran = luodi("new", *words)
    assert (ran.code, ran.out) == (code, "")
    assert sentence in ran.err
    assert "下一步：" in ran.err
    assert everything(here) == ["a", "a/file"]


# --- trouble leaves nothing behind ----------------------------------------------------------------


def test_a_home_that_cannot_be_written_leaves_no_folder(luodi, here, luodi_home):
    """The folder stood there, whole but for its first record."""
    luodi_home.write_text("a file where the home should be")
    ran = luodi("new", "深 处/a", "--template", "demo")
    assert ran.code == 3
    assert str(luodi_home) in ran.err
    assert not (here / "深 处" / "a").exists()


def test_a_ledger_that_cannot_be_written_leaves_no_folder(luodi, here, monkeypatch):
    luodi("key", "show")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("luodi.evidence.json_lines.JsonLinesLedger.append", interrupted)
    assert luodi("new", "a", "--template", "demo").code == 130
    assert everything(here) == []


def test_a_full_disk(luodi, here):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    luodi("key", "show")
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
    try:
        ran = luodi("new", "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ran.code == 3
    assert ran.err.startswith("错误：磁盘已满")
    assert everything(here) == []


@pytest.mark.slow
def test_as_a_program_on_a_gbk_console(program, tmp_path, luodi_home):
    env = {"PYTHONIOENCODING": "gbk", "LUODI_HOME": str(luodi_home), "LC_ALL": "zh_CN.GBK"}
    ran = program("new", "东江 HIS", "--template", "demo", env=env, cwd=tmp_path)
    assert ran.returncode == 0
    assert f"已建好落地文件夹 {tmp_path / '东江 HIS'}" in ran.stdout.decode("gbk")
    again = program("new", "东江 HIS", "--json", env=env, cwd=tmp_path)
    assert again.returncode == 2
    assert json.loads(again.stdout)["error"]["code"] == "landing.exists"
    assert "已经存在" in again.stderr.decode("gbk")
    assert Path(os.fspath(tmp_path), "东江 HIS", "landing.toml").is_file()
