"""Which column refers to which: the values of one found in a key of another.

Inclusion alone proves nothing between small whole numbers, which are all found among each other.
What the names say and how improbable the inclusion is by chance are weighed together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from luodi.evidence.progress import Progress
from luodi.migration.model import Kind, Table
from luodi.migration.profiling.meaning import Words
from luodi.migration.profiling.model import ColumnProfile, Inclusion, TableProfile
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    import duckdb

LEAST = 0.55
"""Confidence from which an inclusion is worth saying."""
LEAST_SHARE, LEAST_NAMED, LEAST_KEYS = 0.9, 0.5, 0.98
"""Share of values that must be found; where the names say it plainly, fewer will do."""

_STRONG, _SAME, _LOOSE = 0.8, 0.75, 0.4
_KEYS = {"id", "code", "no", "number", "bh", "dm", "bm"}
_PLAIN = {"name", "title", "type", "status", "kind", "code"}
_PARENTS = {"parent", "super", "superior", "up", "sj", "上级", "father", "pid"}


@dataclass(frozen=True)
class Side:
    """A column of a table, with how SQL names the table."""

    relation: str
    table: TableProfile
    column: ColumnProfile


def find_inclusions(
    db: duckdb.DuckDBPyConnection,
    tables: Sequence[tuple[str, Table, TableProfile]],
    *,
    progress: Progress,
) -> tuple[Inclusion, ...]:
    """Find the references between `tables`, given as SQL name, catalogue entry and profile."""
    keys = [
        Side(relation, profile, column)
        for relation, _, profile in tables
        for column in profile.columns
        if column.unique
        and column.rows > 1
        and column.kind in (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL)
    ]
    found: list[Inclusion] = []
    progress.stage("migration.stage_inclusion", len(tables), "piece")
    for relation, table, profile in tables:
        for column in profile.columns:
            child = Side(relation, profile, column)
            found.extend(_references(db, child, keys, _declared(table, column.name)))
        progress.advance()
    return tuple(found)


def _declared(table: Table, column: str) -> set[tuple[str, str]]:
    return {
        (key.table, key.references[0]) for key in table.foreign_keys if key.columns == (column,)
    }


def _references(
    db: duckdb.DuckDBPyConnection, child: Side, keys: Sequence[Side], declared: set[tuple[str, str]]
) -> Iterator[Inclusion]:
    """Yield declared references, else the best that is found."""
    column = child.column
    if not column.distinct or column.kind not in (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL):
        return
    best: Inclusion | None = None
    for key in keys:
        if key.table.name == child.table.name and key.column.name == column.name:
            continue
        told = (key.table.name, key.column.name) in declared
        named = affinity(child, key)
        if key.table.name == child.table.name and not (named or told):
            continue
        likely = 1.0 if told else 1 - (1 - named) * (1 - _improbable(child, key))
        if likely < LEAST or not (told or _possible(child, key, named)):
            continue
        missing, orphans = _missing(db, child, key)
        share = 1 - missing / column.distinct
        if not told and share < _least(column, named):
            continue
        confidence = Decimal(str(round(1.0 if told else likely * share, 2)))
        inclusion = Inclusion(
            table=child.table.name,
            column=column.name,
            references=key.table.name,
            key=key.column.name,
            distinct=column.distinct,
            missing=missing,
            orphans=orphans,
            confidence=confidence,
            declared=told,
        )
        if told:
            yield inclusion
        elif best is None or confidence > best.confidence:
            best = inclusion
    if best is not None and not declared:
        yield best


def _least(column: ColumnProfile, named: float) -> float:
    """Share of values that must be found; of two keys of one name neither is the other's.

    Unless nearly all of them are there: one row each for some of the others, and a few orphans.
    """
    if column.unique and named == _SAME:
        return LEAST_KEYS
    return LEAST_NAMED if named >= _SAME else LEAST_SHARE


def affinity(child: Side, key: Side) -> float:
    """Tell how far the names say that `child` refers to `key`, 0 to 1."""
    name, other = Words.of(child.column.name), Words.of(key.column.name)
    table = Words.of(key.table.name)
    if child.table.name == key.table.name:
        return (
            _STRONG if set(name.words) & _PARENTS and other.words[-1:] == name.words[-1:] else 0.0
        )
    stem = name.words[:-1] if name.words and name.words[-1] in _KEYS else name.words
    whole = other.words[:-1] if other.words and other.words[-1] in _KEYS else other.words
    ends_alike = name.words[-1:] == other.words[-1:] or name.words == stem
    # Three initials of pinyin (CFH, ZYH) name a number as well as a word does.
    long = len(name.joined) > (2 if child.column.kind is Kind.INTEGER else 3)
    if name.joined == other.joined and long and stem and stem[0] not in _PLAIN:
        return _SAME
    if not stem or not ends_alike or (whole and not _alike(whole, stem)):
        return 0.0
    if _alike(table.words[-len(stem) :], stem):
        return _STRONG
    return (
        _LOOSE if any(_alike((word,), (end,)) for word in table.words[1:] for end in stem) else 0.0
    )


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) == len(other) and all(
        a == b or a.rstrip("s") == b.rstrip("s") or bool(_groups(a) & _groups(b))
        for a, b in zip(one, other, strict=True)
    )


@cache
def _synonyms() -> dict[str, frozenset[int]]:
    text = (resources.files(__package__) / "synonyms.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    words = {word for line in lines for word in line}
    return {word: frozenset(n for n, line in enumerate(lines) if word in line) for word in words}


def _groups(word: str) -> frozenset[int]:
    return _synonyms().get(word, frozenset())


def _improbable(child: Side, key: Side) -> float:
    """Tell how far inclusion would be no accident, by what the values are."""
    distinct = child.column.distinct
    if child.column.kind is Kind.TEXT:
        if (child.column.longest or 0) < 2 or distinct < 3 or child.column.varied:
            return 0.0
        numeric = child.column.smallest is not None and (child.column.longest or 0) < 6
        return 0.0 if numeric else 0.6 if distinct < 20 else 0.75
    if distinct < 20 or key.column.kind is Kind.TEXT:
        return 0.0
    span = Decimal(key.column.maximum or 0) - Decimal(key.column.minimum or 0) + 1
    return 0.7 if span > 20 * key.column.distinct else 0.0


def _possible(child: Side, key: Side, named: float) -> bool:
    """Tell cheaply whether the values of `child` can be among those of `key`."""
    one, other = child.column, key.column
    if named >= _SAME:
        return True
    if one.kind is not other.kind or one.distinct > other.distinct * 1.2:
        return False
    if one.kind is Kind.TEXT:
        return (one.longest or 0) <= (other.longest or 0) and (one.shortest or 0) >= (
            other.shortest or 0
        )
    low, high = (Decimal(v or 0) for v in (one.minimum, one.maximum))
    return high >= Decimal(other.minimum or 0) and low <= Decimal(other.maximum or 0)


def filled(value: str, column: ColumnProfile) -> str:
    """SQL that holds where `value` refers to anything: blank text does not."""
    return f"trim({value}) <> ''" if column.kind is Kind.TEXT else f"{value} IS NOT NULL"


def _missing(db: duckdb.DuckDBPyConnection, child: Side, key: Side) -> tuple[int, int]:
    """Count the values of `child` that `key` lacks, and the rows that hold them."""
    one, other = quoted(child.column.name), quoted(key.column.name)
    if child.column.kind is not key.column.kind:
        one, other = f"{one}::VARCHAR", f"{other}::VARCHAR"
    there = filled(one, child.column)
    row = db.execute(
        f"SELECT count(*), coalesce(sum(n), 0) FROM "
        f"(SELECT {one} AS v, count(*) AS n FROM {child.relation} WHERE {there} GROUP BY 1) "
        f"WHERE v NOT IN (SELECT {other} FROM {key.relation} WHERE {other} IS NOT NULL)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
