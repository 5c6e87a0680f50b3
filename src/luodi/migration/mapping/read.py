"""Read a project's mapping from its landing folder; errors name file, feed, column or line."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator
from pathlib import Path

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.evidence.shape import place_of, shape
from luodi.landing.canonical import text_of
from luodi.landing.format import format_of, read_file, upgrade
from luodi.migration.mapping.model import Book, Dictionary, Entry, EntryStatus, Mapping
from luodi.migration.mapping.rule_parse import MANY, VALUELESS
from luodi.transform.model import OPERATIONS, Operation, Predicate, When

HEADER = (
    "source_value",
    "target_value",
    "source_label",
    "target_label",
    "status",
    "note",
    "decided_by",
)
"""Columns of a dictionary; the first two must be there, in any order."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def read_book(folder: Path) -> Book:
    """Read every domain and dictionary under ``mapping/``.

    Parameters
    ----------
    folder : Path
        The landing folder.

    Raises
    ------
    LuodiError, WrongUse
        As `read_mapping` and `read_dictionary`.
    """
    place = folder / "mapping"
    return Book(
        mappings=tuple(read_mapping(folder, path.stem) for path in _files(place, "*.toml")),
        dictionaries=tuple(read_dictionary(folder, path.stem) for path in _files(place, "*.tsv")),
    )


def _files(place: Path, pattern: str) -> list[Path]:
    return sorted(path for path in place.glob(pattern) if not path.name.startswith("."))


def read_mapping(folder: Path, domain: str) -> Mapping:
    """Read ``mapping/<domain>.toml``.

    Raises
    ------
    LuodiError
        The file is missing, broken TOML, or of a newer format.
    WrongUse
        ``migration.map_domain_name``, ``migration.map_operation_unknown``, or a field that is
        unknown, missing or of the wrong type, with its place.
    """
    name = f"mapping/{domain}.toml"
    return _mapping(read_file(folder, name), domain, str(folder / name))


def parse_mapping(table: dict[str, object], domain: str, where: str) -> Mapping:
    """Read a mapping's TOML table; `where` names it in an error."""
    return _mapping(upgrade(table, format_of("mapping/x.toml"), where), domain, where)


def _mapping(table: dict[str, object], domain: str, where: str) -> Mapping:
    for path, operation in _operations(table, "$"):
        _check_operation(table, path, operation, where)
    mapping = shape(table, Mapping, where)
    if mapping.domain != domain:
        params = {"path": where, "domain": mapping.domain, "expected": domain}
        raise WrongUse("migration.map_domain_name", params)
    _check_conditions(mapping, where)
    return mapping


def _check_conditions(mapping: Mapping, where: str) -> None:
    for feed in mapping.feeds:
        if feed.where is not None:
            _check(feed.where, where, f"feed {feed.id} › where")
        for rule in feed.columns:
            _check_steps(rule.steps, where, f"feed {feed.id} › column {rule.to}")
    for exclusion in mapping.exclusions:
        if exclusion.where is not None:
            _check(exclusion.where, where, f"exclude {exclusion.id} › where")


def _check_steps(steps: tuple[Operation, ...], where: str, place: str) -> None:
    for step in steps:
        if isinstance(step, When):
            _check(step.test, where, f"{place} › when", inside_when=True)
            _check_steps(step.then, where, f"{place} › then")
            _check_steps(step.other, where, f"{place} › other")


def _check(predicate: Predicate, where: str, place: str, *, inside_when: bool = False) -> None:
    """A predicate asks one question: a comparison, or that all or any of others hold."""
    compare = predicate.compare
    forms = (compare is not None, bool(predicate.all), bool(predicate.any))
    alone = compare is not None or (not predicate.column and predicate.value is None)
    valued = (predicate.value is None) is (compare is None or compare in VALUELESS)
    many = compare is None or isinstance(predicate.value, tuple) is (compare in MANY)
    named = compare is None or bool(predicate.column) or inside_when
    if forms.count(True) != 1 or not (alone and valued and many and named):
        raise WrongUse("migration.map_condition", {"path": where, "place": place})
    for part in (*predicate.all, *predicate.any):
        _check(part, where, place, inside_when=inside_when)


