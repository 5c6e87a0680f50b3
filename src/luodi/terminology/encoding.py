"""Bytes to text: which encoding, and what it says, for streams of any length.

Decoding is Python's own; what its codec for GB18030 leaves in the private-use area (it follows the
edition of 2000) is put where GB 18030-2022 has it, see ``data/gb18030.tsv``.  GBK is read as
GB18030, of which it is a part.  A place that does not decode is named by its byte offset and
line, never by what stands there.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from functools import cache

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.terminology.tables import rows


class Encoding(StrEnum):
    """Encodings in which Chinese hospitals store text; UTF-16 is known by its BOM or its zeros."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    GBK = "gbk"
    BIG5 = "big5"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"

    @property
    def codec(self) -> str:
        """Name of the Python codec that reads it."""
        return _CODECS.get(self, self.value)


_CODECS = {Encoding.GBK: "gb18030", Encoding.BIG5: "cp950"}
_GB = frozenset({Encoding.GB18030, Encoding.GBK})
_PIECE = 1 << 16
"""Bytes decoded at once where something is damaged: an error copies what it stands in."""
KEPT = 100
"""Damaged places that are named; the rest are counted."""


class Place(msgspec.Struct, frozen=True):
    """A byte that begins no character: its offset from 0, and its line from 1."""

    offset: int
    line: int


class Decoder:
    """Decodes a stream chunk by chunk.

    Parameters
    ----------
    encoding : Encoding
        What the bytes are in.  A byte order mark at the beginning is left out.
    replace : bool
        Put U+FFFD where bytes do not decode and count them; else the first one is an error.
    """

    def __init__(self, encoding: Encoding, *, replace: bool = False) -> None:
        self.encoding = encoding
        self.damaged = 0
        self.places: list[Place] = []
        self._replace = replace
        self._codec = codecs.getincrementaldecoder(encoding.codec)()
        self._read = 0
        self._lines = 1
        self._begun = False

    def decode(self, chunk: bytes, *, final: bool = False) -> str:
        """Decode the next bytes; `final` says that none will follow.

        Raises
        ------
        LuodiError
            ``terminology.undecodable``, unless `replace` was asked for.
        """
        state = self._codec.getstate()
        try:
            text = self._codec.decode(chunk, final)
        except UnicodeDecodeError:
            self._codec.setstate(state)
            return self._damaged(state[0] + chunk, final=final)
        self._read += len(chunk)
        return self._finished(text)

    def _damaged(self, data: bytes, *, final: bool) -> str:
        """Decode `data`, which holds damage, piece by piece around it."""
        self._read -= len(self._codec.getstate()[0])
        self._codec.reset()
        parts = []
        for start in range(0, len(data), _PIECE):
            parts += self._piece(
                data[start : start + _PIECE], start + _PIECE >= len(data) and final
            )
        return "".join(parts)

    def _piece(self, data: bytes, final: bool) -> list[str]:
        parts = []
        while True:
            state = self._codec.getstate()
            whole = state[0] + data
            begin = self._read - len(state[0])
            try:
                text = self._codec.decode(data, final)
            except UnicodeDecodeError as error:
                start, end = error.start, max(error.end, error.start + 1)
            else:
                self._read += len(data)
                parts.append(self._finished(text))
                return parts
            self._codec.reset()
            parts.append(self._finished(self._codec.decode(whole[:start])))
            self._note(begin + start)
            parts.append("\ufffd")
            self._codec.reset()
            self._read = begin + end
            data = whole[end:]

    def _note(self, offset: int) -> None:
        place = Place(offset, self._lines)
        if not self._replace:
            raise LuodiError(
                "terminology.undecodable",
                {"encoding": str(self.encoding), "offset": place.offset, "line": place.line},
            ) from None
        self.damaged += 1
        if len(self.places) < KEPT:
            self.places.append(place)

    def _finished(self, text: str) -> str:
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        self._lines += text.count("\n")
        return present(text) if self.encoding in _GB else text


def decode(data: bytes, encoding: Encoding) -> str:
    """Decode all of `data`.

    Raises
    ------
    LuodiError
        ``terminology.undecodable``, with byte offset and line.
    """
    return Decoder(encoding).decode(data, final=True)


def encode(text: str, encoding: Encoding) -> bytes:
    """Encode as today's edition of the standard does, so that others read it.

    Raises
    ------
    LuodiError
        ``terminology.unencodable``: `encoding` has no such character; names its place only.
    """
    if encoding in _GB:
        text = _earlier().sub(lambda match: _two_bytes()[match[0]], text)
    # What only GB18030 has must not reach a system that reads GBK.
    codec = encoding.value if encoding is Encoding.GBK else encoding.codec
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        place = error.start + 1
    raise LuodiError("terminology.unencodable", {"encoding": str(encoding), "place": place})


def present(text: str) -> str:
    """Characters that old editions of GB 18030 kept in the private-use area, where they are now.

    Databases that were filled through an old codec hold them in UTF-8 as well.
    """
    return _private().sub(lambda match: _moved()[match[0]], text)


@cache
def _moved() -> dict[str, str]:
    return {chr(int(row[1], 16)): chr(int(row[2], 16)) for row in rows("gb18030.tsv")}


@cache
def _two_bytes() -> dict[str, str]:
    return {
        chr(int(row[2], 16)): chr(int(row[1], 16)) for row in rows("gb18030.tsv") if row[3] == "yes"
    }


@cache
def _private() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_moved())}]")


@cache
def _earlier() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_two_bytes())}]")
