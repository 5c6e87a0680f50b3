"""Find the tables whose columns are worth comparing, then the columns that go together."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from luodi.evidence.progress import Progress
from luodi.migration.model import Table
from luodi.migration.suggesting.columns import (
    Described,
    confidence,
    described,
    likely,
    reasons,
    score,
    signs,
)
from luodi.migration.suggesting.lexicon import Lexicon, Spot, lexicon
from luodi.migration.suggesting.looks import Look
from luodi.migration.suggesting.model import ColumnMatch, TableMatch

NEAR = 8
"""Target tables that a source table is compared with, column by column."""
ALTERNATIVES = 3
"""Matches of a column that are told, the best first."""
LEAST = Decimal("0.20")
"""Confidence below which a match of columns is not worth a person's look."""
FAINT = -4.0
"""Score below which a pair is not even an alternative."""
_GENERIC = 0.5
"""What tells no more than this is as sure as its table: a name, a code, a status."""
_CERTAIN = 0.6
"""Confidence of a table from which its generic columns are as sure as they look."""
_SAME = 1e-9
"""Gain that is none."""
_OWN = 3.0
"""How much more a table's own name says than one of its columns' names."""


@dataclass(frozen=True)
class Side:
    """One system: its tables with their columns as they were read."""

    tables: list[Table]
    columns: dict[str, list[Described]]
    vectors: dict[str, dict[str, float]]

    @classmethod
    def of(
        cls, tables: Iterable[Table], looks: Mapping[tuple[str, str], Look], words: Lexicon
    ) -> Side:
        kept = [table for table in tables if table.columns]
        columns = {table.full_name: described(table, words, looks) for table in kept}
        return cls(kept, columns, {name: _vector(own, words) for name, own in columns.items()})


def match_tables(source: Side, target: Side, progress: Progress) -> list[TableMatch]:
    """For every source table the target tables it may go into, the likeliest first."""
    words = lexicon()
    rarity = _rarity([*source.vectors.values(), *target.vectors.values()])
    theirs = {name: _weighed(vector, rarity) for name, vector in target.vectors.items()}
    progress.stage("migration.suggest_stage", total=len(source.tables), unit="table")
    found = []
    for table in source.tables:
        progress.advance()
        mine = _weighed(source.vectors[table.full_name], rarity)
        near = sorted(
            ((_cosine(mine, vector), name) for name, vector in theirs.items()), reverse=True
        )[:NEAR]
        compared = [
            _compare(source.columns[table.full_name], target.columns[name], likeness, words)
            for likeness, name in near
            if likeness > 0.05 or len(theirs) <= NEAR
        ]
        kept = sorted(filter(None, compared), key=lambda item: item.confidence, reverse=True)
        found += kept[:ALTERNATIVES]
    return found


