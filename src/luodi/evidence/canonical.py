"""One canonical form, so that a digest speaks of what a thing says and not of how it was saved.

Canonical JSON: UTF-8, keys sorted by code point, no insignificant white space, decimals as
numbers in plain notation without trailing zeros, times in UTC.  Binary floats are refused: 0.1
has no canonical form.  Text is kept as written, because two normal forms of one name are a
finding to report and not a difference to hide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

import msgspec

from luodi.evidence.errors import LuodiError

_encoder = msgspec.json.Encoder(order="sorted")


def canonical_json(value: object) -> bytes:
    """Write `value` in canonical form.

    Raises
    ------
    LuodiError
        ``evidence.not_canonical`` for a float, a key that is no string, an unknown type, or
        text that is no Unicode.
    """
    try:
        return _encoder.encode(_plain(value, "$"))
    except UnicodeEncodeError as error:
        raise LuodiError("evidence.not_canonical", {"where": "$", "type": "text"}) from error


def digest(value: object) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits (FIPS 180-4)."""
    return digest_bytes(canonical_json(value))


def digest_bytes(data: bytes) -> str:
    """SHA-256 of bytes as they stand."""
    return hashlib.sha256(data).hexdigest()


def plain_decimal(value: Decimal) -> str:
    """Write a decimal without exponent and trailing zeros: 12.50 and 12.5 are one amount."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _plain(value: object, where: str) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return msgspec.Raw(plain_decimal(value).encode())
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise LuodiError("evidence.not_canonical", {"where": where, "type": "key"})
        return {key: _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.to_builtins(value, builtin_types=(Decimal, datetime, date)), where)
    raise LuodiError("evidence.not_canonical", {"where": where, "type": type(value).__name__})
