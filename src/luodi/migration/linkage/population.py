"""How often every level of agreement occurs among all pairs, seen on random ones.

Agreement in full is counted exactly, from how many records hold each value.  The other levels are
seen on about `SAMPLE` random pairs: the records stand in an order that has nothing to do with what
they say (a hash of their id), and each is compared with those that follow at fixed distances, so
that the same records give the same pairs in whatever order they came.
"""

from __future__ import annotations

import duckdb

from luodi.migration.linkage.compare import level_sql
from luodi.migration.linkage.estimate import Population
from luodi.migration.linkage.model import Binding
from luodi.migration.linkage.rules import comparisons

SAMPLE = 500_000


def population(
    db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], *, linking: bool
) -> Population:
    """See how often the levels occur; expects ``record`` with its counts."""
    names = {field.field for field in fields}
    sizes = [
        n
        for (n,) in db.execute(
            "SELECT count(*) FROM record WHERE leads GROUP BY side ORDER BY side"
        ).fetchall()
    ]
    pairs = sizes[0] * sizes[1] if linking else sizes[0] * (sizes[0] - 1) // 2
    _sample(db, sizes, linking=linking)
    levels = ", ".join(f"({level_sql(field, names)}) AS g_{field.field}" for field in fields)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {levels} FROM sampled p "
        "JOIN record a ON a.rid = p.l JOIN record b ON b.rid = p.r"
    )
    present, shares, least = [], [], []
    for field in fields:
        there, found, smallest = _field(db, field, pairs, linking=linking)
        present.append(there)
        shares.append(found)
        least.append(smallest)
    return Population(max(pairs, 1), tuple(present), tuple(shares), tuple(least))


def _sample(db: duckdb.DuckDBPyConnection, sizes: list[int], *, linking: bool) -> None:
    """The table ``sampled``: every pair of a small table, else as many as `SAMPLE`."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE shuffled AS SELECT rid, side, "
        "row_number() OVER (PARTITION BY side ORDER BY hash(id), id) - 1 AS place "
        "FROM record WHERE leads"
    )
    first, second = sizes[0], sizes[-1]
    steps = min(second if linking else (second - 1) // 2 + 1, max(1, SAMPLE // first))
    side = 1 if linking else 0
    start = 0 if linking else 1
    db.execute(
        "CREATE OR REPLACE TEMP TABLE sampled AS SELECT least(a.rid, b.rid) AS l, "
        f"greatest(a.rid, b.rid) AS r FROM (SELECT *, (place + step) % {second} AS other "
        f"FROM shuffled, range({start}, {start} + {steps}) s(step) WHERE side = 0) a "
        f"JOIN shuffled b ON b.side = {side} AND b.place = a.other WHERE a.rid <> b.rid"
    )


def _field(
    db: duckdb.DuckDBPyConnection, field: Binding, pairs: int, *, linking: bool
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Share of pairs with both values, share of every level among them, and the least of each."""
    number = len(comparisons()[field.kind].levels)
    counts = dict(db.execute(f"SELECT g_{field.field}, count(*) FROM seen GROUP BY ALL").fetchall())
    seen = sum(counts.values())
    both = seen - counts.get(0, 0)
    shares = [(counts.get(level, 0) + 0.5) / (both + 1) for level in range(1, number + 1)]
    least = [0.5 / (both + 1)] * number
    exact, known = _exact(db, field, linking=linking)
    if known:
        rest = sum(shares[1:])
        shares = [exact / known, *(share / rest * (1 - exact / known) for share in shares[1:])]
        least[0] = 0.5 / known
    there = known / pairs if pairs and known else both / max(seen, 1)
    return max(min(there, 1.0), 0.5 / max(pairs, 1)), tuple(shares), tuple(least)


def _exact(db: duckdb.DuckDBPyConnection, field: Binding, *, linking: bool) -> tuple[float, float]:
    """Pairs that agree in full, and pairs with both values."""
    f = field.field
    if linking:
        query = (
            "SELECT sum(x * y)::DOUBLE, sum(x)::DOUBLE * sum(y)::DOUBLE FROM (SELECT "
            f"count(*) FILTER (side = 0) AS x, count(*) FILTER (side = 1) AS y FROM record "
            f"WHERE leads AND {f} IS NOT NULL GROUP BY {f})"
        )
    else:
        query = (
            "SELECT sum(n * (n - 1))::DOUBLE / 2, sum(n)::DOUBLE * (sum(n) - 1) / 2 FROM "
            f"(SELECT count(*) AS n FROM record WHERE leads AND {f} IS NOT NULL GROUP BY {f})"
        )
    row = db.execute(query).fetchone()
    return (row[0] or 0.0, row[1] or 0.0) if row else (0.0, 0.0)
