"""The house style, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from luodi.evidence.catalogue import Lang, say
from luodi.reporting.model import Report


class Style(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``style.toml``."""

    format: Literal[1]
    dark: str
    accent: str
    pale: str
    line: str
    muted: str
    pass_: str = msgspec.field(name="pass")
    warn: str
    fail: str
    unknown: str
    fonts: tuple[str, ...]
    word_latin: str
    word_chinese: str

    def colour(self, state: str) -> str:
        """The colour of a verdict, by its word."""
        return {"pass": self.pass_, "warn": self.warn, "fail": self.fail}.get(state, self.unknown)


@cache
def style() -> Style:
    """Read ``style.toml``."""
    text = (resources.files("luodi") / "reporting" / "style.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=Style)


def word(name: str, lang: Lang) -> str:
    """A word that stands on every report."""
    return say(f"reporting.{name}", {}, lang)


def head(report: Report) -> str:
    """What stands at the top of every page; a project named after its hospital is named once."""
    parts = dict.fromkeys((report.hospital, report.project, report.mark))
    return " · ".join(part for part in parts if part)


def foot(report: Report) -> str:
    """What stands at the bottom of every page beside its number."""
    printed = report.printed.strftime("%Y-%m-%d %H:%M")
    evidence = "  ".join(report.evidence) or word("no_evidence", report.lang)
    return f"Luodi {report.version} · {printed} · {word('evidence', report.lang)} {evidence}"
