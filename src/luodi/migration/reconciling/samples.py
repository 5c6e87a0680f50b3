"""Rows for human eyes: some of each feed, as the source has them beside what the target holds.

Chosen by a hash, so that nobody picks them and a second run shows the same.  They hold patients:
they go into the vault and nowhere else.
"""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook

from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.model import ORDINAL
from luodi.migration.reconciling.compare import back, columns_of
from luodi.migration.workspace import Workspace, quoted

OLD, NEW = "旧 old · ", "新 new · "


def samples(workspace: Workspace, batch: Batch, count: int) -> bytes:
    """A workbook with a sheet per feed; the feeds must have been read back just before."""
    book = Workbook(write_only=True)
    for feed in batch.feeds:
        sheet = book.create_sheet(feed.id[:31])
        with engine_error(feed.source_table):
            names, rows = _rows(workspace, batch, feed, count)
        sheet.append(names)
        for row in rows:
            sheet.append([_shown(value) for value in row])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _rows(
    workspace: Workspace, batch: Batch, feed: BatchFeed, count: int
) -> tuple[list[str], list[tuple[object, ...]]]:
    source = workspace.relation(batch.source, feed.source_table)
    olds = [
        str(line[0])
        for line in workspace.db.execute(f"DESCRIBE {source}").fetchall()
        if line[0] != ORDINAL
    ]
    news = columns_of(feed)
    listed = ", ".join(
        (*(f"s.{quoted(name)}" for name in olds), *(f"b.{quoted(name)}" for name in news))
    )
    key = quoted(feed.key)
    rows = workspace.db.execute(
        f"SELECT f.{ORDINAL}, {listed} FROM (SELECT {ORDINAL}, {key} FROM "
        f"{batch.relation(feed.id)} ORDER BY hash({ORDINAL}) LIMIT {int(count)}) f "
        f"JOIN {source} s USING ({ORDINAL}) LEFT JOIN {back(feed)} b ON b.{key} = f.{key} "
        f"ORDER BY f.{ORDINAL}"
    ).fetchall()
    return [ORDINAL, *(OLD + name for name in olds), *(NEW + name for name in news)], rows


def _shown(value: object) -> str | None:
    """Everything as text: '' stays apart from nothing, and a date is not turned into another."""
    if value is None:
        return "∅"
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text
