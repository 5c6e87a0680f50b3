"""Row by row: what was staged against what the target holds, by key, value and checksum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from luodi.migration.batch import Batch, Batches, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.model import Column
from luodi.migration.reconciling.model import NAMED, Added, Compared, Difference
from luodi.migration.reconciling.read_back import read_back
from luodi.migration.target.model import TargetTable
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, quoted

_BACK = "back"
_MODULUS = 1 << 64
_PADDED = ("char", "character", "bpchar", "nchar")
"""Types whose values a database fills up with blanks that mean nothing."""


def back(feed: BatchFeed) -> str:
    """Name of the table with a feed's target table, typed as the feed's rows are.

    It is in memory, where what was read for the batch before is forgotten, and not among the
    temporary tables of one connection: the next feed is read while this one is compared.
    """
    return f"{_BACK}.{quoted(feed.id)}"


@contextmanager
def reading(
    workspace: Workspace,
    batch: Batch,
    feeds: Sequence[BatchFeed],
    target: Target,
    described: Mapping[str, TargetTable],
) -> Iterator[Iterator[BatchFeed]]:
    """Read the target tables of feeds, ahead of who looks at them; yields each when it is there.

    One table is read at a time: not every target can be asked by two at once.

    Raises
    ------
    LuodiError
        What the target or the workspace refuses, by name; when the feed is asked for.
    """
    workspace.db.execute(f"DETACH DATABASE IF EXISTS {_BACK}; ATTACH ':memory:' AS {_BACK}")
    with closing(workspace.another()) as db, ThreadPoolExecutor(1) as pool:
        reader = Workspace(db)
        jobs = [
            (feed, pool.submit(read_feed, reader, batch, feed, target, described[feed.to]))
            for feed in feeds
        ]
        try:
            yield (feed for feed, job in jobs if job.result() is None)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            db.interrupt()
            raise


def read_feed(
    workspace: Workspace, batch: Batch, feed: BatchFeed, target: Target, table: TargetTable
) -> None:
    """Read the target table of a feed and give each value the type that was staged.

    Beside each value of another type stands whether its text could not be read as that type.
    """
    columns, types = columns_of(feed), staged_types(workspace, batch, feed)
    values = [_typed(c, types[c], table.table.column(c)) for c in columns]
    read_back(workspace, target, table.table, columns, back(feed), values)


def columns_of(feed: BatchFeed) -> tuple[str, ...]:
    """Columns that are compared: the key, and what the feed fills."""
    return tuple(dict.fromkeys((feed.key, *feed.columns)))


def staged_types(workspace: Workspace, batch: Batch, feed: BatchFeed) -> dict[str, str]:
    """Types of a feed's staged columns, as the engine says them."""
    lines = workspace.db.execute(f"DESCRIBE {batch.relation(feed.id)}").fetchall()
    return {str(line[0]): str(line[1]) for line in lines}


def _typed(name: str, type_: str, column: Column | None) -> str:
    value = quoted(name)
    if type_ == "VARCHAR":
        padded = column is not None and column.type.lower().split("(")[0].strip() in _PADDED
        return f"rtrim({value}, ' ') AS {value}" if padded else value
    if type_ == "BLOB":
        return f"unhex(substr({value}, 3)) AS {value}"
    unread = f"{value} IS NOT NULL AND TRY_CAST({value} AS {type_}) IS NULL"
    return f"TRY_CAST({value} AS {type_}) AS {value}, {unread} AS {quoted('unread ' + name)}"


