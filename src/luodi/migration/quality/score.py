"""Scores, 0 to 100.

- A rule passes in a table in the share ``p = 1 - offending / tested``, over all columns it looked
  at there.
- A dimension of a table scores half the mean of its rules' shares, each weighed by its severity,
  and half the worst of them, ``min(1 - (1 - p) * weight / greatest weight)``: many rules that hold
  do not hide one that fails.
- A table scores the mean of its dimensions, each weighed.
- A system, and each dimension of it, scores the mean of its tables, each weighed by
  ``log2(1 + rows)``: a large table counts for more, and the dictionaries are not drowned by it.

Weights are data (``weights.toml``).  With the same checks made, one offending row less never
lowers a score, and nothing offending is 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources

import msgspec

from luodi.evidence.model import Severity
from luodi.migration.quality.model import Dimension, Hit, Rule, TableScore


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of severities and dimensions, and the share of offending rows that is tolerated."""

    format: int
    tolerated: float
    severity: Mapping[Severity, float]
    dimension: Mapping[Dimension, float]


@cache
def weights() -> Weights:
    """Read the weights."""
    text = (resources.files(__package__) / "weights.toml").read_bytes()
    found = msgspec.toml.decode(text, type=Weights)
    if set(found.severity) != set(Severity) or set(found.dimension) != set(Dimension):
        raise ValueError("weights.toml: every severity and every dimension has a weight")
    return found


def severity_of(hit: Hit, rule: Rule) -> Severity:
    """How much a hit matters: an error only when more rows offend than are tolerated."""
    if rule.severity is Severity.ERROR and hit.share <= weights().tolerated:
        return Severity.WARN
    return rule.severity


def table_score(
    table: str, rows: int, hits: Iterable[Hit], rules: Mapping[str, Rule]
) -> TableScore:
    """Score a table by the checks made of it; None where nothing was tested."""
    tested: dict[str, int] = {}
    offending: dict[str, int] = {}
    for hit in hits:
        name = hit.check.rule
        tested[name] = tested.get(name, 0) + hit.tested
        offending[name] = offending.get(name, 0) + hit.offending
    parts: dict[Dimension, list[tuple[float, float]]] = {}
    for name, looked in tested.items():
        weight = weights().severity[rules[name].severity]
        if looked and weight:
            parts.setdefault(rules[name].dimension, []).append(
                (1 - offending[name] / looked, weight)
            )
    dimensions = {one: _whole(parts[one]) for one in Dimension if one in parts}
    whole = [(share, weights().dimension[dimension]) for dimension, share in dimensions.items()]
    return TableScore(
        table=table,
        rows=rows,
        score=_points(_mean(whole)) if whole else None,
        dimensions={dimension: _points(share) for dimension, share in dimensions.items()},
    )


def system_score(
    tables: Iterable[TableScore],
) -> tuple[Decimal | None, dict[Dimension, Decimal]]:
    """Score a system, and each dimension of it, by its tables."""
    scored = [table for table in tables if table.score is not None]
    whole = [(float(table.score or 0), math.log2(1 + table.rows)) for table in scored]
    dimensions = {}
    for dimension in Dimension:
        parts = [
            (float(table.dimensions[dimension]), math.log2(1 + table.rows))
            for table in scored
            if dimension in table.dimensions
        ]
        if any(weight for _, weight in parts):
            dimensions[dimension] = _rounded(_mean(parts))
    return (_rounded(_mean(whole)) if any(w for _, w in whole) else None), dimensions


def _whole(parts: list[tuple[float, float]]) -> float:
    """Half the mean, half the worst."""
    heaviest = max(weights().severity.values())
    worst = min(1 - (1 - share) * weight / heaviest for share, weight in parts)
    return (_mean(parts) + worst) / 2


def _mean(parts: Iterable[tuple[float, float]]) -> float:
    listed = list(parts)
    total = math.fsum(weight for _, weight in listed)
    return math.fsum(value * weight for value, weight in listed) / total


def _points(share: float) -> Decimal:
    """Round down: a hundred means that nothing offends."""
    return _rounded(share * 100)


def _rounded(points: float) -> Decimal:
    return Decimal(math.floor(points * 100 + 1e-6)) / 100
