"""The profile as an Excel workbook, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from luodi.evidence.catalogue import Lang, say
from luodi.migration.profiling.meaning import meanings
from luodi.migration.profiling.model import ColumnProfile, Count, SystemProfile
from luodi.reporting.cells import put_text


def workbook(profile: SystemProfile, lang: Lang) -> bytes:
    """Write the report of `profile`: tables, columns, values, patterns, references."""
    book = Workbook(write_only=True)
    known = meanings()

    def label(name: str) -> str:
        return say(f"migration.label_{name}", {}, lang)

    columns = [(table.name, column) for table in profile.tables for column in table.columns]
    sheet(
        book,
        label("tables"),
        [label(n) for n in ("table", "comment", "rows", "columns", "keys")],
        (
            (
                t.name,
                t.comment,
                t.rows,
                len(t.columns),
                "; ".join(" + ".join(k.columns) for k in t.keys),
            )
            for t in profile.tables
        ),
    )
    names = ("table", "column", "comment", "type", "meaning", "confidence", "personal", "rows")
    counts = (
        "nulls",
        "blanks",
        "distinct",
        "minimum",
        "maximum",
        "shortest",
        "longest",
        "mean_length",
    )
    sheet(
        book,
        label("columns"),
        [label(n) for n in (*names, *counts, "dates")],
        (
            (
                table,
                c.name,
                c.comment,
                c.type,
                getattr(known[c.meaning], lang) if c.meaning else "",
                float(c.guesses[0].confidence) if c.guesses else None,
                label("personal") if c.personal else "",
                c.rows,
                *(getattr(c, name) for name in counts[:-1]),
                float(c.mean_length) if c.mean_length is not None else None,
                "; ".join(f"{d.value} {d.rows}" for d in c.dates),
            )
            for table, c in columns
        ),
    )
    for name, field in (("values", "top"), ("shapes", "shapes"), ("patterns", "patterns")):
        sheet(
            book,
            label(name),
            [label(n) for n in ("table", "column", name, "rows")],
            _counts(columns, field),
        )
    sheet(
        book,
        label("references"),
        [
            label(n)
            for n in ("table", "column", "refers", "keys", "confidence", "missing", "orphans")
        ],
        (
            (i.table, i.column, i.references, i.key, float(i.confidence), i.missing, i.orphans)
            for i in profile.inclusions
        ),
    )
    return saved(book)


def _counts(
    columns: Iterable[tuple[str, ColumnProfile]], field: str
) -> Iterable[tuple[str, str, str, int]]:
    for table, column in columns:
        counts: tuple[Count, ...] = getattr(column, field)
        for count in counts:
            yield table, column.name, count.value, count.rows


def sheet(book: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add a sheet with a bold first row that stays in sight and can be filtered."""
    page = book.create_sheet(title[:31])
    page.freeze_panes = "A2"
    bold = []
    for number, head in enumerate(heads):
        page.column_dimensions[_letters(number)].width = 16 if number > 1 else 26
        cell = WriteOnlyCell(page, value=head)
        cell.font = Font(bold=True)
        bold.append(cell)
    page.append(bold)
    count = 1
    for row in rows:
        page.append([_cell(page, value) for value in row])
        count += 1
    page.auto_filter.ref = f"A1:{_letters(len(heads) - 1)}{count}"


def saved(book: Workbook) -> bytes:
    """Hand a workbook over as the bytes of its file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Any) -> Any:
    """Text stays text: nothing a source holds becomes a formula, a number or a date."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page)
    put_text(cell, value)
    return cell


def _letters(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number + 1))
