"""HTML that the reports of profile and assess share: the head, titles of columns, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib import resources

from luodi.evidence.catalogue import Lang, say

_CODE = re.compile("`([^`]+)`")


def opening(title: str, summary: str, note: str, lang: Lang, css: str = "") -> Iterator[str]:
    """Begin a page: its title, its figures (HTML) and what is to be known before reading it."""
    style = (resources.files(__package__) / "page.css").read_text(encoding="utf-8") + css
    yield f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{style}</style></head><body><main>"
    yield f"<header><h1>{escape(title)}</h1><p>{summary}</p>"
    yield f'<p class="note">{escape(note)}</p></header>'


CLOSING = "</main></body></html>"


def figure(value: str, name: str, lang: Lang) -> str:
    """Write one of the figures at the head of a page."""
    return f'<span class="figure"><b>{value}</b> {label(name, lang)}</span>'


def heads(names: tuple[str, ...], lang: Lang) -> str:
    """Write titles of columns; ``rows:n`` is one of numbers."""
    split = (name.partition(":") for name in names)
    return "".join(
        f"<th{' class=n' if kind else ''}>{label(name, lang)}</th>" for name, _, kind in split
    )


def label(name: str, lang: Lang) -> str:
    """Say a label of the reports, safe inside HTML."""
    return escape(say(f"migration.label_{name}", {}, lang))


def text(sentence: str) -> str:
    """Write a sentence of the catalogue, what stands between backquotes as code."""
    return _CODE.sub(r"<code>\1</code>", escape(sentence))
