"""``luodi gate``: list, check, explain, sign; a no-go is exit code 1."""

import json

import pytest

REPORT = {
    *("gate", "title", "question", "environment", "answer", "asked_at", "definition", "reasons"),
    *("criteria", "signatures", "decision", "conditions", "ignored", "waivers"),
}
CRITERION = {
    *("id", "group", "title", "state", "hard_stop", "required", "found", "age_seconds", "evidence"),
    *("reasons", "owner", "why", "remedy"),
}
SIGN = {"id", "decision", "witnessed", "answer"}
PAPERS = ("commercial:processing-agreement", "commercial:privacy-impact-assessment")


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def folder(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_ACTOR", "王工")
    words = ["--template", "demo", "--environment", "sandbox"]
    assert luodi("new", "东江 HIS", *words).code == 0
    (tmp_path / "扫描 件.pdf").write_bytes(b"%PDF")
    monkeypatch.chdir(tmp_path / "东江 HIS")
    return tmp_path / "东江 HIS"


@pytest.fixture
def ready(luodi, folder):
    """The kickoff has its papers and its thresholds; nobody has spoken."""
    for subject in PAPERS:
        words = ["--scan", "../扫描 件.pdf", "--signer", "张工", "--countersigner", "李主任"]
        assert luodi("evidence", "attest", subject, "已签", *words).code == 0
    assert sign(luodi, "hospital_leader", "adopt", "--reason", "同意", *SCAN).code == 0
    return folder


SCAN = ("--scan", "../扫描 件.pdf")


def sign(luodi, seat, choice, *more):
    return luodi("gate", "sign", "kickoff", "--seat", seat, "--choice", choice, *more)


def result(ran):
    assert "result" in json.loads(ran.out), ran.out
    return json.loads(ran.out)["result"]


def test_it_works(luodi, ready):
    ran = luodi("gate", "check", "kickoff")
    assert (ran.code, ran.err) == (1, "")
    assert "等会签：项目经理。" in ran.out
    assert sign(luodi, "project_manager", "agree", "--name", "王经理").code == 0
    ran = sign(luodi, "hospital_leader", "go", *SCAN)
    assert (ran.code, ran.err) == (0, "")
    assert "院领导：决定放行" in ran.out.replace("拍板放行", "决定放行")
    ran = luodi("gate", "check", "kickoff")
    assert (ran.code, ran.err) == (0, "")
    assert result(luodi("gate", "check", "kickoff", "--json"))["answer"] == "go"


def test_a_condition_stays_visible(luodi, ready):
    due = ["--condition", "补签附件|李主任|2027-03-12", "--reason", "附件未签"]
    assert sign(luodi, "project_manager", "agree_if", *due).code == 0
    assert sign(luodi, "hospital_leader", "go", *SCAN).code == 0
    ran = luodi("gate", "check", "kickoff")
    assert (ran.code, "补签附件 — 李主任 (2027-03-12)" in ran.out) == (0, True)
    (held,) = result(luodi("gate", "check", "kickoff", "--json"))["conditions"]
    closing = ["--target", held["id"], "--reason", "已补签"]
    assert sign(luodi, "project_manager", "close", *closing).code == 0
    found = result(luodi("gate", "check", "kickoff", "--json"))
    assert (found["answer"], found["conditions"][0]["state"]) == ("go", "closed")


def test_a_veto_is_a_no(luodi, ready):
    sign(luodi, "project_manager", "agree")
    assert sign(luodi, "hospital_leader", "disagree", "--reason", "不行", *SCAN).code == 0
    ran = luodi("gate", "check", "kickoff")
    assert ran.code == 1
    assert "不行" in ran.out


# --- list, check, explain -------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "word"), [("zh", "不放行"), ("en", "no-go")])
def test_list(luodi, folder, lang, word):
    ran = luodi("gate", "list", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.lower().count(word) == 2
    assert "go_live_review" in ran.out


def test_list_for_a_program(luodi, folder):
    found = result(luodi("gate", "list", "--json"))
    assert found.keys() == {"gates"}
    assert [gate["gate"] for gate in found["gates"]] == ["kickoff", "go_live_review"]
    assert all(gate.keys() == REPORT for gate in found["gates"])


@pytest.mark.parametrize("verb", ["check", "explain"])
def test_for_a_program(luodi, folder, verb):
    ran = luodi("gate", verb, "go_live_review", "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["exit"], ran.err) == (1, 1, "")
    assert said["result"].keys() == REPORT
    assert [item.keys() for item in said["result"]["criteria"]] == [CRITERION] * 7
    assert {item["state"] for item in said["result"]["criteria"]} == {"untested"}


def test_explain(luodi, folder):
    ran = luodi("gate", "explain", "kickoff")
    assert ran.code == 1
    assert ran.out.count("为什么：") == ran.out.count("怎么补：") == 2
    one = luodi("gate", "explain", "kickoff", "commercial.processing_agreement")
    assert one.out.count("为什么：") == 1
    assert "What to do: " in luodi("gate", "explain", "kickoff", "--lang", "en").out


def test_a_criterion_that_is_not_there(luodi, folder):
    ran = luodi("gate", "explain", "kickoff", "nope")
    assert (ran.code, ran.out) == (2, "")
    assert "没有准则 nope；有：commercial.processing_agreement、" in ran.err
    assert "下一步：luodi gate explain kickoff" in ran.err


def test_looking_leaves_no_evidence(luodi, folder):
    (chain,) = (folder / "evidence").glob("*.jsonl")
    before = chain.read_bytes()
    for words in (["list"], ["check", "kickoff"], ["explain", "kickoff"]):
        luodi("gate", *words)
    assert chain.read_bytes() == before


# --- sign -----------------------------------------------------------------------------------------


def test_sign_for_a_program(luodi, ready):
    ran = sign(luodi, "project_manager", "agree", "--json")
    said = json.loads(ran.out)
    assert (said["command"], said["exit"], ran.code) == ("gate sign", 0, 0)
    assert said["result"].keys() == SIGN
    assert said["result"]["decision"]["name"] == "王工"
    record = result(luodi("evidence", "show", said["result"]["id"], "--json"))
    assert record["decision"] == said["result"]["decision"]


def test_a_seat_of_the_other_side_needs_a_paper(luodi, ready):
    ran = sign(luodi, "hospital_leader", "agree")
    assert (ran.code, ran.out) == (2, "")
    assert sign(luodi, "hospital_leader", "agree", *SCAN).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "kickof"], "没有关口 kickof；有：kickoff、go_live_review。"),
        (["check"], "缺少参数"),
        (["chek", "kickoff"], "您要的是不是 check"),
        (["explain", "kickoff", "nope"], "没有准则 nope"),
        (["list", "--folder", "../.."], "都不是落地文件夹"),
        (["list", "--folder", "../typo"], "不存在"),
        (["sign", "kickoff", "--seat", "nobody", "--choice", "agree"], "没有席位 nobody"),
        (["sign", "kickoff", "--choice", "agree"], "缺少必填选项 --seat。"),
        (["sign", "kickoff", "--seat", "project_manager", "--choice", "agre"], "是不是 agree"),
        (["sign", "kickoff", "--seat", "project_manager", "--choice", "go"], ""),
        (["sign", "kickoff", "--seat", "project_manager", "--choice", "disagree"], ""),
        (["sign", "kickoff", "--seat", "project_manager", "--choice", "agree_if"], ""),
        (
            ["sign", "kickoff", "--seat", "project_manager", "--choice", "agree", "--scan", "no"],
            "--scan：找不到 no。",
        ),
        (
            [
                *("sign", "kickoff", "--seat", "project_manager", "--choice", "agree_if"),
                *("--condition", "补|李|明天", "--reason", "x"),
            ],
            "补|李|明天",
        ),
        (
            ["sign", "kickoff", "--seat", "hospital_leader", "--choice", "go", *SCAN],
            "",
        ),
    ],
)
def test_wrong_use(luodi, folder, words, sentence):
    before = (folder / "gates.toml").read_bytes()
    ran = luodi("gate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("错误：")
    assert sentence in ran.err
    assert "Traceback" not in ran.err
    assert (folder / "gates.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("spoil", "code", "sentence"),
    [
        (lambda text: text[:900], 3, "不符合 TOML 语法，文件可能只写了一半"),
        (lambda text: text.replace("format = 1", "format = 2", 1), 3, "格式版本是 2"),
        (lambda text: text.replace("format = 1", "", 1), 3, "没有写格式版本"),
        (lambda text: text.replace("hard_stop", "hard_stp", 1), 2, "是否想写 hard_stop"),
        (lambda text: None, 3, "找不到文件"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_gates_that_are_broken(luodi, folder, spoil, code, sentence, lang):
    path = folder / "gates.toml"
    text = spoil(path.read_text(encoding="utf-8"))
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    ran = luodi("gate", "list", "--lang", lang)
    assert (ran.code, ran.out) == (code, "")
    assert str(path) in ran.err
    assert lang == "en" or sentence in ran.err
    assert ("Next: " if lang == "en" else "下一步：") in ran.err


# --- sources --------------------------------------------------------------------------------------


@pytest.fixture
def connected(luodi, tmp_path, monkeypatch):
    """A landing folder whose old system was connected; it is a file beside the folder."""
    monkeypatch.chdir(tmp_path)
    assert luodi("new", "东江 HIS", "--template", "his", "--environment", "test").code == 0
    monkeypatch.chdir(tmp_path / "东江 HIS")
    old = tmp_path / "old.csv"
    old.write_text("id,name\n1,a\n", encoding="utf-8")
    systems = f'format = 1\n[[source]]\nid = "old"\nurl = "{old}"\n'
    (tmp_path / "东江 HIS" / "systems.toml").write_text(systems, encoding="utf-8")
    assert luodi("vault", "init").code == 0
    assert luodi("migrate", "connect").code == 0
    return old


def standing(luodi, *more):
    for gate in result(luodi("gate", "list", "--json"))["gates"]:
        if any(one["id"] == "data.sources_connected" for one in gate["criteria"]):
            found = result(luodi("gate", "check", gate["gate"], "--json", *more))["criteria"]
            (one,) = (one for one in found if one["id"] == "data.sources_connected")
            return one["state"], [reason["code"] for reason in one["reasons"]]
    raise AssertionError("no gate asks for sources")


def test_a_source_that_is_as_it_was(luodi, connected):
    assert standing(luodi) == ("pass", [])


def test_a_source_that_grew(luodi, connected):
    connected.write_text("id,name\n1,a\n2,b\n", encoding="utf-8")
    assert standing(luodi) == ("warn", ["evidence.reason_input_drifted"])


@pytest.mark.parametrize("text", ["id,title\n1,a\n", "id,name\n"])
def test_a_source_of_another_shape_or_with_fewer_rows(luodi, connected, text):
    """Evidence about it is stale: it was read as something else."""
    connected.write_text(text, encoding="utf-8")
    assert standing(luodi) == ("stale", ["evidence.reason_input_changed"])


def test_a_source_that_is_gone(luodi, connected):
    connected.unlink()
    assert standing(luodi)[0] == "stale"


def test_sources_that_are_not_asked(luodi, connected):
    connected.unlink()
    assert standing(luodi, "--offline") == ("warn", ["evidence.reason_input_cannot_tell"])
