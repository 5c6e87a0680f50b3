"""From a line of words to an exit code; every failure a sentence."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def test_it_works(luodi):
    ran = luodi("version")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Luodi")


def test_it_is_also_a_module(program):
    ran = program("version", "--json")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["exit"] == 0


@pytest.mark.parametrize(
    ("how", "code", "sentence"),
    [
        ("luodi", 3, "磁盘是只读的：/a。"),
        ("missing", 3, "找不到：/不存在/文 件。"),
        ("full", 3, "磁盘已满"),
        ("odd", 3, "/dev/sdx 的操作（EIO）"),
        ("nowhere", 3, "一个操作（EIO）"),
        ("memory", 3, "内存不足"),
        ("interrupt", 130, "已中断"),
        ("abort", 130, "已中断"),
    ],
)
def test_what_could_not_be_done_is_a_sentence(sample, how, code, sentence):
    ran = sample("gate", "fail", how)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"错误：{sentence}") or sentence in ran.err
    assert "Traceback" not in ran.err


def test_a_program_gets_the_failure_as_one_object(sample):
    ran = sample("gate", "fail", "odd", "--json", "--lang", "en")
    assert json.loads(ran.out) == {
        "command": "gate fail",
        "exit": 3,
        "error": {
            "code": "cli.os_error",
            "text": "The operating system refused to work on /dev/sdx (EIO).",
            "remedy": "Check the disk or network drive, then try again; "
            "luodi doctor examines this machine.",
            "params": {"path": "/dev/sdx", "name": "EIO"},
        },
    }
    assert ran.err.count("\n") == 1


def test_a_defect_is_reported_without_a_value(sample, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path))
        ran = sample("gate", "fail", "张三")
    assert ran.code == 3
    assert "ValueError" in ran.err
    assert "Traceback" not in ran.err
    (report,) = tmp_path.iterdir()
    text = report.read_text("utf-8")
    assert str(report) in ran.err
    assert "builtins.ValueError" in text
    assert "sample.py" in text
    assert "110101199003070000" not in text.replace('patient = "张三 110101199003070000"', "")
    assert "luodi gate fail\n" in text


def test_a_defect_is_said_even_where_nothing_can_be_written(sample, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("luodi.cli.failure.tempfile.mkstemp", full)
    ran = sample("--lang", "en", "gate", "fail", "x")
    assert ran.code == 3
    assert "could not be written" in ran.err
    assert "LUODI_DEBUG=1" in ran.err


def test_a_developer_sees_the_traceback(sample, monkeypatch):
    monkeypatch.setenv("LUODI_DEBUG", "1")
    assert "Traceback" in sample("gate", "fail", "x").err


def test_a_reader_that_leaves_is_no_error(started):
    ran = started("gate", "long", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ran.stdout.readline()
    ran.stdout.close()
    assert ran.stderr.read() == b""
    ran.stderr.close()
    assert ran.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_a_sentence(program):
    with Path("/dev/full").open("wb") as full:
        ran = program("version", stdout=full)
    assert ran.returncode == 3
    assert "磁盘已满" in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


@pytest.mark.needs("sh")
def test_closed_output_is_survived():
    script = '"$0" -m luodi version >&- 2>&-'
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert (
        subprocess.run(["sh", "-c", script, sys.executable], env=environ, check=False).returncode
        == 0
    )


def waits(process):
    """Read what it says until it is under way."""
    said = b""
    while b"Ctrl-C" not in said:
        byte = process.stderr.read(1)
        assert byte, said
        said += byte
    return said


def test_the_first_interrupt_stops_at_the_next_report(started):
    process = started("gate", "work", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    waits(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "已按要求停止" in err.decode()
    assert out == b""


def test_the_second_interrupt_stops_at_once(started):
    words = ("gate", "work", "--stubborn", "--json")
    process = started(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    waits(process)
    process.send_signal(signal.SIGINT)
    waits(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "已中断" in err.decode()
    assert json.loads(out)["error"]["code"] == "cli.interrupted"


def test_a_gbk_console_is_survived(program):
    gbk = {"PYTHONIOENCODING": "gbk"}
    for words in (["--help"], ["doctor"], ["version", "é🙂"]):
        ran = program(*words, env=gbk)
        assert ran.returncode in (0, 1, 2)
        assert ran.stdout.decode("gbk") + ran.stderr.decode("gbk")
    ran = program("gate", "table", sample=True, env=gbk)
    assert ran.returncode == 1
    assert "医嘱 ??" in ran.stdout.decode("gbk")
    assert "--------" in ran.stdout.decode("gbk")


def test_json_is_ascii_where_the_output_is_not_utf8(program):
    ran = program("gate", "check", "医嘱", "--json", sample=True, env={"PYTHONIOENCODING": "gbk"})
    assert ran.stdout.isascii()
    assert json.loads(ran.stdout)["result"]["gate"] == "医嘱"
    ran = program("gate", "check", "医嘱", "--json", sample=True)
    assert "医嘱" in ran.stdout.decode("utf-8")


@pytest.mark.parametrize("coerce", [{}, {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}])
def test_chinese_paths_with_spaces_work_under_any_locale(program, tmp_path, coerce):
    scan = tmp_path / "签到 表.pdf"
    scan.write_bytes(b"")
    words = ("gate", "sign", scan, "--signer", "张三", "--json")
    ran = program(*words, sample=True, env={"LC_ALL": "C", **coerce})
    assert ran.returncode == 0
    (name,) = json.loads(ran.stdout)["result"]["scans"]
    assert os.fsencode(name) == os.fsencode(scan) or name.encode(
        "ascii", "surrogateescape"
    ) == os.fsencode(scan)


def test_a_path_that_is_not_utf8_works(program, tmp_path):
    scan = os.fsencode(tmp_path) + "/签到 表".encode("gbk")
    Path(os.fsdecode(scan)).write_bytes(b"")
    ran = program("gate", "sign", scan, "--signer", "a", "--json", sample=True)
    (name,) = json.loads(ran.stdout.decode("utf-8"))["result"]["scans"]
    assert os.fsencode(name) == scan
    assert program("gate", "sign", scan, "--signer", "a", sample=True).returncode == 0


def test_a_console_without_chinese_gets_english(program):
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert b"Usage: luodi" in program(env=ascii_only).stdout
    assert program("--lang", "zh", env=ascii_only).returncode == 0
