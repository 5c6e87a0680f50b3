"""In which encoding text is written: as it is declared, else as its bytes show."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.terminology.detect import SAMPLE, Detected, detect, usual
from luodi.terminology.encoding import Encoding, present

_STRAY = 0.3
"""Share of zeros up to which they are none of UTF-16."""
_CONTROLS = 0.02
"""Share of control characters up to which a text may have them."""
_USUAL = 0.7
"""Share of characters in daily use from which a line is believed to be in another encoding."""
_CONTROL = re.compile(rb"[\x02-\x08\x0b\x0e-\x19\x1b-\x1f]")
_READABLE = re.compile(
    "[\t\n\r\x20-\x7e\u00b7\u2014-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
)
_WIDE = (Encoding.UTF_16_LE, Encoding.UTF_16_BE)
_AS_ONE = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "cp950", "utf-8-sig": "utf-8"}
"""Codecs whose texts another one reads as well, and more."""


class Coding:
    """How bytes become text; what GB18030's codec leaves in the private-use area is put right."""

    def __init__(self, name: str, *, detected: bool = False) -> None:
        self.name = name
        self._detected = detected

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

    @classmethod
    def detected(cls, name: str) -> Coding:
        """Take an encoding that a file shows, and that not all of its lines need to have."""
        found = cls.named(name)
        return cls(found.name, detected=True)

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

    def otherwise(self, line: bytes) -> tuple[str, str] | None:
        """Decode a line that `decode` refuses, where it is plain what it is.

        Emoji that Oracle's UTF8 writes as two surrogates become what they are, and half of a pair
        stays half.  Where the encoding was detected, a file may have been put together from two.

        Returns
        -------
        tuple or None
            The text, and the name of the other encoding, empty for surrogates in UTF-8.
        """
        if self.name == "utf-8":
            try:
                halves = line.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
                return halves.decode("utf-16-le", "surrogatepass"), ""
            except UnicodeError:
                pass
        other = {"utf-8": "gb18030", "gb18030": "utf-8"}.get(self.name)
        if not self._detected or other is None:
            return None
        try:
            text = Coding(other).decode(line)
        except UnicodeDecodeError:
            return None
        foreign = "".join(character for character in text if ord(character) > 0x7F)
        return (text, other) if usual(foreign, Encoding.GB18030) > _USUAL else None

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
        ``migration.file_binary``: it is no text.
    """
    with path.open("rb") as file:
        blocks = iter(lambda: file.read(SAMPLE), b"")
        found = told(blocks)
        file.seek(0)
        sample = file.read(SAMPLE)
    if _is_binary(sample, found):
        raise LuodiError("migration.file_binary", {"path": str(path)})
    if found is None:
        # A few lines, one of them damaged: that one will be refused, the others be read.
        best = min((Encoding.UTF_8, Encoding.GB18030), key=lambda one: _broken(sample, one.codec))
        return Detected(encoding=best, certain=False)
    return found


def _is_binary(sample: bytes, found: Detected | None) -> bool:
    """Tell what no program wrote as text: control characters, or zeros that are not UTF-16's."""
    if found is not None and found.encoding in _WIDE:
        return False
    if sample.count(0) > _STRAY * len(sample):
        return True
    return found is None and len(_CONTROL.findall(sample)) > _CONTROLS * len(sample)


def told(blocks: Iterable[bytes]) -> Detected | None:
    """Tell an encoding from the first block that is not ASCII, with what follows it."""
    sample, first = b"", True
    for block in blocks:
        if first and (wide := _marked_or_wide(block)) is not None:
            return wide
        first = False
        if sample:
            return detect(_without_zeros(sample + block))
        if not block.isascii():
            sample = block
    return detect(_without_zeros(sample), whole=True)


def _broken(sample: bytes, codec: str) -> int:
    """Count the lines that do not decode."""
    broken = 0
    for line in sample.splitlines():
        try:
            line.decode(codec)
        except UnicodeDecodeError:
            broken += 1
    return broken


def _marked_or_wide(block: bytes) -> Detected | None:
    """Tell UTF-16, and whatever has a byte order mark.

    Stray zeros, with which some programs fill up a text, make no UTF-16.  They are stray where the
    rest is UTF-8, which Chinese in UTF-16 never is, and few, as they are not in English.  Where
    the rest is something else, UTF-16 must read as text.
    """
    if block.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return detect(block)
    if b"\0" not in block:
        return None
    if block.count(0) <= _STRAY * len(block):
        rest = detect(_without_zeros(block))
        if rest is not None and rest.encoding is Encoding.UTF_8 and not rest.damaged:
            return None
    wide = detect(block)
    if wide is None or wide.encoding not in _WIDE:
        return None
    text = block[: len(block) // 2 * 2].decode(wide.encoding.codec, "replace")
    return wide if len(_READABLE.findall(text)) >= 0.9 * len(text) else None


def _without_zeros(sample: bytes) -> bytes:
    return sample.replace(b"\0", b" ")
