"""One column measured exactly: grouped once by value, everything else counted over the groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from luodi.migration.model import Column, Kind
from luodi.migration.profiling.dates import count_dates, count_numbers, speaks_of_time
from luodi.migration.profiling.groups import Kept, grouped, is_dense_key
from luodi.migration.profiling.model import ColumnProfile, Count
from luodi.migration.profiling.patterns import LONGEST, SEPARATOR, PatternCount, Patterns
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

TOP = 50
"""How many of the commonest values, patterns and shapes are kept."""
SHOWN = 200
"""Characters of a value that are kept."""
SOME = 120
"""How many distinct values a meaning is read from."""
SPACE = " \t\r\n\v\f\u00a0\u3000\u200b\ufeff"
"""What a blank value is made of: ASCII white space, the no-break, ideographic and zero-width
spaces and the byte-order mark."""

_CHUNK = 200_000
_HASHES = (1 << 64) - 1
_MOMENTS = (Kind.DATE, Kind.DATETIME)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)
_NUMERIC_SHAPE = re.compile(r"[-+]?9(\{\d+(,\d+)?\})?(\.9(\{\d+(,\d+)?\})?)?")
_DIGITS = re.compile(r"9(\{\d+\})?")


@dataclass(frozen=True)
class Measured:
    """A column measured, with some of its distinct values: what its meaning is read from."""

    profile: ColumnProfile
    values: tuple[str, ...]


def measure(
    db: duckdb.DuckDBPyConnection, relation: str, column: Column, kept: Kept | None = None
) -> Measured:
    """Measure one column of `relation`; leaves nothing behind in `db` but what is `kept`.

    `column` says the kind; what the workspace holds counts: a date that was staged as text is
    measured as text.
    """
    name = quoted(column.name)
    stored = str(db.sql(f"SELECT {name} FROM {relation} LIMIT 0").types[0])
    kind = staged_kind(stored, column.kind)
    value = name if kind is not Kind.OTHER else f"{name}::VARCHAR"
    unique = kind is Kind.INTEGER and is_dense_key(db, relation, value)
    with grouped(db, relation, value, unique=unique):
        profile = _measured(db, column, kind)
        found = Measured(profile, _some(db, kind, profile.distinct))
        if kept is not None and not profile.unique:
            kept.take(db, relation, value, profile.distinct)
        return found


def staged_kind(stored: str, kind: Kind) -> Kind:
    """Tell what sort of values a column of the workspace holds, from DuckDB's type."""
    if stored == "VARCHAR":
        return Kind.TEXT
    if stored in ("FLOAT", "DOUBLE"):
        return Kind.FLOAT
    if stored.startswith("DECIMAL"):
        return Kind.DECIMAL
    if stored.startswith("TIMESTAMP"):
        return Kind.DATETIME
    if stored.endswith(("INT", "INTEGER")):
        return Kind.INTEGER
    plain = {"DATE": Kind.DATE, "TIME": Kind.TIME, "BOOLEAN": Kind.BOOLEAN, "BLOB": Kind.BINARY}
    return plain.get(stored, kind if kind is Kind.OTHER else Kind.OTHER)


