"""The handbook under 帮助: the pages of ``docs/``, offline, in the reader's language.

In the wheel they lie beside this package; a checkout reads its own ``docs/``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nh3
from markdown_it import MarkdownIt

from luodi.evidence.catalogue import Lang

PACKED = Path(__file__).parents[1] / "handbook"
CHECKOUT = Path(__file__).parents[4] / "docs"

ORDER = (
    "landing",
    "workbench",
    "migration",
    "mapping",
    "quality",
    "dedupe",
    "evidence",
    "gates",
    "sandbox",
)
"""What one reads first; the rest follows by name."""

_TAGS = {
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "ul",
        "ol",
        "li",
        "a",
        "code",
        "pre",
        "em",
        "strong",
        "hr",
        "br",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "blockquote", "img", "s"),
}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "h2": {"id"}, "h3": {"id"}, "ol": {"start"}}
_LINK = re.compile(r'(href|src)="(?!https?:|#|/)(?:\./)?([\w-]+)(\.en)?\.(md|svg)(#[^"]*)?"')
_OTHER = re.compile(r"^\[\w+\]\([\w-]+(?:\.en)?\.md\)\n", re.M)
"""The line that leads to the same page in the other language: the shell offers that."""
_OUTSIDE = re.compile(r'<a href="(?!/|#)[^"]*"[^>]*>(.*?)</a>', re.S)


@dataclass(frozen=True)
class Section:
    """A part of a page: its heading, where it is, its text."""

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """A page of the handbook."""

    name: str
    title: str
    html: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Found:
    """Where the handbook speaks of something."""

    chapter: Chapter
    section: Section
    excerpt: str


def folder() -> Path:
    """Where the pages are."""
    return PACKED if PACKED.is_dir() else CHECKOUT


@cache
def chapters(lang: Lang) -> tuple[Chapter, ...]:
    """Every page in a language; one that is not written in it comes in the other."""
    names = {path.name.split(".")[0] for path in folder().glob("*.md")}
    ranked = sorted(names, key=lambda name: (_rank(name), name))
    return tuple(_read(name, lang) for name in ranked)


def chapter(name: str, lang: Lang) -> Chapter | None:
    """A page by its name."""
    return next((each for each in chapters(lang) if each.name == name), None)


def picture(name: str) -> bytes | None:
    """A picture of a page."""
    known = {path.stem: path for path in folder().glob("*.svg")}
    return known[name].read_bytes() if name in known else None


def search(words: Sequence[str], lang: Lang, limit: int) -> tuple[Found, ...]:
    """Parts that hold all of the words, those with a word in the heading first."""
    wanted = [word.casefold() for word in words if word]
    found = []
    for each in chapters(lang):
        for section in each.sections:
            heading = f"{each.title} {section.heading}".casefold()
            text = section.text.casefold()
            if wanted and all(word in heading or word in text for word in wanted):
                titled = all(word in heading for word in wanted)
                found.append((not titled, Found(each, section, _excerpt(section.text, wanted))))
    found.sort(key=lambda pair: pair[0])
    return tuple(each for _, each in found[:limit])


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _read(name: str, lang: Lang) -> Chapter:
    first = folder() / (f"{name}.en.md" if lang == "en" else f"{name}.md")
    second = folder() / (f"{name}.md" if lang == "en" else f"{name}.en.md")
    text = (first if first.is_file() else second).read_text("utf-8")
    text = _OTHER.sub("", text)
    sections = tuple(_sections(text))
    title = sections[0].heading if sections else name
    return Chapter(name, title, _html(text), sections)


def _html(text: str) -> str:
    """Render a page: nothing in it can run, and its links stay in this house."""
    html = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    numbers = iter(range(1, 10_000))
    html = re.sub(r"<(h[23])>", lambda match: f'<{match[1]} id="s{next(numbers)}">', html)
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
    return _OUTSIDE.sub(r"\1", _LINK.sub(_inside, clean))


def _inside(match: re.Match[str]) -> str:
    kind, name, _, ending, anchor = match.groups()
    address = f"/help/{name}/" if ending == "md" else f"/help/{name}.svg"
    return f'{kind}="{address}{anchor or ""}"'


def _sections(text: str) -> list[Section]:
    """Cut a page at its headings; a fence keeps what looks like one."""
    parts: list[tuple[str, str, list[str]]] = []
    fenced, number = False, 0
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        heading = re.fullmatch(r"(#{1,3}) +(.+?)\s*", line) if not fenced else None
        if heading:
            level = len(heading[1])
            number += level > 1
            parts.append((heading[2].replace("`", ""), f"s{number}" if level > 1 else "", []))
        elif parts and line:
            parts[-1][2].append(line)
    return [Section(title, anchor, "\n".join(lines)) for title, anchor, lines in parts]


def _excerpt(text: str, wanted: Sequence[str]) -> str:
    plain = re.sub(r"[`*|#\[\]]|-{3,}|\(\S+\.md\S*\)", " ", text)
    plain = re.sub(r"\s+", " ", plain).strip()
    spots = [plain.casefold().find(word) for word in wanted]
    begin = max(0, min((spot for spot in spots if spot >= 0), default=0) - 30)
    return ("…" if begin else "") + plain[begin : begin + 120]
