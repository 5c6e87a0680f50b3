"""A report as PDF, through typst and ``report.typ``."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import msgspec
import typst

from luodi.evidence.catalogue import say
from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Verdict
from luodi.reporting.fonts import font_for
from luodi.reporting.model import Block, Report, Table, shown, texts
from luodi.reporting.style import foot, head, style, word

_KIND = re.compile(r"(?<!^)(?=[A-Z])")
_SIGNING = ("seat", "statement", "signature", "date")


def pdf(report: Report) -> bytes:
    """Print a report: A4, every page with its head and foot.

    Raises
    ------
    LuodiError
        ``reporting.font_missing``, ``reporting.glyph_missing``, ``reporting.not_printed``.
    """
    signing = [word(name, report.lang) for name in _SIGNING]
    page = say("reporting.page", {"page": "{page}", "pages": "{pages}"}, report.lang)
    look = style()
    said = {
        "title": report.title,
        "subtitle": report.subtitle,
        "head": head(report),
        "foot": foot(report),
        "page": page,
        "lang": report.lang,
        "region": "cn" if report.lang == "zh" else "gb",
        "signing": signing,
        "style": msgspec.to_builtins(look),
        "states": {verdict.value: look.colour(verdict.value) for verdict in Verdict},
        "blocks": [_block(block) for block in report.blocks],
    }
    said["font"] = font_for((*texts(report), *signing, head(report), foot(report), page))
    template = (resources.files("luodi") / "reporting" / "report.typ").read_bytes()
    try:
        printed = typst.compile(
            template,
            format="pdf",
            sys_inputs={"report": msgspec.json.encode(said).decode()},
            timestamp=int(report.printed.timestamp()),
        )
    except RuntimeError as error:
        # The typesetter's own message may quote a cell.
        raise LuodiError("reporting.not_printed", {"reason": type(error).__name__}) from None
    if not isinstance(printed, bytes):
        raise LuodiError("reporting.not_printed", {"reason": "pages"})
    return printed


def _block(block: Block) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(block, str_keys=True)
    if isinstance(block, Table):
        built["rows"] = [[shown(cell) for cell in row] for row in block.rows]
    return {"kind": _KIND.sub("_", type(block).__name__).lower(), **built}