_COMMON = (
    "coalesce(sum(n), 0) AS rows, coalesce(sum(n) FILTER (v IS NULL), 0) AS nulls, "
    "count(v) AS distinct_values, count(*) FILTER (n > 1 AND v IS NOT NULL) AS repeated"
)
_BY_KIND = {
    Kind.TEXT: (
        "left(min(v), {shown}) AS minimum, left(max(v), {shown}) AS maximum, "
        # Trimming every value would cost as much as all the rest: few begin with a space.
        "coalesce(sum(n) FILTER (CASE WHEN v = '' THEN true "
        "WHEN unicode(v) IN ({points}) THEN trim(v, {space}) = '' ELSE false END), 0) AS blanks, "
        "min(length(v)) AS shortest, max(length(v)) AS longest, sum(n * length(v)) AS characters, "
        "coalesce(sum(n) FILTER (length(v) > {longest}), 0) AS long_rows"
    ),
    Kind.BINARY: (
        "min(octet_length(v)) AS shortest, max(octet_length(v)) AS longest, "
        "sum(n * octet_length(v)) AS characters"
    ),
    **dict.fromkeys(
        _NUMBERS,
        "min(v)::VARCHAR AS minimum, max(v)::VARCHAR AS maximum, "
        "coalesce(sum(n) FILTER (v = 0), 0) AS zeros, "
        "coalesce(sum(n) FILTER (v < 0), 0) AS negatives, {total} AS total",
    ),
    **dict.fromkeys(
        _MOMENTS,
        "min(v)::VARCHAR AS minimum, max(v)::VARCHAR AS maximum, "
        "coalesce(sum(n) FILTER (v::TIMESTAMP = date_trunc('day', v::TIMESTAMP)), 0) AS midnights",
    ),
}
_PLAIN = "min(v)::VARCHAR AS minimum, max(v)::VARCHAR AS maximum"
_TOTALS = {
    Kind.INTEGER: "sum(v::HUGEINT * n)",
    Kind.DECIMAL: "sum(v::DOUBLE * n)",
    Kind.FLOAT: "sum(v * n)",
}


def _measured(db: duckdb.DuckDBPyConnection, column: Column, kind: Kind) -> ColumnProfile:
    chosen = _BY_KIND.get(kind, _PLAIN).format(
        shown=SHOWN,
        space=_sql(SPACE),
        points=", ".join(str(ord(char)) for char in SPACE),
        longest=LONGEST,
        total=_TOTALS.get(kind, "NULL"),
    )
    cursor = db.execute(f"SELECT {_COMMON}, {chosen} FROM groups")
    names = [field[0] for field in cursor.description or ()]
    found: dict[str, Any] = dict(zip(names, cursor.fetchone() or (), strict=True))
    filled = int(found["rows"]) - int(found["nulls"])
    text: dict[str, Any] = {}
    of_time = speaks_of_time(column.name, column.comment)
    if kind is Kind.TEXT and filled:
        blanks, long_rows = int(found.get("blanks", 0)), int(found["long_rows"])
        text = _text(db, filled - blanks, long_rows, of_time)
    elif kind is Kind.INTEGER and filled and of_time:
        text = {"dates": count_numbers(db)}
    return ColumnProfile(
        name=column.name,
        type=column.type,
        kind=kind,
        comment=column.comment,
        rows=int(found["rows"]),
        nulls=int(found["nulls"]),
        blanks=int(found.get("blanks", 0)),
        distinct=int(found["distinct_values"]),
        repeated=int(found["repeated"]),
        minimum=found.get("minimum"),
        maximum=found.get("maximum"),
        shortest=found.get("shortest"),
        longest=found.get("longest"),
        mean_length=_mean(found.get("characters"), filled),
        mean=_mean(found.get("total"), filled),
        zeros=int(found.get("zeros", 0)),
        negatives=int(found.get("negatives", 0)),
        midnights=int(found.get("midnights", 0)),
        top=() if kind is Kind.BINARY else _top(db, kind),
        **text,
    )


def _mean(total: Any, rows: int) -> Decimal | None:
    if total is None or not rows:
        return None
    value = Decimal(str(total))
    return (value / rows).quantize(Decimal("0.01")) if value.is_finite() else None


def _top(db: duckdb.DuckDBPyConnection, kind: Kind) -> tuple[Count, ...]:
    shown = f"left(v, {SHOWN})" if kind is Kind.TEXT else "v::VARCHAR"
    rows = db.execute(
        f"SELECT {shown}, n FROM groups WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT {TOP}"
    ).fetchall()
    return tuple(Count(value=value, rows=n) for value, n in rows)


