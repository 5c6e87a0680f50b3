"""The text of a mapping file, taken apart at its headers, so that unchanged blocks keep theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.model import ColumnRule, DictionaryRule, Exclusion, Feed, Mapping

_HEADER = re.compile(r"^\[\[\s*(feed\.column|feed|exclude|dictionary)\s*\]\]\s*(?:#.*)?$")
_QUOTES = re.compile(r'"""|\'\'\'')
_NOUNS: Map[str, type] = {
    "": Mapping,
    "dictionary": DictionaryRule,
    "feed": Feed,
    "feed.column": ColumnRule,
    "exclude": Exclusion,
}


@dataclass(frozen=True)
class _Block:
    """A header with what stands under it and the comments in front of it."""

    header: str
    within: str
    comments: str
    text: str
    noun: object

    @property
    def name(self) -> object:
        return getattr(self.noun, "id", None) or getattr(self.noun, "to", "")


@dataclass(frozen=True)
class Blocks:
    """The blocks of a file that have not been used yet."""

    left: list[_Block] = field(default_factory=list)

    @classmethod
    def none(cls) -> Self:
        """Nothing was there before."""
        return cls()

    @classmethod
    def of(cls, text: str) -> Self:
        """Take a file apart.

        Raises
        ------
        LuodiError
            A part of it is no TOML by itself, or says nothing known.
        """
        found, feed = [], ""
        for header, comments, body in _split(text.replace("\r\n", "\n")):
            noun = _noun(header, body)
            if isinstance(noun, Feed):
                feed = noun.id
            within = feed if header == "feed.column" else ""
            found.append(_Block(header, within, comments, comments + body, noun))
        return cls(found)

    @staticmethod
    def parsed(text: str) -> Mapping:
        """Read a whole file."""
        mapping: Mapping = _convert(parse_toml(text, ""), Mapping)
        return mapping

    def take(self, header: str, item: Map[str, Any], within: str = "") -> str | None:
        """Text of a block that says `item`, once."""
        noun = _convert(item, _NOUNS[header])
        for block in self.left:
            if (block.header, block.within, block.noun) == (header, within, noun):
                self.left.remove(block)
                return block.text
        return None

    def comments(self, header: str, item: Map[str, Any], within: str = "") -> str:
        """Comments in front of the block that `item` replaces."""
        name = item.get("id") or item.get("to", "") if header else ""
        for block in self.left:
            same = header == "" or block.name == name
            if (block.header, block.within) == (header, within) and same:
                return block.comments
        return ""


def _split(text: str) -> list[tuple[str, str, str]]:
    """Header, comments in front, and text of every block; the first has no header."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    quoted = False
    for line in text.splitlines():
        found = None if quoted else _HEADER.match(line)
        if found:
            above = parts[-1][1]
            start = len(above)
            while start and (not above[start - 1].strip() or above[start - 1].startswith("#")):
                start -= 1
            while start < len(above) and not above[start].strip():
                start += 1
            parts.append((found[1], above[start:]))
            del above[start:]
        parts[-1][1].append(line)
        quoted ^= len(_QUOTES.findall(line)) % 2 == 1
    return [_part(header, lines) for header, lines in parts]


def _part(header: str, lines: list[str]) -> tuple[str, str, str]:
    first = next(
        (n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines)
    )
    body = "\n".join(lines[first:]).rstrip("\n")
    return header, "".join(f"{line}\n" for line in lines[:first]), f"{body}\n"


def _noun(header: str, body: str) -> object:
    table: Any = parse_toml(body, "")
    if header == "feed.column":
        table = table["feed"]["column"][0]
    elif header:
        table = table[header][0]
    return _convert(table, _NOUNS[header])


def _convert(table: Map[str, Any], noun: type) -> Any:
    try:
        return msgspec.convert(table, noun)
    except msgspec.ValidationError as error:
        raise LuodiError("evidence.toml_broken") from error
