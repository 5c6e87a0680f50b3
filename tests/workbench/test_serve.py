"""The site as it is served: granian, the static files, a browser, and stopping it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import servers

pytestmark = [pytest.mark.slow]


class Site:
    """A demonstration that is being served."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = servers.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "luodi", "demo", "--serve", "--lang", "zh"],
            env={**os.environ, "LUODI_HOME": str(home), "LUODI_LISTEN": f"127.0.0.1:{self.port}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.said = ""
        while self.address not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        self.answers()

    def answers(self) -> None:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{self.address}/accounts/login/") as answer:
                    assert "落地 Luodi" in answer.read().decode()
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the site does not answer")

    def password(self, username: str) -> str:
        return re.search(rf"^{username} .* (\w+)\s*$", self.said, re.MULTILINE)[1]

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.process.stdout.close()
        return time.monotonic() - began


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("served") / "home")
    yield running
    running.stop()


def get(site: Site, path: str) -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(site.address + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


def test_it_works(site: Site) -> None:
    page, headers = get(site, "/accounts/login/")
    assert headers["content-encoding"] == "gzip"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(page) < 20_000


def test_files_are_sent_compressed_and_for_good(site: Site) -> None:
    from luodi import __version__

    _, headers = get(site, f"/static/{__version__}/vendor/@tabler/core/tabler.min.css")
    assert headers["content-encoding"] == "gzip"
    assert "max-age=31536000" in headers["cache-control"]


def test_beyond_this_machine_plain_text_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "luodi", "serve", "--json", "--lang", "en"],
        env={**os.environ, "LUODI_HOME": str(tmp_path), "LUODI_LISTEN": "0.0.0.0:8000"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "workbench.plain_http"


def test_an_address_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Two sites at one address would take turns in answering."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", servers.free_port()))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "luodi", "up", "--json", "--lang", "en"],
            env={**os.environ, "LUODI_HOME": str(tmp_path / "home"), "LUODI_LISTEN": address},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 3
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["params"]["address"]) == ("workbench.address_taken", address)


def test_an_address_of_another_host_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "luodi", "serve", "--json"],
        env={
            **os.environ,
            "LUODI_HOME": str(tmp_path),
            "LUODI_LISTEN": "192.0.2.1:8000",
            "LUODI_PLAIN_HTTP": "anywhere",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert json.loads(done.stdout)["error"]["code"] == "workbench.address_refused"


@pytest.mark.needs("chromium")
def test_a_newcomer_reaches_the_cockpit(site: Site) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site.address)
        page.fill("#id_login", "zhang")
        page.fill("#id_password", site.password("zhang"))
        page.click("main button")
        page.wait_for_selector(".line")
        assert "东江市第一人民医院" in page.text_content("header.top")
        assert not page.is_visible("nav.menu")
        page.click(".menu-button")
        assert page.is_visible("nav.menu")
        width = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert complaints == []
    assert width == 390
    assert {url.split("/")[2] for url in asked} == {f"127.0.0.1:{site.port}"}


def test_it_stops_in_time(tmp_path: Path) -> None:
    running = Site(tmp_path / "home")
    assert running.stop() < 6
    assert running.process.returncode == 0
