"""Delimited text as a target: written so that NULL, '' and every character come back.

A value is quoted where it holds the delimiter, a quotation mark or a line's end, has outer blanks,
or looks like the mark of NULL.  Lines end with CR LF (RFC 4180).
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.landing.systems import System
from luodi.migration.engine_errors import engine_error
from luodi.migration.model import Table
from luodi.migration.target.model import Blocks
from luodi.migration.target.protocol import Refused
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import literal, quoted

FETCH = 5000
_MARK = "\ufeff"
READ = 1 << 22
"""Characters read at a time."""
_UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


@dataclass(frozen=True)
class CsvFormat:
    """How a file is written; without a ``quote``, what would need one is not taken."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    null: str = r"\N"
    header: bool = True
    ending = ".csv"

    @classmethod
    def of(cls, system: System) -> CsvFormat:
        """As ``systems.toml`` says.

        Raises
        ------
        WrongUse
            ``migration.encoding_unknown``; ``migration.target_csv_signs`` for signs of which one
            could be taken for another.
        """
        try:
            encoding = codecs.lookup(system.encoding or "utf-8").name
            "".encode(encoding)
        except LookupError:
            params = {"encoding": system.encoding}
            raise WrongUse("migration.encoding_unknown", params) from None
        made = cls(
            encoding, system.delimiter or ",", system.quote, system.null, header=system.header
        )
        signs = [made.delimiter, made.quote, "\r", "\n"]
        inside = any(sign in made.null for sign in signs if sign)
        if len(set(signs)) < len(signs) or inside or system.escape:
            raise WrongUse("migration.target_csv_signs", {"target": system.id})
        return made

    @property
    def charset(self) -> str:
        """The encoding, where it does not hold every character."""
        return "" if self.encoding in _UNICODE else self.encoding

    # --- writing --------------------------------------------------------------------------------

    def write(self, rows: Rows, path: Path) -> int:
        """Write rows into a new file."""
        with closing(rows.workspace.another()) as db:
            return self._written(db, f"({rows.select})", rows.columns, path)

    def join(self, parts: Sequence[Path], table: Table, path: Path) -> None:
        """Put parts, which have no header of their own, behind one another."""
        with path.open("wb") as file:
            head = [self._cell(column.name) for column in table.columns]
            if self.header:
                file.write((self.delimiter.join(head) + "\r\n").encode(self.encoding))
            elif self.encoding == "utf-8-sig":
                file.write(codecs.BOM_UTF8)
            for part in parts:
                with part.open("rb") as one:
                    while data := one.read(READ):
                        file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def without(self, path: Path, table: Table, key: str, keys: frozenset[str]) -> int:
        """Write a part once more without some rows."""
        names = [column.name for column in table.columns]
        place, less = names.index(key), path.with_suffix(".less")
        rows = 0
        with less.open("wb") as file:
            for block in self.read(path, table):
                kept = [row for row in block if str(row[place]) not in keys]
                rows += len(kept)
                lines = (self.delimiter.join(map(self._cell, row)) + "\r\n" for row in kept)
                file.write("".join(lines).encode(self._codec))
        less.replace(path)
        return rows

    @property
    def _codec(self) -> str:
        """Of what stands behind the beginning of a file."""
        return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding)

    def _written(
        self, db: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str], path: Path
    ) -> int:
        described = db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        kinds = {str(line[0]): str(line[1]) for line in described}
        texts = {name: _text(quoted(name), kinds[name]) for name in names}
        if not self.quote:
            test = " OR ".join(f"coalesce({self._unsafe(text)}, false)" for text in texts.values())
            with engine_error():
                found = db.execute(f"SELECT 1 FROM {relation} WHERE {test} LIMIT 1").fetchone()
            if found:
                raise Refused("csv")
        line = f" || {literal(self.delimiter)} || ".join(map(self._field, texts.values()))
        rows = 0
        with engine_error(), path.open("wb") as file:
            db.execute(f"SELECT {line} || chr(13) || chr(10) FROM {relation}")
            while block := db.fetchmany(FETCH):
                rows += len(block)
                try:
                    file.write("".join([text for (text,) in block]).encode(self._codec))
                except UnicodeEncodeError:
                    raise Refused("encoding") from None
            file.flush()
            os.fsync(file.fileno())
        return rows

    def _field(self, text: str) -> str:
        """SQL of a value as it stands in the file."""
        mark = literal(self.null)
        if not self.quote:
            return f"coalesce({text}, {mark})"
        sign = literal(self.quote)
        cell = f"{sign} || replace({text}, {sign}, {literal(self.quote * 2)}) || {sign}"
        quoted_cell = f"CASE WHEN {self._unsafe(text)} THEN {cell} ELSE {text} END"
        return f"coalesce({quoted_cell}, {mark})"

    def _unsafe(self, text: str) -> str:
        """SQL of whether a value would be taken for something else without quotation marks."""
        signs = [literal(self.delimiter), "chr(10)", "chr(13)"]
        if self.quote:
            signs.append(literal(self.quote))
        inside = " OR ".join(f"contains({text}, {sign})" for sign in signs)
        outer = f" OR {text} <> trim({text})" if self.quote else ""
        # In front of everything else it would be the byte order mark.
        first = f" OR starts_with({text}, chr({ord(_MARK)}))"
        return f"({inside} OR {text} = {literal(self.null)}{outer}{first})"

    def _cell(self, value: object) -> str:
        """A value as `_field` writes it."""
        if value is None:
            return self.null
        text = str(value)
        signs = filter(None, (self.delimiter, self.quote, "\n", "\r"))
        unsafe = (
            text == self.null
            or text != text.strip(" ")
            or text.startswith(_MARK)
            or any(sign in text for sign in signs)
        )
        if not (unsafe and self.quote):
            return text
        return self.quote + text.replace(self.quote, self.quote * 2) + self.quote

    # --- reading --------------------------------------------------------------------------------

    def read(self, path: Path, table: Table) -> Blocks:
        """Read a file or a part of one as it was written, every value as text.

        Raises
        ------
        LuodiError
            ``migration.delivery_changed``: it is not as it was written.
        """
        names = tuple(column.name for column in table.columns)
        first = True
        for block in self._records(path, len(names)):
            if first and self.header and block and block[0] == names:
                block = block[1:]
            first = False
            yield block

    def _records(self, path: Path, width: int) -> Blocks:
        with explained(path), path.open(encoding=self._codec, newline="", errors="strict") as file:
            try:
                rest = file.read(READ).removeprefix(_MARK)
                while text := file.read(READ):
                    end = self._end(rest)
                    yield self._parsed(rest[:end], width, path)
                    rest = rest[end:] + text
            except UnicodeDecodeError:
                raise _changed(path) from None
            if rest:
                yield self._parsed(rest.removesuffix("\n") + "\n", width, path)

    def _end(self, block: str) -> int:
        """Where the last record ends: behind a line's end outside of quotation marks."""
        end = block.rfind("\n") + 1
        if not self.quote:
            return end
        while end and block.count(self.quote, 0, end) % 2:
            end = block.rfind("\n", 0, end - 1) + 1
        return end

    def _parsed(self, text: str, width: int, path: Path) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]]
        if not self.quote or self.quote not in text:
            rows = []
            for line in text.split("\n")[:-1]:
                cells = line.removesuffix("\r").split(self.delimiter)
                rows.append(tuple(None if cell == self.null else cell for cell in cells))
        else:
            rows = list(self._quoted(text, path))
        if any(len(row) != width for row in rows):
            raise _changed(path)
        return rows

    def _quoted(self, text: str, path: Path) -> Iterator[tuple[str | None, ...]]:
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        cell = re.compile(
            rf"(?:{quote}((?:[^{quote}]|{quote}{quote})*){quote}|([^{delimiter}\r\n]*))"
            rf"({delimiter}|\r?\n)"
        )
        row: list[str | None] = []
        place = 0
        while place < len(text):
            found = cell.match(text, place)
            if found is None:
                raise _changed(path)
            place = found.end()
            inside, plain, sign = found.groups()
            if inside is not None:
                row.append(inside.replace(self.quote * 2, self.quote))
            else:
                row.append(None if plain == self.null else plain)
            if sign != self.delimiter:
                yield tuple(row)
                row = []


def _changed(path: Path) -> LuodiError:
    return LuodiError("migration.delivery_changed", {"path": path.name})


def _text(column: str, kind: str) -> str:
    if kind == "BLOB":
        return f"('\\x' || lower(hex({column})))"
    return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"
