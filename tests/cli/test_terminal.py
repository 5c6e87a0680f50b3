"""Results to standard output, all else to standard error."""

import io
import json
import os
import sys
import threading
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from luodi.cli.terminal import Terminal
from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent

pty = pytest.importorskip("pty") if sys.platform != "win32" else None


def stream(encoding="utf-8"):
    return io.TextIOWrapper(io.BytesIO(), encoding, errors="replace")


def text(written):
    written.flush()
    return written.buffer.getvalue().decode(written.encoding)


@pytest.fixture
def terminal():
    return Terminal(stream(), stream(), "zh")


def test_it_works(terminal):
    terminal.say("cli.doctor_fine")
    terminal.hint("cli.interrupted")
    assert text(terminal._out) == "必需的都齐了。\n"
    assert text(terminal._err) == "已中断。\n"


def test_a_person_gets_a_drawing_and_a_program_the_payload(terminal):
    terminal.finish({}, lambda: terminal.say("cli.doctor_fine"), exit_code=1)
    assert text(terminal._out) == "必需的都齐了。\n"
    assert terminal.exit_code == 1
    program = Terminal(stream(), stream(), "zh", json=True)
    payload = {"cost": Decimal("0.10"), "path": Path("/a b"), "map": MappingProxyType({1: (2,)})}
    program.finish(payload, lambda: pytest.fail("nothing is drawn"))
    said = json.loads(text(program._out))
    assert said["result"] == {"cost": "0.10", "path": "/a b", "map": {"1": [2]}}


def test_there_is_one_result(terminal):
    terminal.finish({}, lambda: None)
    with pytest.raises(RuntimeError):
        terminal.finish({}, lambda: None)


def test_a_failure_after_the_result_is_no_second_object():
    program = Terminal(stream(), stream(), "zh", json=True)
    program.finish({}, lambda: None)
    program.refuse(LuodiError("cli.disk_full"))
    assert program.exit_code == 3
    assert text(program._out).count("\n") == 1
    assert "磁盘已满" in text(program._err)


def test_a_lone_surrogate_stays_json():
    program = Terminal(stream(), stream(), "zh", json=True)
    program.finish({"name": "签到\udcb1"}, lambda: None)
    assert json.loads(text(program._out))["result"]["name"] == "签到\udcb1"


def test_what_has_no_json_form_is_a_defect():
    program = Terminal(stream(), stream(), "zh", json=True)
    with pytest.raises(TypeError):
        program.finish({"odd": object()}, lambda: None)


def test_nobody_watches_a_pipe(terminal):
    with terminal.progress() as progress:
        assert isinstance(progress, Silent)


def test_a_thread_cannot_catch_signals_and_works_all_the_same(terminal):
    done = []

    def work():
        with terminal.progress() as progress:
            progress.stage("cli.gate_help")
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def on_a_terminal(*words, interrupt=False, **environ):
    """Run the sample on a pseudo-terminal and return its exit code and all it showed."""
    sample = str(Path(__file__).with_name("sample.py"))
    child, master = pty.fork()
    if child == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "100", **environ})
        os.execv(sys.executable, [sys.executable, sample, *words])
    shown = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            break
        if not more:
            break
        shown += more
        if interrupt and b"Ctrl-C" in shown:
            interrupt = False
            os.write(master, b"\x03")
    os.close(master)
    encoding = environ.get("PYTHONIOENCODING", "utf-8")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode(encoding)


posix = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@posix
def test_a_terminal_gets_colour():
    code, shown = on_a_terminal("gate", "table")
    assert code == 1
    assert "\x1b[32m通过" in shown
    assert "医嘱 ß🙂" in shown


@posix
def test_no_colour_where_none_is_wanted():
    assert "\x1b[3" not in on_a_terminal("gate", "table", NO_COLOR="1")[1]


@posix
def test_an_error_is_red_and_a_sentence():
    code, shown = on_a_terminal("gate", "fail", "full")
    assert code == 3
    assert "\x1b[31m错误：磁盘已满，写不下去了。" in shown


@posix
def test_a_terminal_gets_a_bar_and_ctrl_c_stops_it():
    code, shown = on_a_terminal("gate", "work", interrupt=True)
    assert code == 130
    assert "/1000" in shown
    assert "已按要求停止" in shown


@posix
def test_a_gbk_terminal_is_survived():
    code, shown = on_a_terminal("gate", "table", PYTHONIOENCODING="gbk")
    assert code == 1
    assert "通过" in shown
    assert "----" in shown
