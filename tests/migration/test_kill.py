"""kill -9 at every stage, and on again: nothing lost, nothing loaded twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]


@pytest.fixture
def run(luodi_home, new_his):
    settings = read_settings()
    init(Home.of(settings), settings, "p1")
    script = Path(__file__).with_name("load_killed.py")
    env = {**os.environ, "PYTHONPATH": str(TESTS)}

    def run(action, point=""):
        return subprocess.run(
            [sys.executable, str(script), action, point],
            input=json.dumps(new_his.parameters),
            capture_output=True,
            text=True,
            env=env,
            timeout=120,
            check=False,
        )

    return run


def held(new_his):
    patients = [id for (id,) in new_his.rows("SELECT id FROM patient WHERE id < 900 ORDER BY id")]
    visits = [id for (id,) in new_his.rows("SELECT id FROM visit ORDER BY id")]
    return patients, visits


WHOLE = ([1, 2, 3, 5], [10, 11, 12])
POINTS = [
    "planned",
    "one feed staged",
    "staged",
    "writing",
    "one part committed",
    "three parts committed",
    "before complete",
    "complete",
]


@pytest.mark.parametrize("point", POINTS)
def test_it_goes_on(run, new_his, point):
    assert run("load", point).returncode == -signal.SIGKILL
    done = run("resume")
    assert done.returncode == 0, done.stderr
    if "nothing" in done.stdout:
        assert run("load").returncode == 0
    assert held(new_his) == WHOLE
    states = "SELECT DISTINCT state FROM luodi_batch WHERE part <> ''"
    assert new_his.rows(states) == [("loaded",)]
    back = run("rollback")
    assert json.loads(back.stdout) == {"removed": 7, "restored": 0, "residual": 0}
    assert held(new_his) == ([], [])


def test_it_goes_on_after_a_swap(run, new_his):
    new_his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    assert run("load", "swapped").returncode == -signal.SIGKILL
    assert run("resume").returncode == 0
    assert held(new_his) == WHOLE


@pytest.mark.parametrize("point", ["writing", "one part committed"])
def test_half_a_batch_can_be_taken_back(run, new_his, point):
    assert run("load", point).returncode == -signal.SIGKILL
    back = run("rollback")
    assert json.loads(back.stdout)["residual"] == 0
    assert held(new_his) == ([], [])


def test_a_roll_back_that_was_killed(run, new_his):
    assert run("load").returncode == 0
    assert run("rollback", "before removal").returncode == -signal.SIGKILL
    assert held(new_his) == WHOLE
    assert run("rollback", "removed").returncode == -signal.SIGKILL
    assert held(new_his) == ([], [])
    assert json.loads(run("rollback").stdout)["residual"] == 0
    assert held(new_his) == ([], [])
