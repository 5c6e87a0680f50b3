"""Each source row counted once."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.migration.batch import Batch
from luodi.migration.engine_errors import engine_error
from luodi.migration.reconciling.model import NAMED, Equation
from luodi.migration.workspace import Workspace, literal

FATES = ("loaded", "merged", "rejected", "review", "excluded")


def equation(workspace: Workspace, batch: Batch, table: str) -> Equation:
    """Count what became of the rows of one source table in a batch."""
    source = workspace.relation(batch.source, table)
    fate = (
        f"(SELECT ordinal, fate FROM {batch.relation('_fate')} "
        f"WHERE source_table = {literal(table)})"
    )
    with engine_error(table):
        lines = workspace.db.execute(
            "SELECT coalesce(f.fate, ''), s._ordinal IS NULL, count(*) "
            f"FROM {source} s FULL JOIN {fate} f ON f.ordinal = s._ordinal GROUP BY 1, 2"
        ).fetchall()
        counts = {name: rows for name, stranger, rows in lines if not stranger}
        strangers = sum(rows for _, stranger, rows in lines if stranger)
        unaccounted = counts.pop("", 0)
        known = workspace.count(source)
        twice = sum(counts.values()) - (known - unaccounted)
        first = workspace.db.execute(
            f"SELECT _ordinal FROM {source} s ANTI JOIN {fate} f ON f.ordinal = s._ordinal "
            f"ORDER BY _ordinal LIMIT {NAMED if unaccounted else 0}"
        ).fetchall()
    return Equation(
        table=table,
        source=known,
        unaccounted=unaccounted,
        twice=twice,
        strangers=strangers,
        first=tuple(ordinal for (ordinal,) in first),
        **{name: counts.get(name, 0) for name in FATES},
    )


def unmapped(workspace: Workspace, batches: Iterable[Batch], source: str) -> tuple[Equation, ...]:
    """Tables of a source that no batch says anything about: all their rows are unaccounted for."""
    mapped: set[str] = set()
    for batch in batches:
        mapped |= tables_of(workspace, batch)
    found = []
    for table in workspace.catalogue(source).tables:
        if table.view or table.full_name in mapped:
            continue
        extracted = table.full_name in workspace.extracted(source)
        rows = (
            workspace.count(workspace.relation(source, table.full_name))
            if extracted
            else table.rows or 0
        )
        found.append(Equation(table=table.full_name, source=rows, unaccounted=rows))
    return tuple(found)


def tables_of(workspace: Workspace, batch: Batch) -> set[str]:
    """Source tables that a batch has fates for, by its feeds or by exclusion."""
    with engine_error():
        lines = workspace.db.execute(
            f"SELECT DISTINCT source_table FROM {batch.relation('_fate')}"
        ).fetchall()
    return {feed.source_table for feed in batch.feeds} | {table for (table,) in lines}
