"""Checks of what must add up: a document and its lines, a total and its parts, a run of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from luodi.migration.model import Kind
from luodi.migration.profiling.model import ColumnProfile, Inclusion, TableProfile
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

_MONEY = (Kind.DECIMAL, Kind.FLOAT, Kind.INTEGER)
_CENT = "0.005"
"""Half a cent: what adding binary floats may be off by."""


@dataclass(frozen=True)
class Sums:
    """What a check of totals sees."""

    db: duckdb.DuckDBPyConnection
    table: TableProfile
    meanings: Mapping[str, frozenset[str]]
    tables: Mapping[str, TableProfile]
    all_meanings: Mapping[str, Mapping[str, frozenset[str]]]
    inclusions: Sequence[Inclusion]
    relation: Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """SQL for the offending rows of a table, named ``r``, and for those that were tested."""

    columns: Mapping[str, str]
    tested: str
    condition: str


def lines(see: Sums) -> Iterator[Found]:
    """A document whose lines do not add up to its total."""
    total = _one(see.table, see.meanings, "total_amount") or _one(see.table, see.meanings, "amount")
    if total is None:
        return
    for one in see.inclusions:
        if one.references != see.table.name or one.table == one.references:
            continue
        line = see.tables[one.table]
        amount = _one(line, see.all_meanings[one.table], "amount")
        if amount is None:
            continue
        key, other = quoted(one.key), quoted(one.column)
        added = (
            f"(SELECT {other} AS k, sum({quoted(amount)}) AS s FROM {see.relation(one.table)} "
            f"GROUP BY 1)"
        )
        there = f"r.{key} IN (SELECT k FROM {added})"
        wrong = (
            f"abs(r.{quoted(total)} - (SELECT s FROM {added} AS a WHERE a.k = r.{key})) > {_CENT}"
        )
        yield Found({"self": total, "line": f"{one.table}.{amount}"}, there, f"{there} AND {wrong}")


def parts(see: Sums) -> Iterator[Found]:
    """A total that is not the sum of the amounts beside it."""
    money = [
        c
        for c in see.table.columns
        if c.kind in _MONEY and see.meanings[c.name] & {"amount", "total_amount"}
    ]
    totals = [c for c in money if _is_total(c, see.meanings)]
    if len(totals) != 1 or len(money) < 3:
        return
    total = totals[0]
    others = [c for c in money if c is not total]
    added = " + ".join(f"coalesce(r.{quoted(c.name)}, 0)" for c in others)
    yield Found(
        {"self": total.name, **{f"part {n}": c.name for n, c in enumerate(others, 1)}},
        f"r.{quoted(total.name)} IS NOT NULL",
        f"abs(r.{quoted(total.name)} - ({added})) > {_CENT}",
    )


def _is_total(column: ColumnProfile, meanings: Mapping[str, frozenset[str]]) -> bool:
    plain = column.name.lower() in ("amount", "total", "je", "zje", "金额", "合计")
    return plain or "total_amount" in meanings[column.name]


def gaps(see: Sums) -> Iterator[Found]:
    """A number after which the next one is missing, where numbers mostly follow each other."""
    for column in see.table.columns:
        if "invoice_no" not in see.meanings[column.name] or not column.unique:
            continue
        if column.kind is not Kind.INTEGER and column.smallest is None:
            continue
        if column.kind is Kind.TEXT and column.shortest != column.longest:
            continue
        if _is_full(column):
            yield Found({"self": column.name}, "true", "false")
            continue
        short = (column.longest or 0) <= 18 or column.kind is Kind.INTEGER
        number = f"try_cast(r.{quoted(column.name)} AS {'BIGINT' if short else 'HUGEINT'})"
        plain = number.replace("r.", "")
        nexts = f"(SELECT {plain} - 1 FROM {see.relation(see.table.name)})"
        last = f"(SELECT max({plain}) FROM {see.relation(see.table.name)})"
        yield Found(
            {"self": column.name},
            f"{number} IS NOT NULL",
            f"{number} NOT IN {nexts} AND {number} <> {last}",
        )


def _is_full(column: ColumnProfile) -> bool:
    """Whether as many different numbers lie between the first and the last as there can be."""
    text = column.kind is Kind.TEXT
    low = column.smallest if text else Decimal(column.minimum or 0)
    high = column.largest if text else Decimal(column.maximum or 0)
    return low is not None and high is not None and high - low + 1 == column.distinct


def _one(table: TableProfile, meanings: Mapping[str, frozenset[str]], meaning: str) -> str | None:
    """Find the one column of money with a meaning; a plainly named one goes before the others."""
    able = [c.name for c in table.columns if c.kind in _MONEY and meaning in meanings[c.name]]
    plain = [name for name in able if name.lower() in ("amount", "je", "金额", "total_amount")]
    if len(able) == 1:
        return able[0]
    return plain[0] if len(plain) == 1 else None


SUMS: dict[str, Callable[[Sums], Iterator[Found]]] = {"lines": lines, "parts": parts, "gaps": gaps}
