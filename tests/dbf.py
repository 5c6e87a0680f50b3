"""Writes small dBASE III files, for the libraries at hand only read them."""

import datetime
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

GBK = 0x4D
"""Language driver of code page 936."""
_MEMO_BLOCK = 512

Value = str | int | Decimal | datetime.date | bool | None


@dataclass(frozen=True)
class Field:
    """A field: ``kind`` is C, N, D, L or M; ``length`` in bytes."""

    name: str
    kind: str
    length: int
    decimals: int = 0


def write_dbf(
    path: Path,
    fields: Sequence[Field],
    rows: Iterable[Sequence[Value]],
    *,
    encoding: str = "gbk",
    driver: int = GBK,
    deleted: frozenset[int] = frozenset(),
) -> None:
    """Write a table, and beside it its ``.dbt`` where a field is a memo.

    Texts that are too long are refused; `deleted` names the rows, from 0, that carry the mark.
    """
    memo = [field for field in fields if field.kind == "M"]
    blocks = bytearray(_MEMO_BLOCK)
    records = bytearray()
    count = 0
    for number, row in enumerate(rows):
        count += 1
        records += b"*" if number in deleted else b" "
        for field, value in zip(fields, row, strict=True):
            records += _cell(field, value, encoding, blocks)
    size = 1 + sum(field.length for field in fields)
    header = struct.pack(
        "<BBBBIHH16xBB2x",
        *(0x83 if memo else 0x03, 126, 3, 1, count, 32 + 32 * len(fields) + 1, size),
        *(0, driver),
    )
    described = b"".join(
        struct.pack(
            "<11sc4xBB14x",
            *(field.name.encode(encoding), field.kind.encode(), field.length, field.decimals),
        )
        for field in fields
    )
    path.write_bytes(header + described + b"\r" + bytes(records) + b"\x1a")
    if memo:
        blocks[:4] = struct.pack("<I", len(blocks) // _MEMO_BLOCK)
        path.with_suffix(".dbt").write_bytes(bytes(blocks))


def _cell(field: Field, value: Value, encoding: str, blocks: bytearray) -> bytes:
    if value is None or (field.kind == "M" and value == ""):
        return b" " * field.length
    if field.kind == "M":
        block = len(blocks) // _MEMO_BLOCK
        blocks += str(value).encode(encoding) + b"\x1a\x1a"
        blocks += bytes(-len(blocks) % _MEMO_BLOCK)
        return str(block).rjust(field.length).encode()
    if field.kind == "C":
        data = str(value).encode(encoding).ljust(field.length)
    elif field.kind == "D":
        assert isinstance(value, datetime.date)
        data = value.strftime("%Y%m%d").encode()
    elif field.kind == "L":
        data = b"T" if value else b"F"
    else:
        data = f"{Decimal(str(value)):.{field.decimals}f}".rjust(field.length).encode()
    assert len(data) == field.length, f"{field.name} holds {field.length} bytes, not {len(data)}"
    return data