def compare(workspace: Workspace, batch: Batch, feed: BatchFeed, table: TargetTable) -> Compared:
    """Compare the rows of a feed with those read back."""
    types = staged_types(workspace, batch, feed)
    staged, key = batch.relation(feed.id), quoted(feed.key)
    others = [column for column in columns_of(feed) if column != feed.key]
    differs = {
        column: _differs(column, types[column], table.table.column(column)) for column in others
    }
    any_differs = " OR ".join(differs.values()) or "false"
    with engine_error(feed.to):
        workspace.db.execute(
            "CREATE OR REPLACE TEMP TABLE differing AS SELECT f._ordinal, "
            f"b.{key} IS NULL AS missing, "
            + "".join(f"({test}) AS {quoted(column)}, " for column, test in differs.items())
            + f"true AS found FROM {staged} f LEFT JOIN {back(feed)} b ON b.{key} = f.{key} "
            f"WHERE b.{key} IS NULL OR {any_differs}"
        )
        counts = workspace.db.execute(
            "SELECT count(*) FILTER (missing), count(DISTINCT _ordinal) FILTER (NOT missing)"
            + "".join(f", count(*) FILTER (NOT missing AND {quoted(c)})" for c in others)
            + " FROM differing"
        ).fetchone()
        assert counts is not None
        repeated = workspace.db.execute(
            f"SELECT f._ordinal FROM {staged} f JOIN (SELECT {key} AS k FROM {back(feed)} "
            f"GROUP BY {key} HAVING count(*) > 1) r ON r.k = f.{key} ORDER BY 1"
        ).fetchall()
        first = {
            Difference.MISSING.value: _ordinals(workspace, "missing"),
            Difference.CHANGED.value: _ordinals(workspace, "NOT missing"),
            Difference.REPEATED.value: tuple(ordinal for (ordinal,) in repeated[:NAMED]),
        }
        ours = f"(SELECT b.* FROM {back(feed)} b SEMI JOIN {staged} f ON f.{key} = b.{key}) c"
        found = Compared(
            feed=feed.id,
            source_table=feed.source_table,
            to=feed.to,
            rows=workspace.count(staged),
            missing=counts[0],
            changed=counts[1],
            repeated=len(repeated),
            columns={c: n for c, n in zip(others, counts[2:], strict=True) if n},
            first={name: ordinals for name, ordinals in first.items() if ordinals},
            staged_sum=_checksum(workspace, staged, feed),
            target_sum=_checksum(workspace, ours, feed),
        )
        workspace.db.execute("DROP TABLE temp.differing")
    return found


def _differs(name: str, type_: str, column: Column | None) -> str:
    value = quoted(name)
    padded = column is not None and column.type.lower().split("(")[0].strip() in _PADDED
    mine = f"rtrim(f.{value}, ' ')" if padded and type_ == "VARCHAR" else f"f.{value}"
    test = f"{mine} IS DISTINCT FROM b.{value}"
    if type_ not in ("VARCHAR", "BLOB"):
        test += f" OR coalesce(b.{quoted('unread ' + name)}, false)"
    return f"({test})"


def _ordinals(workspace: Workspace, which: str) -> tuple[int, ...]:
    lines = workspace.db.execute(
        f"SELECT DISTINCT _ordinal FROM differing WHERE {which} ORDER BY 1 LIMIT {NAMED}"
    ).fetchall()
    return tuple(ordinal for (ordinal,) in lines)


def _checksum(workspace: Workspace, relation: str, feed: BatchFeed) -> str:
    listed = ", ".join(map(quoted, columns_of(feed)))
    row = workspace.db.execute(
        f"SELECT coalesce(sum(hash({listed})::HUGEINT), 0) FROM {relation}"
    ).fetchone()
    return f"{int(row[0] if row else 0) % _MODULUS:016x}"


def added(workspace: Workspace, batch: Batch, feeds: Sequence[BatchFeed]) -> tuple[Added, ...]:
    """Count rows of target tables that neither were there before nor came by a batch of ours."""
    others = [
        other
        for other in Batches(workspace).all()
        if other.present and other.target == batch.target and other.created > batch.created
    ]
    found = []
    for to in dict.fromkeys(feed.to for feed in feeds):
        mine = [feed for feed in feeds if feed.to == to]
        ours = " UNION ".join(_keys(batch, feed) for feed in mine)
        for other in others:
            ours += "".join(f" UNION {_keys(other, feed)}" for feed in other.feeds if feed.to == to)
        key = quoted(mine[0].key)
        with engine_error(to):
            row = workspace.db.execute(
                f"SELECT count(*) FROM {back(mine[0])} b "
                f"ANTI JOIN ({ours}) o ON o.k = b.{key}::VARCHAR"
            ).fetchone()
        strangers = int(row[0]) if row else 0
        before = batch.before[to].rows if to in batch.before else 0
        more = strangers - (before - _updated(workspace, batch, mine))
        if more > 0:
            found.append(Added(to=to, rows=more))
    return tuple(found)


def _keys(batch: Batch, feed: BatchFeed) -> str:
    return f"SELECT {quoted(feed.key)}::VARCHAR AS k FROM {batch.relation(feed.id)}"


def _updated(workspace: Workspace, batch: Batch, feeds: Sequence[BatchFeed]) -> int:
    """Rows of a delta that were in the target before it, and so are counted in ``before``."""
    total = 0
    for feed in feeds:
        if "_action" in staged_types(workspace, batch, feed):
            row = workspace.db.execute(
                f"SELECT count(*) FROM {batch.relation(feed.id)} WHERE _action <> 'insert'"
            ).fetchone()
            total += int(row[0]) if row else 0
    return total
