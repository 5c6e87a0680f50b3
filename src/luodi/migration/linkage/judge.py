"""From levels to weights, probabilities and classes."""

from __future__ import annotations

import math

import duckdb

from luodi.migration.linkage.estimate import Estimate, Pattern, estimate
from luodi.migration.linkage.model import Agreement, Binding, Class, Pair, Trained
from luodi.migration.linkage.population import population
from luodi.migration.linkage.rules import comparisons, judgement

CERTAIN_AT = 0.99
"""A pair is certain only if the weights agree, at this probability."""


def train(db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], *, linking: bool) -> Estimate:
    """Learn the shares from ``gamma``; pairs that a guard keeps apart are no examples."""
    columns = ", ".join(f"g_{field.field}" for field in fields)
    rows = db.execute(
        f"SELECT {columns}, count(*) FROM gamma WHERE guard = 0 GROUP BY ALL"
    ).fetchall()
    patterns: dict[Pattern, int] = {row[:-1]: row[-1] for row in rows}
    given = [[level.m for level in comparisons()[field.kind].levels] for field in fields]
    return estimate(patterns, given, population(db, fields, linking=linking))


def trained(fields: tuple[Binding, ...], found: Estimate) -> tuple[Trained, ...]:
    """The shares by name."""
    return tuple(
        Trained(field=field.field, level=level.id, m=m, u=u)
        for field, ms, us in zip(fields, found.m, found.u, strict=True)
        for level, m, u in zip(comparisons()[field.kind].levels, ms, us, strict=True)
    )


def score(
    db: duckdb.DuckDBPyConnection,
    fields: tuple[Binding, ...],
    found: Estimate,
    source: str,
    table: str,
    least: float,
) -> None:
    """Make `table` of the pairs of `source` whose probability is at least `least`.

    Pairs of guards that are told always are among them, whatever their probability.

    Columns: ``l``, ``r``, ``weight``, ``guard``, ``certain`` and for every field its level
    ``g_<field>`` and weight ``w_<field>``.
    """
    weights = ", ".join(
        f"{_weight(field, found, n)} AS w_{field.field}" for n, field in enumerate(fields)
    )
    total = " + ".join([repr(found.start), *(f"w_{field.field}" for field in fields)])
    levels = ", ".join(f"g_{field.field}" for field in fields)
    sizes = ", ".join(
        f"(SELECT count({field.field}) FROM record WHERE leads)::DOUBLE AS of_{field.field}"
        for field in fields
        if comparisons()[field.kind].frequency
    )
    counted = f"(SELECT {sizes}) sizes, " if sizes else ""
    always = [n for n, guard in enumerate(judgement().guards, 1) if guard.always]
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT *, ({total}) AS weight FROM "
        f"(SELECT l, r, guard, certain, {levels}, {weights} FROM {counted}{source}) "
        f"WHERE weight >= {bits(least)!r} OR guard IN ({', '.join(map(str, always))})"
    )


def _weight(field: Binding, found: Estimate, n: int) -> str:
    """SQL of the weight of a field; agreement in full counts by how rare the value is.

    Two records hold the value, so n - 2 others of N do; in a column of values that hardly ever
    agree by chance the mean share says more than one in N.
    """
    cases = []
    for level in range(1, len(found.m[n]) + 1):
        text = repr(found.weight(n, level))
        if level == 1 and comparisons()[field.kind].frequency:
            name, u = field.field, found.u[n][0]
            share = f"greatest((n_{name} - 2) / of_{name}, least(1 / of_{name}, {u!r}))"
            text = f"{math.log2(found.m[n][0])!r} - log2({share})"
        cases.append(f"WHEN {level} THEN {text}")
    return f"CASE g_{field.field} {' '.join(cases)} ELSE 0.0 END"


def read(
    db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], table: str
) -> dict[tuple[int, int], Pair]:
    """Every scored pair of `table`, by record numbers, in the order of those numbers."""
    levels = ", ".join(f"g_{field.field}, w_{field.field}" for field in fields)
    rows = db.execute(
        f"SELECT s.l, s.r, a.id, b.id, a.ordinal, b.ordinal, weight, guard, certain, {levels} "
        f"FROM {table} s JOIN record a ON a.rid = s.l JOIN record b ON b.rid = s.r "
        "ORDER BY s.l, s.r"
    ).fetchall()
    return {row[:2]: _pair(fields, row) for row in rows}


def _pair(fields: tuple[Binding, ...], row: tuple[object, ...]) -> Pair:
    weight, number, certain = float(str(row[6])), int(str(row[7])), bool(row[8])
    guard = judgement().guards[number - 1] if number else None
    probability = _share(weight)
    if guard is not None:
        most = judgement().doubt if guard.class_ is Class.REVIEW else 0.0
        probability, class_ = min(probability, most), guard.class_
    elif certain and probability >= CERTAIN_AT:
        class_ = Class.CERTAIN
    else:
        class_ = Class.LINK if probability >= judgement().link else Class.REVIEW
    said = row[9:]
    return Pair(
        left=str(row[2]),
        right=str(row[3]),
        left_ordinal=int(str(row[4])),
        right_ordinal=int(str(row[5])),
        probability=round(probability, 6),
        weight=round(weight, 2),
        class_=class_,
        guards=(guard.id,) if guard else (),
        explanation=tuple(
            _agreement(field, int(str(said[2 * n])), float(str(said[2 * n + 1])))
            for n, field in enumerate(fields)
        ),
    )


def told_always(pair: Pair) -> bool:
    """Whether a guard spoke whose pairs are told however little is alike in them."""
    return any(guard.always and guard.id in pair.guards for guard in judgement().guards)


def _agreement(field: Binding, level: int, weight: float) -> Agreement:
    name = comparisons()[field.kind].levels[level - 1].id if level else "missing"
    return Agreement(field=field.field, level=name, weight=round(weight, 2))


def _share(bits: float) -> float:
    return 1 / (1 + 2.0**-bits) if bits > -1000 else 0.0


def bits(share: float) -> float:
    """Log-odds of a share, in bits."""
    return math.log2(share / (1 - share))
