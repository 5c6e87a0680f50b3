"""Write the mapping as a workbook for the people who read, correct and sign it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from luodi.evidence.errors import LuodiError
from luodi.migration.mapping.model import Book, Dictionary, DictionaryRule, Feed, Mapping, Terms
from luodi.migration.mapping.rule_text import (
    name_text,
    names_text,
    pipeline_text,
    predicate_text,
)
from luodi.migration.mapping.workbook import layout
from luodi.migration.mapping.workbook.cells import LONGEST, cell_text
from luodi.migration.model import Catalogue, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Row = dict[str, Any]
Shapes = Map[tuple[str, str, str], str]
"""What the values of a column look like, by system, table and column: never a value itself."""

_HEAD = PatternFill("solid", fgColor="FF0B2A33")
_SHOWN = PatternFill("solid", fgColor="FF5B7A84")
_SPARE = 500
"""Empty rows below the last one that also offer the lists."""


def workbook_bytes(
    book: Book,
    digests: Map[str, str],
    catalogues: Map[str, Catalogue] | None = None,
    shapes: Shapes | None = None,
) -> bytes:
    """Write a mapping as ``.xlsx``.

    Parameters
    ----------
    book : Book
    digests : mapping of place in the landing folder to digest
        The version that the workbook is made from.
    catalogues : mapping of system to Catalogue, optional
        Systems that were connected: comments, types, and source columns that no rule uses yet.
    shapes : mapping, optional
        What values look like.

    Raises
    ------
    LuodiError
        ``migration.map_cell_long``: a text that no cell can hold, with its place.
    """
    catalogues, shapes = catalogues or {}, shapes or {}
    file = Workbook()
    file.remove(file.worksheets[0])
    taken: set[str] = set()
    names: list[Sequence[str]] = []

    def add(kind: layout.Sheet, title: str, part: str, name: str, rows: Iterable[Row]) -> None:
        sheet = file.create_sheet(_title(title, taken))
        _fill(sheet, kind, list(rows))
        names.append((part, name, sheet.title))

    mappings, dictionaries = book.mappings, book.dictionaries
    add(layout.OVERVIEW, layout.OVERVIEW.zh, "overview", "", map(_overview, mappings))
    add(layout.FEEDS, layout.FEEDS.zh, "feeds", "", _feeds(mappings, catalogues))
    for mapping in mappings:
        rows = _columns(mapping, catalogues, shapes)
        add(layout.COLUMNS, mapping.title.zh or mapping.domain, "columns", mapping.domain, rows)
    add(layout.DICTIONARIES, layout.DICTIONARIES.zh, "dictionaries", "", _terms(mappings))
    for dictionary in dictionaries:
        title = f"字典 {dictionary.name}"
        add(layout.DICTIONARY, title, "dictionary", dictionary.name, _entries(dictionary))
    add(layout.EXCLUSIONS, layout.EXCLUSIONS.zh, "exclusions", "", _excluded(mappings, catalogues))
    _hide(file, names, digests)
    target = io.BytesIO()
    file.save(target)
    return target.getvalue()


def _title(wanted: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none that Excel refuses, like no other's."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", wanted)
    clean = clean.strip().strip("'").strip()[:31] or "-"
    title, number = clean, 1
    while title.casefold() in taken or title.casefold() in ("history", layout.HIDDEN):
        number += 1
        title = f"{clean[: 30 - len(str(number))]} {number}"
    taken.add(title.casefold())
    return title


def _hide(file: Workbook, names: Iterable[Sequence[str]], digests: Map[str, str]) -> None:
    sheet = file.create_sheet(layout.HIDDEN)
    sheet.append(["format", layout.FORMAT])
    for part, name, title in names:
        sheet.append(["sheet", part, name, title])
    for place, digest in sorted(digests.items()):
        sheet.append(["digest", cell_text(place), digest])
    sheet.sheet_state = "veryHidden"


# --- rows -----------------------------------------------------------------------------------------


def _overview(mapping: Mapping) -> Row:
    return {
        "domain": mapping.domain,
        "zh": mapping.title.zh,
        "en": mapping.title.en,
        "owner": mapping.owner,
        "source": mapping.source,
        "target": mapping.target,
        "feeds": len(mapping.feeds),
        "rules": sum(len(feed.columns) for feed in mapping.feeds),
        "exclusions": len(mapping.exclusions),
        "note": mapping.note,
    }


def _feeds(mappings: Iterable[Mapping], catalogues: Map[str, Catalogue]) -> Iterable[Row]:
    for mapping in mappings:
        for feed in mapping.feeds:
            table = _table(catalogues, mapping.source, feed.from_)
            yield {
                "domain": mapping.domain,
                "id": feed.id,
                "from": feed.from_,
                "from_comment": table.comment if table else "",
                "rows": table.rows if table else None,
                "to": feed.to,
                "key": feed.key.column,
                "strategy": feed.key.strategy.value,
                "where": predicate_text(feed.where) if feed.where else "",
                "source_key": names_text(feed.source_key),
                "merge_by": names_text(feed.merge.by) if feed.merge else "",
                "merge_order": order_text(feed),
                "review": feed.review,
                "link": feed.link,
                "note": feed.note,
            }


def order_text(feed: Feed) -> str:
    """Merge order as a cell holds it; ``-`` alone marks a merge that has neither."""
    if feed.merge is None:
        return ""
    if not feed.merge.by and not feed.merge.order:
        return "-"
    return names_text(feed.merge.order)


def _columns(mapping: Mapping, catalogues: Map[str, Catalogue], shapes: Shapes) -> Iterable[Row]:
    for feed in mapping.feeds:
        source = _table(catalogues, mapping.source, feed.from_)
        target = _table(catalogues, mapping.target, feed.to)
        used = {name for rule in feed.columns for name in rule.from_}
        for rule in feed.columns:
            first = rule.from_[0] if rule.from_ else ""
            yield {
                **_source_facts(mapping, feed, source, first, shapes),
                **_target_facts(target, rule.to),
                "from": names_text(rule.from_),
                "to": name_text(rule.to),
                "rule": pipeline_text(rule.steps),
                "note": rule.note,
            }
        for column in source.columns if source else ():
            if column.name not in used:
                yield {
                    **_source_facts(mapping, feed, source, column.name, shapes),
                    "from": name_text(column.name),
                }


def _source_facts(
    mapping: Mapping, feed: Feed, table: Table | None, name: str, shapes: Shapes
) -> Row:
    column = table.column(name) if table else None
    return {
        "feed": feed.id,
        "from_table": feed.from_,
        "from_comment": column.comment if column else "",
        "from_type": column.type if column else "",
        "shape": shapes.get((mapping.source, feed.from_, name), ""),
    }


def _target_facts(table: Table | None, name: str) -> Row:
    column = table.column(name) if table else None
    if column is None:
        return {}
    needed = not (column.nullable or column.default is not None or column.generated)
    return {
        "to_comment": column.comment,
        "to_type": column.type,
        "required": "是" if needed else "",
    }


def _terms(mappings: Iterable[Mapping]) -> Iterable[Row]:
    for mapping in mappings:
        for rule in mapping.dictionaries:
            yield {
                "domain": mapping.domain,
                "id": rule.id,
                **_side("source", rule),
                **_side("target", rule),
                "edition": rule.edition,
                "note": rule.note,
            }


def _side(side: str, rule: DictionaryRule) -> Row:
    terms: Terms | None = getattr(rule, side)
    if terms is None:
        return {}
    return {f"{side}_{name}": getattr(terms, name) for name in Terms.__struct_fields__}


def _entries(dictionary: Dictionary) -> Iterable[Row]:
    for entry in dictionary.entries:
        yield {field.key: str(getattr(entry, field.key)) for field in layout.DICTIONARY.fields}


def _excluded(mappings: Iterable[Mapping], catalogues: Map[str, Catalogue]) -> Iterable[Row]:
    for mapping in mappings:
        for item in mapping.exclusions:
            table = _table(catalogues, mapping.source, item.table)
            yield {
                "domain": mapping.domain,
                "id": item.id,
                "table": item.table,
                "rows": table.rows if table and item.where is None else None,
                "where": predicate_text(item.where) if item.where else "",
                "reason": item.reason,
                "home": item.home,
            }


def _table(catalogues: Map[str, Catalogue], system: str, name: str) -> Table | None:
    catalogue = catalogues.get(system)
    return catalogue.table(name) if catalogue else None


# --- sheets ---------------------------------------------------------------------------------------


def _fill(sheet: Worksheet, kind: layout.Sheet, rows: list[Row]) -> None:
    for place, field in enumerate(kind.fields, 1):
        head = sheet.cell(1, place, field.title)
        head.font = Font(color="FFFFFFFF", bold=not field.shown)
        head.fill = _SHOWN if field.shown else _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = field.width
        if field.choices:
            offer = DataValidation(
                "list", formula1=f'"{",".join(field.choices)}"', allow_blank=True
            )
            offer.add(f"{letter}2:{letter}{len(rows) + _SPARE}")
            sheet.add_data_validation(offer)
    for line, row in enumerate(rows, 2):
        for place, field in enumerate(kind.fields, 1):
            value = row.get(field.key)
            if value not in (None, ""):
                _put(sheet, line, place, value)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(kind.fields))}{len(rows) + 1}"


def _put(sheet: Worksheet, line: int, place: int, value: object) -> None:
    cell = sheet.cell(line, place)
    if isinstance(value, int):
        cell.value = value
        return
    text = cell_text(str(value))
    if len(text) > LONGEST:
        raise LuodiError(
            "migration.map_cell_long",
            {"sheet": sheet.title, "cell": cell.coordinate, "most": LONGEST},
        )
    cell.value = text
    cell.data_type = "s"  # a text, whatever it begins with
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
