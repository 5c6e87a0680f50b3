"""``luodi migrate review``: the desk, by flags and by keys, by one person and by two."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import environment
from cli.migrate.test_dedupe import write
from migration.people import changed, people, person

TWIN = {"id_card": None, "birth": "2001-02-03", "phone": "13900001234", "address": "教工路1号"}

OTHER = {"birth": "1999-08-17", "phone": "13700001234", "address": "平安街2号"}


@pytest.fixture
def desk(luodi, project, tmp_path):
    """A landing folder whose queue has two pairs to decide and one that is linked by default."""
    rows = [
        *people(60),
        {**person(603), **TWIN, "id": "T1", "name": "欧阳靖雯"},
        {**person(603), **TWIN, "id": "T2", "name": "欧阳思哲"},
        {**person(611), **TWIN, "id": "U1", "name": "慕容文静", **OTHER},
        {**person(611), **TWIN, "id": "U2", "name": "慕容德海", **OTHER},
        changed(person(9), id="P9b"),
    ]
    export = tmp_path / "export"
    export.mkdir()
    write(export / "patient.csv", rows)
    systems = f'format = 1\n[[source]]\nid = "old_his"\ntitle = "老 HIS"\nurl = "{export}"\n'
    with open("systems.toml", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(systems)
    for verb in ("connect", "extract", "dedupe"):
        assert luodi("migrate", verb, "old_his").code == 0
    return lambda *words, **env: json.loads(luodi("migrate", "review", *words, "--json").out)


def test_it_works(luodi, desk):
    said = desk()["result"]
    assert (said["queue"], said["open"], said["two_person"]) == ("patients", 2, False)
    assert {(one["left"], one["right"]) for one in said["items"]} == {("T1", "T2"), ("U1", "U2")}
    assert said["items"][0]["guards"][0]["id"] == "twins"
    first, second = (one["id"] for one in said["items"])
    words = ["--decide", f"{first}=different", "--decide", f"{second}=merge", "--into", "right"]
    said = desk("patients", *words, "--reason", "病历核对")["result"]
    assert (said["open"], said["counts"]["settled"]) == (0, 2)
    assert desk("--undo")["result"]["open"] == 1
    shown = json.loads(luodi("evidence", "show", "--subject", "review:patients", "--json").out)
    figures = {one["name"]: one["value"] for one in shown["result"]["records"][0]["figures"]}
    assert figures["open"] == 1


@pytest.mark.slow
def test_for_a_person(luodi, desk):
    ran = luodi("migrate", "review", "patients")
    assert "队列 patients：共 3 件，待判定 2 件。" in ran.out
    assert "2 件还没有判定。" in ran.out
    assert "Queue patients: 3 items, 2 to decide." in luodi("migrate", "review", "--lang", "en").out


@pytest.mark.slow
def test_two_people(luodi, desk, monkeypatch):
    item = desk("--two-person")["result"]["items"][0]["id"]
    monkeypatch.setenv("LUODI_ACTOR", "病案室 赵")
    assert desk("--decide", f"{item}=link")["result"]["counts"]["awaiting"] == 1
    monkeypatch.setenv("LUODI_ACTOR", "病案室 钱")
    said = desk("--decide", f"{item}=link")["result"]
    assert (said["counts"]["settled"], said["rated_twice"], said["kappa"]) == (1, 1, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["drugs"], "patients"),
        (["--decide", "x=marry"], "编号=动作"),
        (["--decide", "x=link"], "没有 x"),
        (["--undo"], "没有可撤销的判定"),
    ],
)
def test_what_cannot_be_meant(luodi, desk, words, said):
    ran = luodi("migrate", "review", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


QUESTIONS = ("q 离开", "回车结束")


def at_the_keyboard(words, home, keys):
    """Run in a terminal and press keys, each once the program has asked; all that was shown."""
    child, master = pty.fork()
    if child == 0:
        kept = environment(LUODI_HOME=home, LUODI_ACTOR="赵", COLUMNS="120", LUODI_LANG="zh")
        os.execve(sys.executable, [sys.executable, "-m", "luodi", *words], kept)
    shown, asked = b"", 0
    until = time.monotonic() + 40
    while time.monotonic() < until:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break
        if sum(shown.count(question.encode()) for question in QUESTIONS) > asked and keys:
            asked += 1
            os.write(master, keys.pop(0).encode())
    status = ended(child, until)
    os.close(master)
    return os.waitstatus_to_exitcode(status), shown.decode()


def ended(child, until):
    """Wait for a child, but not for ever: one that hangs is killed and fails the test."""
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


@pytest.mark.slow
def test_by_keys(desk, luodi_home):
    code, shown = at_the_keyboard(["migrate", "review"], str(luodi_home), ["d", "u", "l", "q"])
    assert code == 0
    assert "欧阳靖雯" in shown
    assert "\x1b[1;7m" in shown  # what differs is marked
    assert "可能是双胞胎" in shown
    said = desk()["result"]
    assert (said["counts"]["settled"], said["open"]) == (1, 1)


@pytest.mark.slow
def test_two_reviewers_at_once(desk, luodi_home, program):
    """Each waits for the moment the other needs; both decisions are there."""
    first, second = (one["id"] for one in desk()["result"]["items"])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "luodi", "migrate", "review", "--decide", f"{item}=link"],
            env=environment(LUODI_HOME=str(luodi_home), LUODI_ACTOR=who),
            stdout=subprocess.DEVNULL,
        )
        for item, who in ((first, "赵"), (second, "钱"))
    ]
    assert [one.wait(60) for one in running] == [0, 0]
    assert desk()["result"]["counts"]["settled"] == 2


def test_no_queue_yet(luodi, project):
    ran = luodi("migrate", "review", "--lang", "en")
    assert ran.code == 2
    assert "There is no review queue yet" in ran.err
    assert "luodi migrate dedupe SYSTEM TABLE" in ran.err


def test_the_rule_of_two_is_declared_in_the_folder(luodi, desk):
    desk("--two-person", "--reason", "医务科会议")
    text = Path("review.toml").read_text("utf-8")
    assert "two_person = true" in text
    assert "医务科会议" in text
    first = desk()["result"]["items"][0]["id"]
    said = desk("--decide", f"{first}=link")["result"]
    assert (said["two_person"], said["counts"]["awaiting"]) == (True, 1)
    assert desk("--one-person")["result"]["counts"]["settled"] == 1


@pytest.mark.slow
def test_the_gate_opens_once_every_pair_is_decided(luodi, tmp_path, monkeypatch, luodi_home):
    """Evidence names its queue, and the gate asks the vault whether it is still so."""
    monkeypatch.chdir(tmp_path)
    words = ["--template", "his", "--environment", "rehearsal", "--json"]
    made = json.loads(luodi("new", "东江 HIS", *words).out)["result"]
    monkeypatch.chdir(made["path"])
    assert luodi("vault", "init").code == 0
    rows = [*people(60), {**person(603), **TWIN, "id": "T1", "name": "欧阳靖雯"}]
    rows.append({**person(603), **TWIN, "id": "T2", "name": "欧阳思哲"})
    (tmp_path / "export").mkdir()
    write(tmp_path / "export" / "patient.csv", rows)
    Path("systems.toml").write_text(
        f'format = 1\n[[source]]\nid = "old_his"\nurl = "{tmp_path}/export"\n', "utf-8"
    )
    for verb in ("connect", "extract", "dedupe"):
        assert luodi("migrate", verb, "old_his").code == 0

    def state():
        words = ["gate", "check", "go_live_review", "--offline", "--json"]
        found = json.loads(luodi(*words).out)["result"]["criteria"]
        return next(c["state"] for c in found if c["id"] == "data.identity_reviewed")

    def review(*words):
        return json.loads(luodi("migrate", "review", "patients", *words, "--json").out)["result"]

    assert state() == "untested"
    (waiting,) = review()["items"]
    assert state() == "fail"
    review("--decide", f"{waiting['id']}=different")
    assert state() == "pass"
    review("--undo")
    assert state() == "fail"
