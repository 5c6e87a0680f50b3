"""In which encoding text is written: as it is declared, else as its bytes show."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.terminology.detect import SAMPLE, Detected, detect
from luodi.terminology.encoding import Encoding, present

_AS_ONE = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "cp950", "utf-8-sig": "utf-8"}
"""Codecs whose texts another one reads as well, and more."""


class Coding:
    """How bytes become text; what GB18030's codec leaves in the private-use area is put right."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def named(cls, name: str) -> Coding:
        """Take a declared encoding.

        Raises
        ------
        WrongUse
            ``migration.encoding_unknown``.
        """
        try:
            found = codecs.lookup(name)
            b"".decode(name)  # codecs such as hex are none of text
        except LookupError:
            raise WrongUse("migration.encoding_unknown", {"encoding": name}) from None
        return cls(_AS_ONE.get(found.name, found.name))

    @property
    def wide(self) -> bool:
        """Whether a line's end is more than one byte."""
        return self.name.startswith(("utf-16", "utf-32"))

    def decode(self, data: bytes) -> str:
        """Decode.

        Raises
        ------
        UnicodeDecodeError
        """
        return self.finished(data.decode(self.name))

    def readable(self, data: bytes) -> str:
        """Decode, and write each byte that is no text by its hexadecimal number."""
        return self.finished(data.decode(self.name, "backslashreplace"))

    def finished(self, text: str) -> str:
        """Put characters where today's standard has them."""
        return present(text) if self.name == "gb18030" else text


def encoding_of(path: Path) -> Detected:
    """Tell a file's encoding from where its bytes first say something.

    Raises
    ------
    LuodiError
        ``migration.file_damaged``: it is no text.
    """
    with path.open("rb") as file:
        blocks = iter(lambda: file.read(SAMPLE), b"")
        found = told(blocks)
        file.seek(0)
        sample = file.read(SAMPLE)
    if found is None and b"\0" not in sample:
        # A few lines, one of them damaged: that one will be refused, the others be read.
        best = min((Encoding.UTF_8, Encoding.GB18030), key=lambda one: _broken(sample, one.codec))
        return Detected(encoding=best, certain=False)
    if found is None:
        raise LuodiError("migration.file_damaged", {"path": str(path), "reason": "binary"})
    return found


def told(blocks: Iterable[bytes]) -> Detected | None:
    """Tell an encoding from the first block that is not ASCII, with what follows it."""
    sample, first = b"", True
    for block in blocks:
        if first and block.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return detect(block)
        first = False
        if sample:
            return _detected(sample + block)
        if not block.isascii() or b"\0" in block[:4096]:
            sample = block
    return _detected(sample, whole=True)


def _broken(sample: bytes, codec: str) -> int:
    """Count the lines that do not decode."""
    broken = 0
    for line in sample.splitlines():
        try:
            line.decode(codec)
        except UnicodeDecodeError:
            broken += 1
    return broken


def _detected(sample: bytes, *, whole: bool = False) -> Detected | None:
    """Tell an encoding; stray zeros make no UTF-16, whose line ends have one each."""
    if b"\n\0" not in sample and b"\0\n" not in sample:
        sample = sample.replace(b"\0", b" ")
    return detect(sample, whole=whole)
