"""Web and worker as real processes: kill either, stop both, and lose nothing."""

import http.cookiejar
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import servers

pytestmark = [pytest.mark.slow]

TESTS = Path(__file__).parents[1]


class Running:
    """``luodi demo --serve``, which is ``luodi up`` on a sample, and somebody signed in."""

    def __init__(self, home: Path) -> None:
        self.port = servers.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.home = home / "demo" / "vendor-home"
        self.complained = (home.parent / f"{home.name}.err").open("w+b")
        path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "luodi", "demo", "--serve", "--lang", "en"],
            env={
                **os.environ,
                "LUODI_HOME": str(home),
                "LUODI_LISTEN": f"127.0.0.1:{self.port}",
                "DJANGO_SETTINGS_MODULE": "workbench_slow.settings",
                "PYTHONPATH": path,
            },
            stdout=subprocess.PIPE,
            stderr=self.complained,
            encoding="utf-8",
        )
        self.said = ""
        while self.address not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said + self.complaints()
            self.said += line
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.cookies = jar.cookiejar
        self.browser = urllib.request.build_opener(jar)
        until(lambda: self.status("/readyz") == 200, self)
        self.sign_in()

    def complaints(self) -> str:
        return Path(self.complained.name).read_text("utf-8", "replace")

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def open(self, path: str, **fields: str):
        data = None
        if fields:
            fields["csrfmiddlewaretoken"] = self.token
            data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            self.address + path, data, headers={"Accept-Encoding": "gzip"}
        )
        return self.browser.open(request, timeout=30)

    def sign_in(self) -> None:
        with self.open("/accounts/login/"):
            password = re.search(r"^zhang .* (\w+)\s*$", self.said, re.MULTILINE)[1]
        with self.open("/accounts/login/", login="zhang", password=password) as answer:
            self.project = re.search(r"/p/(\w+)/", answer.url)[1]

    @property
    def token(self) -> str:
        return next(each.value for each in self.cookies if each.name == "luodi_csrf")

    def start(self, key: str) -> int:
        path = f"/p/{self.project}/jobs/start/"
        with self.open(path, verb="test.count", key=key) as answer:
            return int(re.search(r"/jobs/(\d+)/", answer.url)[1])

    def asked(self, sql: str, *values: object):
        with closing(sqlite3.connect(self.home / "workbench.sqlite3", timeout=20)) as database:
            return database.execute(sql, values).fetchone()

    def job(self, number: int) -> tuple[str, int]:
        return self.asked("SELECT state, attempt FROM jobs_job WHERE id = ?", number)

    def pid(self, verb: str) -> int:
        """The child of `up` that runs `verb`."""
        for place in Path("/proc").glob("[0-9]*"):
            try:
                parent = int(re.search(r"PPid:\s+(\d+)", (place / "status").read_text())[1])
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if parent == self.process.pid and verb.encode() in words:
                return int(place.name)
        return 0

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        took = time.monotonic() - began
        self.process.stdout.close()
        self.complained.close()
        return took


def until(holds: Callable[[], bool], running: Running, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, running.complaints()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    site = Running(tmp_path_factory.mktemp("up") / "home")
    yield site
    site.stop()


def test_it_works(running: Running) -> None:
    with urllib.request.urlopen(f"{running.address}/readyz") as answer:
        assert json.load(answer) == {"database": True, "migrations": True, "worker": True}
    with urllib.request.urlopen(f"{running.address}/metrics") as answer:
        assert "luodi_workers_alive 1" in answer.read().decode()


def test_a_stream_tells_what_happens_as_it_happens(running: Running) -> None:
    number = running.start("stream")
    with running.open(f"/p/{running.project}/jobs/{number}/events/") as stream:
        assert stream.headers["Content-Encoding"] is None
        counted = set()
        while len(counted) < 3:
            line = stream.readline().decode()
            assert line, "the stream ended early"
            if found := re.search(r"(\d+) / 60", line):
                counted.add(found[1])
    with running.open(f"/p/{running.project}/jobs/{number}/cancel/", x="x") as page:
        page.read()
    until(lambda: running.job(number)[0] == "cancelled", running, 10)


def test_a_worker_killed_in_a_job_is_replaced_and_the_job_taken_up(running: Running) -> None:
    number = running.start("kill worker")
    until(lambda: running.job(number)[0] == "running", running)
    os.kill(running.pid("worker"), signal.SIGKILL)
    until(lambda: running.job(number) == ("running", 2), running)
    assert "worker ended unexpectedly (code -9)" in running.complaints()
    until(lambda: running.job(number) == ("done", 2), running)
    lines = running.asked(
        "SELECT count(*) FROM jobs_jobline WHERE job_id = ? AND code LIKE '%line_taken_up'", number
    )
    assert lines == (1,)


def test_a_killed_web_is_replaced_and_the_job_goes_on(running: Running) -> None:
    number = running.start("kill web")
    until(lambda: running.job(number)[0] == "running", running)
    os.kill(running.pid("serve"), signal.SIGKILL)
    until(lambda: "web was started again" in running.complaints(), running)
    until(lambda: running.status("/healthz") == 200, running)
    until(lambda: running.job(number) == ("done", 1), running)
    with running.open(f"/p/{running.project}/jobs/{number}/") as page:
        assert page.status == 200


def test_it_stops_in_time_with_a_stream_open_and_a_job_at_work(tmp_path: Path) -> None:
    site = Running(tmp_path / "home")
    number = site.start("stop")
    until(lambda: site.job(number)[0] == "running", site)
    children = [site.pid("serve"), site.pid("worker")]
    with site.open(f"/p/{site.project}/jobs/{number}/events/") as stream:
        assert stream.readline()
        took = site.stop()
    assert took < 5.5
    assert site.process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert site.job(number) == ("queued", 1)  # for the next worker


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    site = Running(tmp_path / "home")
    children = [site.pid("serve"), site.pid("worker")]
    site.process.kill()
    site.process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), site, 15)
    site.stop()
