"""Write a mapping: canonical TOML and TSV, keeping what a person wrote where it still holds.

A block (the head of a file, a feed, one of its columns, an exclusion) that says the same as before
keeps its text to the letter, comments included; one that changed is written anew under the
comments that stood in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_atomic
from luodi.migration.mapping.keep import Blocks
from luodi.migration.mapping.model import Book, Dictionary, Mapping
from luodi.migration.mapping.read import HEADER

WIDTH = 100
"""A longer list is written over several lines."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_QUOTED = re.compile(r'[\t"\r\n]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_book(folder: Path, before: Book, after: Book) -> tuple[str, ...]:
    """Write what differs between two states of the mapping; returns the files, by their place.

    Raises
    ------
    LuodiError
        The disk says no; files written before that stand.
    """
    old, new = before.files, after.files
    written = [file for file, item in new.items() if old.get(file) != item]
    for file in written:
        item = new[file]
        if isinstance(item, Mapping):
            write_mapping(folder, item)
        else:
            write_dictionary(folder, item)
    gone = [file for file in old if file not in new]
    for file in gone:
        with explained(folder / file):
            (folder / file).unlink(missing_ok=True)
    return (*written, *gone)


def write_mapping(folder: Path, mapping: Mapping) -> None:
    """Write ``mapping/<domain>.toml``, keeping the text of what has not changed."""
    path = folder / mapping.file
    before = ""
    if path.is_file():
        with explained(path):
            before = path.read_bytes().decode("utf-8-sig", "replace")
    write_atomic(path, mapping_text(mapping, before).encode())


def write_dictionary(folder: Path, dictionary: Dictionary) -> None:
    """Write ``mapping/<name>.tsv``."""
    write_atomic(folder / dictionary.file, dictionary_text(dictionary).encode())


def mapping_text(mapping: Mapping, before: str = "") -> str:
    """A mapping as TOML, with what still holds of the text `before`."""
    canonical = "\n".join(_blocks(mapping, Blocks.none()))
    if not before:
        return canonical
    try:
        kept = "\n".join(_blocks(mapping, Blocks.of(before)))
        same = Blocks.parsed(kept) == Blocks.parsed(canonical)
    except LuodiError:  # what a person wrote does not come apart at its headers
        return canonical
    return kept if same else canonical


def _blocks(mapping: Mapping, old: Blocks) -> Iterable[str]:
    table = _plain(mapping)
    lists = {name: table.pop(name, ()) for name in ("dictionary", "feed", "exclude")}
    yield old.take("", table) or old.comments("", table) + _lines(table)
    for item in lists["dictionary"]:
        yield old.take("dictionary", item) or _block("dictionary", item, old)
    for feed in lists["feed"]:
        columns = feed.pop("column", ())
        yield old.take("feed", feed) or _block("feed", feed, old)
        for column in columns:
            taken = old.take("feed.column", column, within=feed["id"])
            yield taken or _block("feed.column", column, old, within=feed["id"])
    for item in lists["exclude"]:
        yield old.take("exclude", item) or _block("exclude", item, old)


def _block(header: str, item: Map[str, Any], old: Blocks, within: str = "") -> str:
    return f"{old.comments(header, item, within)}[[{header}]]\n{_lines(item)}"


def _plain(mapping: Mapping) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(mapping, builtin_types=(Decimal, date))
    return built


def _lines(table: Map[str, Any]) -> str:
    return "".join(_line(key, value) for key, value in table.items())


def _line(key: str, value: object) -> str:
    line = f"{_key(key)} = {toml_value(value)}\n"
    if len(line) <= WIDTH or not isinstance(value, (list, tuple)):
        return line
    items = "".join(f"  {toml_value(item)},\n" for item in value)
    return f"{_key(key)} = [\n{items}]\n"


def toml_value(value: object) -> str:
    """A value as TOML writes it on one line.

    Raises
    ------
    TypeError
        TOML has no such value.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_ESCAPED.sub(_escape, value)}"'
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            inside = ", ".join(f"{_key(key)} = {toml_value(item)}" for key, item in value.items())
            return f"{{ {inside} }}" if inside else "{}"
    raise TypeError(type(value).__name__)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else toml_value(key)


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


# --- dictionaries ---------------------------------------------------------------------------------


def dictionary_text(dictionary: Dictionary) -> str:
    """A dictionary as TSV with its header, entries in their order."""
    lines = ["\t".join(HEADER)]
    for entry in dictionary.entries:
        lines.append("\t".join(_cell(str(getattr(entry, name))) for name in HEADER))
    return "".join(line + "\n" for line in lines)


def _cell(text: str) -> str:
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