def _compare(
    mine: list[Described], theirs: list[Described], likeness: float, words: Lexicon
) -> TableMatch | None:
    """Match the columns of two tables; a target column is the best match of one source column."""
    found = [[signs(one, other, words) for other in theirs] for one in mine]
    scores = [[score(each) for each in row] for row in found]
    pairs: list[tuple[Decimal, float, int, int]] = []
    for i, row in enumerate(scores):
        for j, value in enumerate(row):
            if value > FAINT and found[i][j].speak:
                rivals = [
                    *row[:j],
                    *row[j + 1 :],
                    *(scores[k][j] for k in range(len(mine)) if k != i),
                ]
                rival = likely(max(rivals, default=-math.inf))
                pairs.append((confidence(value, rival), value, i, j))
    pairs.sort(key=lambda pair: (-pair[0], -pair[1]))
    first: dict[int, int] = {}
    for sure, _, i, j in pairs:
        if sure >= LEAST and i not in first and j not in first.values():
            first[i] = j
    first = _exchanged(first, scores, {(i, j) for sure, _, i, j in pairs if sure >= LEAST})
    if not first:
        return None
    tells = {(i, j): found[i][j].tells(words) for _, _, i, j in pairs}
    odds = {(i, j): float(each) for each, _, i, j in pairs}
    share = sum(odds[pair] * tells[pair] for pair in first.items()) / math.sqrt(
        max(len(mine), 1) * max(min(len(theirs), 40), 1)
    )
    table = min(0.99, 0.5 * likeness + 0.5 * min(1.0, share * 2))
    told: Counter[int] = Counter()
    matches = []
    for _, _, i, j in sorted(pairs, key=lambda pair: first.get(pair[2]) != pair[3]):
        told[i] += i in first
        known = 1.0 if tells[i, j] > _GENERIC else min(1.0, table / _CERTAIN)
        sure = Decimal(str(round(odds[i, j] * known, 2)))
        if 0 < told[i] <= ALTERNATIVES and sure >= LEAST:
            matches.append(
                ColumnMatch(
                    source_table=mine[i].table.full_name,
                    source_column=mine[i].column.name,
                    target_table=theirs[j].table.full_name,
                    target_column=theirs[j].column.name,
                    confidence=sure,
                    reasons=reasons(found[i][j], words),
                )
            )
    order = {item.column.name: place for place, item in enumerate(mine)}
    matches.sort(key=lambda item: order[item.source_column])
    return TableMatch(
        source_table=mine[0].table.full_name,
        target_table=theirs[0].table.full_name,
        confidence=Decimal(str(round(table, 2))),
        columns=tuple(matches),
    )


def _exchanged(
    first: Mapping[int, int], scores: list[list[float]], worth: set[tuple[int, int]]
) -> dict[int, int]:
    """The matches of columns, exchanged wherever that makes two of them together likelier.

    Taken one by one, 联系电话 may get the contact's phone and leave nothing for 联系人电话.
    """
    found = dict(first)
    for _ in range(len(scores)):
        gain, changed = max(_exchanges(found, scores, worth), default=(0.0, ()))
        if gain <= _SAME:
            break
        found |= dict(changed)
    return found


Changed: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


def _exchanges(
    found: Mapping[int, int], scores: list[list[float]], worth: set[tuple[int, int]]
) -> Iterator[tuple[float, Changed]]:
    """What may be changed, with what it gains: two swap, or one makes room for one without."""
    goes, wanted = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for source, target in worth:
        goes[source].append(target)
        wanted[target].append(source)
    taken = set(found.values())
    for a, i in found.items():
        for b in wanted[i]:
            gained = likely(scores[b][i]) - likely(scores[a][i])
            held = found.get(b)
            for j in goes[a]:
                if b != a and (j == held if held is not None else j not in taken):
                    lost = likely(scores[b][j]) if held is not None else 0.0
                    yield gained + likely(scores[a][j]) - lost, ((a, j), (b, i))


# --- likeness of tables ---------------------------------------------------------------------------


def _vector(columns: list[Described], words: Lexicon) -> dict[str, float]:
    """What a table speaks of: concepts of its name and of its columns."""
    vector: dict[str, float] = {}
    for concept, sure in columns[0].context.items():
        vector[concept] = vector.get(concept, 0) + _OWN * sure
    for column in columns:
        for spot in _clearest(column):
            for concept, sure in spot.items():
                vector[concept] = vector.get(concept, 0) + sure / math.sqrt(len(columns))
    return vector


def _clearest(column: Described) -> tuple[Spot, ...]:
    """The comment says more than the name where there is one."""
    return column.comment.spots if column.comment.known else column.name.spots


def _rarity(vectors: list[dict[str, float]]) -> dict[str, float]:
    seen = Counter(concept for vector in vectors for concept in vector)
    return {concept: math.log(1 + len(vectors) / count) for concept, count in seen.items()}


def _weighed(vector: dict[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    weighed = {concept: value * rarity[concept] for concept, value in vector.items()}
    length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
    return {concept: value / length for concept, value in weighed.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other.get(concept, 0.0) for concept, value in one.items())
