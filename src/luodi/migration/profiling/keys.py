"""Which columns tell the rows of a table apart, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from luodi.migration.model import ORDINAL, Kind, Table
from luodi.migration.profiling.model import ColumnProfile, KeyCandidate
from luodi.migration.profiling.patterns import LONGEST
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

PAIRS = 100
"""How many pairs are tried, the likeliest first."""
_FIRST = 5_000


def candidate_keys(
    db: duckdb.DuckDBPyConnection, relation: str, table: Table, columns: Sequence[ColumnProfile]
) -> tuple[KeyCandidate, ...]:
    """Find single columns, else pairs of columns, that tell every row apart.

    Pairs are sought where no single column is a key: beside one, every pair with it is.
    A declared key comes first when it holds.
    """
    single = [
        KeyCandidate(columns=(c.name,), declared=table.primary_key == (c.name,))
        for c in columns
        if c.unique
    ]
    found = sorted(single, key=lambda key: not key.declared)
    if len(table.primary_key) > 1 and _is_key(db, relation, table.primary_key):
        found.insert(0, KeyCandidate(columns=table.primary_key, declared=True))
    if found or not columns or columns[0].rows < 2:
        return tuple(found)
    likely = [c for c in columns if _may_be_part(c)]
    # Two columns make no more combinations than the product of their values.
    pairs = [
        (a, b)
        for a, b in combinations(likely, 2)
        if a.rows > 1 and a.distinct * b.distinct >= a.rows
    ]
    pairs.sort(key=lambda pair: -pair[0].distinct * pair[1].distinct)
    return tuple(
        KeyCandidate(columns=(a.name, b.name))
        for a, b in pairs[:PAIRS]
        if _is_key(db, relation, (a.name, b.name))
    )


def _may_be_part(column: ColumnProfile) -> bool:
    if column.nulls or column.distinct < 2 or column.kind in (Kind.BINARY, Kind.FLOAT, Kind.OTHER):
        return False
    return (column.longest or 0) <= LONGEST


def _is_key(db: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]) -> bool:
    names = ", ".join(map(quoted, columns))
    # Most pairs fail among the first rows already.
    for condition in (f"WHERE {ORDINAL} <= {_FIRST}", ""):
        row = db.execute(
            f"SELECT count(*), count(DISTINCT ({names})), count(*) FILTER "
            f"({' OR '.join(f'{quoted(c)} IS NULL' for c in columns)}) FROM {relation} {condition}"
        ).fetchone()
        if row is None or row[0] != row[1] or row[2]:
            return False
    return True
