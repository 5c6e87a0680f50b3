"""Chance that is the same on every machine and in every version: a hash of seed, name and number.

``draw('sex', n)`` in SQL is 32 bits made by integer arithmetic alone: the number, spread by the
golden ratio and mixed with the salt of seed and name, goes through two rounds of shift, xor and
multiply with the constants of C. Wellons' ``lowbias32`` (public domain).  There is no state, so
rows may be made in any order and by any number of threads; no floating point, no library's
``random``, no hash of a database that may change with its version.
"""

from __future__ import annotations

import re
import zlib

_BITS = 0xFFFFFFFF
_GOLDEN, _FIRST, _SECOND = 0x9E3779B9, 0x7FEB352D, 0x846CA68B
_CALL = re.compile(r"draw\('([a-z0-9_.]+)',")

# One macro for a round: the engine expands them, and each writes its argument twice.
MACROS = (
    f"CREATE MACRO _spread(salt, id) AS "
    f"(xor(CAST(id AS UBIGINT) * {_GOLDEN}::UBIGINT, CAST(salt AS UBIGINT))) & {_BITS}::UBIGINT",
    f"CREATE MACRO _first(x) AS ((xor(x, x >> 16)) * {_FIRST}::UBIGINT) & {_BITS}::UBIGINT",
    f"CREATE MACRO _second(x) AS (((xor(x, x >> 15)) * {_SECOND}::UBIGINT) >> 16) "
    f"& {_BITS}::UBIGINT",
    "CREATE MACRO draw(salt, id) AS CAST(_second(_first(_spread(salt, id))) AS BIGINT)",
)
"""What SQL needs before it can draw; numbers stay below 2^32."""


def salt(seed: int, name: str) -> int:
    """The salt of one name under one seed."""
    return draw_salted(zlib.crc32(name.encode()), seed & _BITS)


def draw(seed: int, name: str, number: int) -> int:
    """What SQL draws, for those who want to check it: 32 bits."""
    return draw_salted(salt(seed, name), number)


def draw_salted(salt: int, number: int) -> int:
    """One draw, step by step."""
    x = ((number * _GOLDEN) ^ salt) & _BITS
    x = ((x ^ (x >> 16)) * _FIRST) & _BITS
    return (((x ^ (x >> 15)) * _SECOND) >> 16) & _BITS


def salted(sql: str, seed: int) -> str:
    """Put the salts where the names stand."""
    return _CALL.sub(lambda call: f"draw({salt(seed, call[1])},", sql)
