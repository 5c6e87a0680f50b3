"""Pages of a workbook as lines with names, and errors that name sheet and cell."""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from xml.etree.ElementTree import ParseError

import msgspec
import python_calamine
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.migration.mapping.rule_parse import Unreadable, parse_names
from luodi.migration.mapping.workbook import layout
from luodi.migration.mapping.workbook.cells import Spoilt, read_cell

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """A row of a sheet, by field; ``cell`` names the place of one."""

    sheet: str
    number: int
    values: Map[str, str]
    places: Map[str, int]

    def cell(self, key: str) -> str:
        return f"{get_column_letter(self.places[key] + 1)}{self.number}"

    def wrong(self, code: str, key: str, **params: str | int | tuple[str, ...]) -> WrongUse:
        return WrongUse(code, {"sheet": self.sheet, "cell": self.cell(key), **params})

    def parsed(self, key: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(self.values[key])
        except Unreadable as error:
            raise WrongUse(
                error.code, {"sheet": self.sheet, "cell": self.cell(key), **error.params}
            ) from None

    def name(self, key: str) -> str:
        names = self.parsed(key, parse_names)
        if len(names) != 1:
            raise self.wrong("migration.map_workbook_cell", key, detail="1")
        return names[0]

    def noun(self, kind: type[T], blamed: str, /, **fields: Any) -> T:
        """Make a noun of parts; the cell of `blamed` is named where msgspec refuses."""
        try:
            return msgspec.convert(msgspec.to_builtins(kind(**fields)), kind)
        except msgspec.ValidationError as error:
            raise self.wrong("migration.map_workbook_cell", blamed, detail=str(error)) from None


@dataclass
class Pages:
    """The sheets of a workbook: ``names`` by part and name, ``digests`` it was made from.

    ``merged`` holds the first merged cells of a sheet: all but one of them are empty, and what
    people mean by that is no value.  ``numbers`` collects, by sheet, the cells that Excel has made
    numbers of.
    """

    pages: dict[str, list[list[Any]]]
    names: dict[tuple[str, str], str]
    digests: dict[str, str]
    merged: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Open a workbook of ours.

        Raises
        ------
        LuodiError, WrongUse
            ``migration.map_workbook_broken``, ``migration.map_workbook_foreign``.
        """
        with explained(path):
            data = path.read_bytes()
        pages = _pages(data, path.name)
        hidden = [[*row, None, None, None, None] for row in pages.get(layout.HIDDEN, ())]
        if not hidden or hidden[0][:2] != ["format", layout.FORMAT]:
            raise WrongUse("migration.map_workbook_foreign", {"sheet": layout.HIDDEN})
        return cls(
            pages,
            {(str(r[1]), str(r[2] or "")): str(r[3]) for r in hidden if r[0] == "sheet"},
            {read_cell(r[1])[0]: str(r[2]) for r in hidden if r[0] == "digest"},
            _merged(data),
        )

    def named(self, part: str) -> list[str]:
        """Names that a part has sheets for, in their order."""
        return [name for kind, name in self.names if kind == part]

    def lines(self, kind: layout.Sheet, part: str, name: str = "") -> Iterator[Line]:
        title = self.names.get((part, name), kind.title)
        page = self.pages.get(title)
        if (merged := self.merged.get(title)) is not None:
            raise WrongUse("migration.map_workbook_merged", {"sheet": title, "cell": merged})
        if page is None:
            present = tuple(t for t in self.pages if t not in (layout.HIDDEN, *self.names.values()))
            raise WrongUse("migration.map_workbook_sheet", {"sheet": title, "present": present})
        places = _places(kind, page[0] if page else [], title)
        for number, row in enumerate(page[1:], 2):
            cells = [*row, *[None] * len(places)]
            if all(cells[places[f.key]] in (None, "") for f in kind.fields if not f.shown):
                continue
            yield Line(title, number, self._values(kind, cells, places, title, number), places)

    def _values(
        self,
        kind: layout.Sheet,
        cells: list[Any],
        places: Map[str, int],
        title: str,
        number: int,
    ) -> dict[str, str]:
        values = {}
        for each in kind.fields:
            if each.shown:
                continue
            where = f"{get_column_letter(places[each.key] + 1)}{number}"
            try:
                values[each.key], changed = read_cell(cells[places[each.key]])
            except Spoilt as spoilt:
                raise WrongUse(
                    f"migration.map_workbook_{spoilt.kind}", {"sheet": title, "cell": where}
                ) from None
            if changed:
                self.numbers.setdefault(title, []).append(where)
        return values


def _pages(data: bytes, name: str) -> dict[str, list[list[Any]]]:
    try:
        file = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for sheet in file.worksheets:
            # Some programs write the size of a sheet wrong; what is beyond it would be lost.
            sheet.reset_dimensions()
        return {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in file.worksheets
        }
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError):
        raise LuodiError("migration.map_workbook_broken", {"path": name}) from None


def _merged(data: bytes) -> dict[str, str]:
    """The first merged cells of every sheet that has some; the other reader tells of none."""
    file = python_calamine.load_workbook(io.BytesIO(data))
    found: dict[str, str] = {}
    for title in file.sheet_names:
        for (row, column), _ in file.get_sheet_by_name(title).merged_cell_ranges or ():
            found.setdefault(title, f"{get_column_letter(column + 1)}{row + 1}")
    return found


def _places(kind: layout.Sheet, head: list[Any], title: str) -> dict[str, int]:
    """Where each field stands: by either half of its title, whatever the order."""
    found = {}
    known = [_halves(str(cell or "")) for cell in head]
    for each in kind.fields:
        at = [n for n, halves in enumerate(known) if halves & {each.zh, each.en.casefold()}]
        if len(at) == 1:
            found[each.key] = at[0]
        elif each.shown:
            found[each.key] = 0
        else:
            halves = sorted({half for one in known for half in one if half})
            near = difflib.get_close_matches(each.zh, halves, n=1, cutoff=0.4)
            raise WrongUse(
                "migration.map_workbook_header",
                {
                    "sheet": title,
                    "column": each.title.replace("\n", " "),
                    "near": near[0] if near else "∅",
                    "count": len(at),
                },
            )
    return found


def _halves(cell: str) -> set[str]:
    parts = [part.strip() for part in cell.replace("\r", "\n").split("\n")]
    return {part.casefold() for part in parts} | set(parts)
