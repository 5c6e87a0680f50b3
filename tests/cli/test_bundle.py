"""``luodi bundle``: out, in, and what waits for a person; exit codes tell a script which."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

EXPORT = {"path", "revision", "files", "digest", "heads"}
IMPORT = {"folder", "chains", "differences", "taken", "waiting", "findings"}


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def at(luodi, tmp_path, monkeypatch) -> Callable:
    """Run a line as vendor or hospital, each with a home and a folder of its own."""

    def run(who, *words):
        monkeypatch.setenv("LUODI_HOME", str(tmp_path / who / "home"))
        monkeypatch.setenv("LUODI_SIDE", who)
        monkeypatch.setenv("LUODI_ACTOR", {"vendor": "王工", "hospital": "信息科"}[who])
        return luodi(*words)

    return run


@pytest.fixture
def folders(at, tmp_path):
    """A vendor's folder; both trust each other; the hospital has imported it."""
    paths = {who: tmp_path / who / "东江 HIS" for who in ("vendor", "hospital")}
    assert at("vendor", "new", str(paths["vendor"]), "--template", "demo").code == 0
    lines = {
        who: json.loads(at(who, "key", "show", "--json").out)["result"]["line"] for who in paths
    }
    at("vendor", "key", "trust", lines["hospital"])
    at("hospital", "key", "trust", lines["vendor"])
    first = str(tmp_path / "包 1.luodi")
    assert at("vendor", "bundle", "export", first, "--folder", str(paths["vendor"])).code == 0
    ran = at("hospital", "bundle", "import", first, "--into", str(paths["hospital"]))
    assert (ran.code, ran.err) == (0, "")
    return paths


@pytest.fixture
def answer(at, folders, tmp_path):
    """The hospital's bundle, with a changed plan."""
    (folders["hospital"] / "plan.toml").write_text("format = 1\n", encoding="utf-8")
    path = str(tmp_path / "包 2.luodi")
    assert at("hospital", "bundle", "export", path, "--folder", str(folders["hospital"])).code == 0
    return path


def take_in(at, folders, path, *words):
    return at("vendor", "bundle", "import", path, "--folder", str(folders["vendor"]), *words)


def test_it_works(at, folders, answer):
    ran = take_in(at, folders, answer)
    assert (ran.code, ran.err) == (1, "")
    assert "不同：plan.toml（对方改的）" in ran.out
    assert "    -days = -3" in ran.out
    assert "等人决定的文件：plan.toml。" in ran.out
    assert "下一步：看过差异后" in ran.out
    ran = take_in(at, folders, answer, "--take", "plan.toml")
    assert (ran.code, ran.err) == (0, "")
    assert "已采用对方的 plan.toml。" in ran.out
    assert (folders["vendor"] / "plan.toml").read_text(encoding="utf-8") == "format = 1\n"
    ran = take_in(at, folders, answer)
    assert (ran.code, "不同：" in ran.out) == (0, False)


@pytest.mark.parametrize("choice", [["--keep", "plan.toml"], ["--take-all"]])
def test_a_decision_ends_it(at, folders, answer, choice):
    assert take_in(at, folders, answer).code == 1
    assert take_in(at, folders, answer, *choice).code == 0
    assert take_in(at, folders, answer).code == 0


def test_in_english(at, folders, answer, tmp_path):
    ran = take_in(at, folders, answer, "--lang", "en")
    assert ran.code == 1
    assert "Differs: plan.toml (changed by them)" in ran.out
    path = str(tmp_path / "3.luodi")
    words = ["--folder", str(folders["vendor"]), "--lang", "en"]
    assert at("vendor", "bundle", "export", path, *words).out.startswith("Exported ")


def test_for_a_program(at, folders, answer, tmp_path):
    path = str(tmp_path / "3.luodi")
    ran = at("vendor", "bundle", "export", path, "--folder", str(folders["vendor"]), "--json")
    made = json.loads(ran.out)
    assert (made["command"], made["exit"], made["result"].keys()) == ("bundle export", 0, EXPORT)
    ran = take_in(at, folders, answer, "--json")
    said = json.loads(ran.out)
    assert (said["exit"], ran.code, ran.err) == (1, 1, "")
    assert said["result"].keys() == IMPORT
    assert said["result"]["waiting"] == ["plan.toml"]
    assert said["result"]["differences"][0].keys() == {"name", "whose", "mine", "theirs", "lines"}
    assert said["result"]["chains"][0].keys() == {"writer", "union", "records", "aside"}


def test_both_leave_evidence(at, luodi, folders, answer):
    take_in(at, folders, answer, "--take-all")
    for who, verb in (("hospital", "export"), ("vendor", "import")):
        words = ["evidence", "show", "--last", "1", "--folder", str(folders[who]), "--json"]
        (record,) = json.loads(at(who, *words).out)["result"]["records"]
        assert (record["engine"], record["verb"]) == ("landing", verb)
        assert str(folders["vendor"].parent.parent) not in json.dumps(record, ensure_ascii=False)


# --- refused --------------------------------------------------------------------------------------


def test_a_key_nobody_trusts(at, folders, answer, luodi):
    at("vendor", "key", "distrust", "信息科")
    ran = take_in(at, folders, answer)
    assert (ran.code, ran.out) == (3, "")
    line = json.loads(at("hospital", "key", "show", "--json").out)["result"]
    assert line["fingerprint"] in ran.err
    assert f'luodi key trust "{line["line"]}"' in ran.err
    assert at("vendor", "key", "trust", line["line"]).code == 0
    assert take_in(at, folders, answer).code == 1


def test_an_altered_bundle(at, folders, answer):
    packed = io.BytesIO()
    with zipfile.ZipFile(answer) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"# x" if name == "gates.toml" else b""))
    Path(answer).write_bytes(packed.getvalue())
    ran = take_in(at, folders, answer)
    assert (ran.code, ran.out) == (3, "")
    assert "与签名清单不符的文件：gates.toml。未导入任何内容。" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["import", "nope.luodi"], 2, "找不到包 nope.luodi。"),
        (["import", "{plan}"], 3, "已损坏，打不开或不完整"),
        (["import", "{answer}", "--take", "gates.toml"], 2, "gates.toml 没有不同之处"),
        (["import", "{answer}", "--into", "{folder}"], 2, "已经存在，不会覆盖"),
        (["import", "{answer}", "--into", "{plan}"], 2, "已经存在，不会覆盖"),
        (["export", "{answer}"], 2, "已经存在，不会覆盖"),
        (["export"], 2, "缺少参数"),
        (["import", "{answer}", "--tak", "x"], 2, "您要的是不是 --take"),
        (["export", "x.luodi", "--folder", "{folder}/nope"], 2, "不存在"),
    ],
)
def test_wrong_use(at, folders, answer, words, code, sentence):
    places = {
        "answer": answer,
        "folder": str(folders["vendor"]),
        "plan": str(folders["vendor"] / "plan.toml"),
    }
    words = [word.format(**places) for word in words]
    if "--folder" not in words and "--into" not in words:
        words += ["--folder", places["folder"]]
    ran = at("vendor", "bundle", *words)
    assert (ran.code, ran.out) == (code, "")
    assert sentence in ran.err
    assert ran.err.count("下一步：") == 1


def test_another_project(at, folders, answer, tmp_path):
    other = str(tmp_path / "滨海 LIS")
    at("vendor", "new", other, "--template", "demo")
    ran = at("vendor", "bundle", "import", answer, "--folder", other)
    assert (ran.code, ran.out) == (3, "")
    assert "“东江 HIS”，而这里是“滨海 LIS”" in ran.err
