"""What a report is made of: headings, paragraphs, key figures, tables, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec

from luodi.evidence.catalogue import Lang
from luodi.evidence.model import Verdict

Cell: TypeAlias = str | int | Decimal | None
"""A value in a table.  Numbers stay numbers in a workbook; None is an empty cell."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of the nouns."""


class Align(StrEnum):
    """Where the values of a column stand: numbers to the right, so that digits meet digits."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


class Heading(Noun, frozen=True, kw_only=True):
    """A heading; ``level`` 1 begins a chapter, 2 a section."""

    text: str
    level: int = 1


class Paragraph(Noun, frozen=True, kw_only=True):
    """Some sentences; a ``muted`` one explains and is set smaller."""

    text: str
    muted: bool = False


class KeyFigure(Noun, frozen=True, kw_only=True):
    """A number that matters, with what it is; ``state`` gives it its colour."""

    label: str
    value: str
    state: Verdict | None = None


class KeyFigures(Noun, frozen=True, kw_only=True):
    """Numbers side by side."""

    figures: tuple[KeyFigure, ...]


class Conclusion(Noun, frozen=True, kw_only=True):
    """What the report comes to, in one sentence, with its verdict."""

    verdict: Verdict
    word: str
    text: str


class Column(Noun, frozen=True, kw_only=True):
    """A column of a table; ``share`` is its part of the width beside the others."""

    title: str
    align: Align = Align.LEFT
    share: float = 1.0


class Table(Noun, frozen=True, kw_only=True):
    """A table.  ``marks`` colours whole rows by their number; ``total`` sets the last one apart."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    marks: dict[int, Verdict] = {}
    total: bool = False
    empty: str = ""


class Seat(Noun, frozen=True, kw_only=True):
    """Who is to sign, and for what."""

    title: str
    statement: str = ""


class Signatures(Noun, frozen=True, kw_only=True):
    """Rows to be signed by hand: seat, name, date."""

    seats: tuple[Seat, ...]


Block: TypeAlias = Heading | Paragraph | KeyFigures | Conclusion | Table | Signatures


class Report(Noun, frozen=True, kw_only=True):
    """A whole report.

    ``evidence`` are digests or ids that it rests on, for the foot of every page; ``mark`` is a
    word across its head, such as that it is a rehearsal.
    """

    title: str
    project: str
    lang: Lang
    printed: datetime
    version: str
    hospital: str = ""
    subtitle: str = ""
    mark: str = ""
    evidence: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


def texts(report: Report) -> Iterator[str]:
    """Every text that will be printed, to see whether a font has all its characters."""
    yield from (report.title, report.subtitle, report.project, report.hospital, report.mark)
    yield from report.evidence
    for block in report.blocks:
        yield from _texts(block)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph():
            yield block.text
        case Conclusion():
            yield from (block.word, block.text)
        case KeyFigures():
            for figure in block.figures:
                yield from (figure.label, figure.value)
        case Table():
            yield from (block.title, block.empty)
            yield from (column.title for column in block.columns)
            yield from (shown(cell) for row in block.rows for cell in row)
        case Signatures():
            for seat in block.seats:
                yield from (seat.title, seat.statement)


def shown(cell: Cell) -> str:
    """Write a cell as it is printed: thousands apart, decimals as they are."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:,f}"
    return cell if isinstance(cell, str) else f"{cell:,}"
