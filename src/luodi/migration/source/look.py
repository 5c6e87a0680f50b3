"""How a text file is written: what stands above its header, its delimiter, its header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Finding, Severity
from luodi.landing.systems import System
from luodi.migration.source.record import Fields, Style, records_of

DELIMITERS = (",", "\t", "|", ";", "^", "\x01")
SEVERAL = (
    "||",
    "^^",
    "~~",
    "@@",
    "##",
    "$$",
    "|+|",
    "|@|",
    "@|@",
    "|^|",
    "^|^",
    "~|~",
    "|~|",
    "|!|",
)
"""Delimiters of several signs that exports of hospitals use."""
SAMPLE = 64 * 1024
_LINES = 100
_TITLES = 5
"""Lines above the header that may be titles: the table's name, the hospital, the day."""
_AGREE = 0.8
"""Share of lines that must be like the header, before what stands above it is a title."""
_SEP = re.compile(r'"?sep=(.+?)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """How a file is written; ``skipped`` lines stand above its header or first row."""

    style: Style
    names: tuple[str, ...]
    header: Fields | None
    skipped: int = 0
    titles: int = 0

    def findings(self, table: str) -> Iterator[Finding]:
        """Say what was passed over."""
        for code, count in (("text_titles", self.titles), ("text_trailing", self.style.trailing)):
            if count:
                params: dict[str, str | int] = {"table": table}
                yield Finding(
                    code=f"migration.{code}",
                    params=params,
                    severity=Severity.INFO,
                    count=int(count),
                )


def look(text: str, system: System, path: Path, *, whole: bool) -> Look:
    """Find out how a file that begins with `text` is written; `whole`: that is all of it.

    Raises
    ------
    WrongUse
        ``migration.file_empty``, ``migration.file_header``.
    """
    lines = text.split("\n")
    said, skipped = "", 0
    if sep := _SEP.fullmatch(lines[0].rstrip("\r")):
        # Excel's own word, on a line of its own, for how the rest is delimited.
        said, skipped = sep[1].replace("\\t", "\t"), 1
        text = "\n".join(lines[1:])
    full = [line for line in lines[skipped:] if line.strip("\r\x1a")][:_LINES]
    if not full:
        raise WrongUse("migration.file_empty", {"path": str(path)})
    titles = 0
    delimiter = system.delimiter or said
    if not delimiter:
        delimiter, titles = _delimiter(full, path, titled=system.header)
    for _ in range(titles):
        cut = _behind_first_line(text)
        skipped, text = skipped + text.count("\n", 0, cut), text[cut:]
    style = Style(delimiter, system.quote, system.escape, system.null or None)
    records = records_of(text, style, _LINES, whole=whole)
    if not records:
        raise WrongUse("migration.file_header", {"path": str(path)})
    header, style = _trailing(records, style, system.header)
    names = tuple((name or "").strip() for name in header or [""] * len(records[0]))
    return Look(style, names, header, skipped, titles)


def _behind_first_line(text: str) -> int:
    """Find where the line behind the first full one begins."""
    begin = len(text) - len(text.lstrip("\r\n"))
    return text.find("\n", begin) + 1 or len(text)


def _delimiter(lines: Sequence[str], path: Path, *, titled: bool) -> tuple[str, int]:
    """Choose the sign that the header has and that most lines have as often.

    Returns
    -------
    tuple
        The delimiter, and the number of titles above the header: lines that have none of it.
    """
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t", 0
    for place, line in enumerate(lines[:_TITLES] if titled else lines[:1]):
        signs = [sign for sign in (*SEVERAL, *DELIMITERS) if sign in line]
        if signs:
            rest = lines[place:]
            best = max(signs, key=lambda sign: _fits(sign, rest))
            several = [sign for sign in SEVERAL if _consists_of(line, sign)]
            best = next((sign for sign in several if _fits(sign, rest)[0] == len(rest)), best)
            if place and _fits(best, rest)[0] < max(3, len(rest) * _AGREE):
                break  # a file of one column, whose texts have commas in them
            return best, place
    return ",", 0


def _fits(sign: str, lines: Sequence[str]) -> tuple[int, int]:
    """Count the lines that have a sign as often as the first, and how often that is."""
    wanted = lines[0].count(sign)
    return sum(line.count(sign) == wanted for line in lines) if wanted else 0, wanted


def _consists_of(line: str, several: str) -> bool:
    """Tell whether every sign of a delimiter occurs in a line only as part of it."""
    times = line.count(several)
    return bool(times) and all(
        line.count(sign) == times * count for sign, count in Counter(several).items()
    )


def _trailing(records: Sequence[Fields], style: Style, headed: bool) -> tuple[Fields | None, Style]:
    """Tell whether lines end with a delimiter behind which there is nothing.

    It is none only where all rows of the sample do, or where the header does and no row.
    """
    if not headed:
        return None, style
    header, rows = records[0], records[1:]
    width = len(header)
    if rows and all(len(row) == width + 1 and not row[-1] for row in rows):
        return header, replace(style, trailing=True)
    if rows and width > 1 and not header[-1] and all(len(row) == width - 1 for row in rows):
        return header[:-1], replace(style, trailing=True)
    return header, style
