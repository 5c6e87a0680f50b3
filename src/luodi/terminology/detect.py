"""Which encoding a file is in: by strict decoding, then by how usual its characters are."""

from __future__ import annotations

import codecs
import re

import msgspec

from luodi.terminology.encoding import Decoder, Encoding

SAMPLE = 1 << 20
"""Bytes that are enough to tell."""
_MARKS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)
_ZEROS = 0.1
"""Share of zero bytes on one side from which a text is UTF-16: its commas and line ends."""
_DAMAGE = 0.01
"""Share of characters that may be damaged before an encoding is out of the question."""
_HEAD = 4096
_ONLY_GB18030 = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """The likeliest encoding.

    ``certain`` is false where another one reads the sample as well; ``ascii`` is true where the
    sample says nothing, for any of them reads it; ``damaged`` counts places that do not decode.
    """

    encoding: Encoding
    bom: bool = False
    certain: bool = True
    ascii: bool = False
    damaged: int = 0


class _Reading(msgspec.Struct, frozen=True):
    encoding: Encoding
    damage: float
    usual: float
    damaged: int


def detect(sample: bytes, *, whole: bool = False) -> Detected | None:
    """Tell the encoding of a text from its first bytes.

    Parameters
    ----------
    sample : bytes
        `SAMPLE` bytes are enough.
    whole : bool
        The sample is all there is; else its last character may be cut.

    Returns
    -------
    Detected or None
        None where no encoding reads it: a binary file.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            damaged = _reading(sample, encoding, whole=whole).damaged
            return Detected(encoding=encoding, bom=True, damaged=damaged)
    wide = _by_zeros(sample)
    if wide is not None:
        reading = _reading(sample, wide, whole=whole)
        return (
            Detected(encoding=wide, certain=False, damaged=reading.damaged)
            if (reading.damage <= _DAMAGE)
            else None
        )
    if sample.isascii():
        return Detected(encoding=Encoding.UTF_8, ascii=True)
    return _by_reading(sample, whole=whole)


def _by_zeros(sample: bytes) -> Encoding | None:
    pairs = len(sample) // 2
    if not pairs:
        return None
    even, odd = (sample[side : pairs * 2 : 2].count(0) / pairs for side in (0, 1))
    if odd >= _ZEROS and even * 10 < odd:
        return Encoding.UTF_16_LE
    return Encoding.UTF_16_BE if even >= _ZEROS and odd * 10 < even else None


def _by_reading(sample: bytes, *, whole: bool) -> Detected | None:
    possible = []
    for encoding in (Encoding.UTF_8, Encoding.GB18030, Encoding.BIG5):
        if not _hopeless(sample, encoding):
            reading = _reading(sample, encoding, whole=whole)
            if reading.damage <= _DAMAGE:
                possible.append(reading)
    if possible and possible[0].encoding is Encoding.UTF_8:
        # Nothing else makes sense of UTF-8 by chance: every lead byte needs its trail.
        return Detected(encoding=Encoding.UTF_8, damaged=possible[0].damaged)
    if not possible:
        return None
    best = max(possible, key=lambda one: (one.usual - 10 * one.damage, -one.damaged))
    found = best.encoding
    if found is Encoding.GB18030 and not _ONLY_GB18030.search(sample):
        found = Encoding.GBK
    rival = max((one.usual for one in possible if one is not best), default=0.0)
    return Detected(
        encoding=found, certain=best.usual > 0.5 and rival < best.usual / 2, damaged=best.damaged
    )


def _hopeless(sample: bytes, encoding: Encoding) -> bool:
    """Tell from the first characters outside ASCII; going on through damage costs much time."""
    start = re.search(rb"[\x80-\xff]", sample)
    head = sample[start.start() if start else 0 :][:_HEAD]
    return _reading(head, encoding, whole=False).damage > 10 * _DAMAGE


def _reading(sample: bytes, encoding: Encoding, *, whole: bool) -> _Reading:
    decoder = Decoder(encoding, replace=True)
    text = decoder.decode(sample, final=whole)
    foreign = re.sub(r"[\x00-\x7f\ufffd]", "", text)
    share = decoder.damaged / max(1, len(foreign) + decoder.damaged)
    return _Reading(encoding, share, usual(foreign, encoding), decoder.damaged)


def usual(text: str, encoding: Encoding) -> float:
    """Tell which share of the characters of `text` is in daily use where `encoding` comes from.

    These are the first levels of GB/T 2312 (3,755 characters, B0A1 to D7F9) and of Big5 (5,401,
    A440 to C67E), with the punctuation of both.
    """
    if not text:
        return 0.0
    if encoding is Encoding.BIG5:
        pairs, first, last = text.encode("cp950", "replace"), 0xA4, 0xC6
    else:
        pairs, first, last = text.encode("gb2312", "replace"), 0xB0, 0xD7
    leads = pairs[::2] if len(pairs) == 2 * len(text) else _leads(pairs)
    return sum(first <= lead <= last or 0xA1 <= lead <= 0xA3 for lead in leads) / len(text)


def _leads(pairs: bytes) -> bytes:
    """First bytes of the pairs; what has no pair was encoded as one question mark."""
    return re.sub(rb"([\x81-\xfe])[\x40-\xfe]|\?", rb"\1", pairs)