def _some(db: duckdb.DuckDBPyConnection, kind: Kind, distinct: int) -> tuple[str, ...]:
    """Take some distinct values, the same ones every time and not the first in any order."""
    if kind not in (Kind.TEXT, Kind.INTEGER):
        return ()
    # Of many values the small hashes hold enough of them, and the others need no sorting.
    rows = _smallest(db, min(_HASHES * 8 * SOME // (distinct + 1), _HASHES))
    return rows if len(rows) == min(SOME, distinct) else _smallest(db, _HASHES)


def _smallest(db: duckdb.DuckDBPyConnection, most: int) -> tuple[str, ...]:
    rows = db.execute(
        f"SELECT left(v::VARCHAR, {SHOWN}) FROM groups WHERE v IS NOT NULL "
        f"AND hash(v) <= {most}::UBIGINT ORDER BY hash(v), v LIMIT {SOME}"
    ).fetchall()
    return tuple(value for (value,) in rows)


# --- text -----------------------------------------------------------------------------------------


def _text(
    db: duckdb.DuckDBPyConnection, filled: int, long_rows: int, of_time: bool
) -> dict[str, Any]:
    """Patterns of a text column, and what they lead to: formats of dates, numbers kept as text."""
    counted = count_patterns(db, long_rows)
    if counted is None:
        return {"varied": True}
    exact = Counter(counted.exact)
    found: dict[str, Any] = {
        "patterns": _commonest(counted.exact),
        "shapes": _commonest(counted.shapes),
        "pattern_total": len(exact),
        "signs": counted.signs,
        "dates": count_dates(db, counted.exact, of_time),
    }
    numeric = sum(n for shape, n in counted.shapes.items() if _NUMERIC_SHAPE.fullmatch(shape))
    if filled and numeric == filled and len(exact) == 1 and _DIGITS.fullmatch(next(iter(exact))):
        # Of one length and nothing but digits: the order of text is the order of numbers.
        row = db.execute("SELECT min(v), max(v) FROM groups").fetchone() or ("0", "0")
        found["smallest"], found["largest"] = map(Decimal, row)
    elif filled and numeric == filled:
        found["smallest"], found["largest"] = _extreme(db, "min", min), _extreme(db, "max", max)
    return found


def _extreme(db: duckdb.DuckDBPyConnection, side: str, choose: Callable[..., str]) -> Decimal:
    """Find the least or greatest of numbers kept as text.

    Rounding to binary keeps the order, so the exact one is among those that round alike.
    """
    rows = db.execute(
        "WITH d AS (SELECT v, try_cast(v AS DOUBLE) AS d FROM groups) "
        f"SELECT v FROM d WHERE d = (SELECT {side}(d) FROM d)"
    ).fetchall()
    return Decimal(choose((value for (value,) in rows), key=Decimal).strip())


def count_patterns(db: duckdb.DuckDBPyConnection, long_rows: int) -> Patterns | None:
    """Count the patterns of ``groups``; None when there are too many to mean anything."""
    count = PatternCount()
    count.add_long(long_rows)
    usable = f"v IS NOT NULL AND length(v) <= {LONGEST}" if long_rows else "v IS NOT NULL"
    # Values with one number of rows are joined together: the weight is then one multiplication.
    joined = db.execute(
        f"SELECT n, rowid // {_CHUNK}, count(*), string_agg(v, {_sql(SEPARATOR)}) FROM groups "
        f"WHERE {usable} GROUP BY ALL"
    )
    inside = []
    for weight, chunk, values, text in _rows(joined):
        if text.count(SEPARATOR) >= values:
            inside.append((weight, chunk))
            continue
        count.add(text, weight)
        if count.varied:
            return None
    for weight, chunk in inside:
        # A value there holds the separator itself.
        single = db.execute(
            f"SELECT v FROM groups WHERE {usable} AND n = {weight} AND rowid // {_CHUNK} = {chunk}"
        )
        count.add_single((value for (value,) in _rows(single)), weight)
    return count.result()


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterable[Any]:
    while batch := cursor.fetchmany(64):
        yield from batch


def _commonest(counted: dict[str, int]) -> tuple[Count, ...]:
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    return tuple(Count(value=value, rows=n) for value, n in ordered)


def _sql(text: str) -> str:
    return "concat(" + ", ".join(f"chr({ord(char)})" for char in text) + ")"