def _operations(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Every ``op`` that is written anywhere, with its place."""
    if isinstance(value, dict):
        if "op" in value:
            yield path, value["op"]
        for key, item in value.items():
            yield from _operations(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _operations(item, f"{path}[{index}]")


def _check_operation(table: dict[str, object], path: str, operation: object, where: str) -> None:
    known = [str(step.__struct_config__.tag) for step in OPERATIONS]
    if operation not in known:
        near = difflib.get_close_matches(str(operation), known, n=1) or known
        raise WrongUse(
            "migration.map_operation_unknown",
            {
                "path": where,
                "place": place_of(table, path),
                "operation": str(operation),
                "near": tuple(near),
            },
        )


# --- dictionaries ---------------------------------------------------------------------------------


def read_dictionary(folder: Path, name: str) -> Dictionary:
    """Read ``mapping/<name>.tsv``.

    Raises
    ------
    LuodiError
        The file is missing or no text.
    WrongUse
        As `parse_dictionary`.
    """
    path = folder / "mapping" / f"{name}.tsv"
    with explained(path):
        if not path.is_file():
            raise LuodiError("evidence.toml_missing", {"path": str(path)})
        data = path.read_bytes()
    return parse_dictionary(text_of(data, str(path)), name, str(path))


def parse_dictionary(text: str, name: str, where: str) -> Dictionary:
    """Read a dictionary's text.

    A row without a status was written by hand: it is accepted where it has a target value.

    Raises
    ------
    WrongUse
        ``migration.map_dictionary_…``: ``name``, ``header``, ``column`` (unknown), ``cells`` (too
        many in a line), ``status`` or ``twice`` (a source value that was there before).
    """
    if not _NAME.fullmatch(name):
        raise WrongUse("migration.map_dictionary_name", {"path": where})
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    try:
        lines = [(rows.line_num, row) for row in rows if any(row)]
    except csv.Error:
        raise LuodiError("landing.cells_broken", {"path": where, "line": rows.line_num}) from None
    header = _header(lines[0][1] if lines else [], where)
    entries: dict[str, Entry] = {}
    for line, row in lines[1:]:
        entry = _entry(header, row, {"path": where, "line": line})
        if entry.source_value in entries:
            raise WrongUse("migration.map_dictionary_twice", {"path": where, "line": line})
        entries[entry.source_value] = entry
    return Dictionary(name=name, entries=tuple(entries.values()))


def _header(cells: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    for cell in header:
        if cell not in HEADER:
            near = difflib.get_close_matches(cell, HEADER, n=1) or HEADER
            raise WrongUse(
                "migration.map_dictionary_column",
                {"path": where, "column": cell, "near": tuple(near)},
            )
    missing = tuple(name for name in HEADER[:2] if name not in header)
    if missing or len(set(header)) != len(header):
        raise WrongUse("migration.map_dictionary_header", {"path": where, "columns": HEADER[:2]})
    return header


def _entry(header: list[str], row: list[str], place: dict[str, str | int]) -> Entry:
    if len(row) > len(header) and any(row[len(header) :]):
        raise WrongUse("migration.map_dictionary_cells", {**place, "count": len(header)})
    cells = dict(zip(header, row, strict=False))
    status = cells.pop("status", "").strip()
    if not status:
        status = EntryStatus.ACCEPTED if cells.get("target_value") else EntryStatus.OPEN
    if status not in tuple(EntryStatus):
        known = tuple(EntryStatus)
        raise WrongUse("migration.map_dictionary_status", {**place, "known": known})
    return Entry(status=EntryStatus(status), **cells)
