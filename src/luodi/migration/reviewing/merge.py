"""Two rows become one in the workspace, and go apart again exactly as they were.

The row that stays keeps its values, and takes from the other what it lacks; the other is not
changed.  The row that stays is kept as it was and as it became: only a row that nobody touched
since is put back.  The source is never written to.
"""

from __future__ import annotations

from collections.abc import Mapping

from luodi.evidence.errors import LuodiError
from luodi.migration.linkage.model import Noun
from luodi.migration.model import ORDINAL
from luodi.migration.reviewing.model import Act, Item, Standing
from luodi.migration.reviewing.queue import SCHEMA, items
from luodi.migration.workspace import Workspace, literal, quoted

_BEFORE, _AFTER = "before", "after"


def follow(workspace: Workspace, queue: str, found: Standing) -> None:
    """Bring the rows to what the decisions say, inside the caller's transaction.

    A merge that holds no longer is undone together with the later ones of the same rows, the last
    first, and those are done again: so every row goes back to exactly what it was.

    Raises
    ------
    LuodiError
        ``migration.review_row_gone`` if a row to merge is not in the workspace any more.
    """
    wanted = {name for name, act in found.act.items() if act is Act.MERGE}
    done = _done(workspace, queue)
    gone = [one for one in done if one.item not in wanted]
    undo = _with_later(done, gone, found.items)
    for one in reversed(undo):
        _unmerge(workspace, found.items[one.item], one)
    again = [one for one in undo if one.item in wanted]
    left = {one.item for one in done if one not in undo}
    for one in again:
        _merge(workspace, queue, found.items[one.item], one.stays)
        left.add(one.item)
    for name in sorted(wanted - left):
        item = found.items[name]
        _merge(workspace, queue, item, _stays(workspace, queue, item))


def as_left(workspace: Workspace, queue: str, item: Item) -> bool:
    """Whether the rows that stayed, of the table of `item`, are as the merges left them."""
    last = (
        f"SELECT stays, max(seq) AS seq FROM {SCHEMA}.merged "
        f"JOIN {SCHEMA}.item USING (queue, item) WHERE queue = {literal(queue)} "
        f"AND system = {literal(item.system)} "
        f"AND source_table = {literal(item.table)} GROUP BY stays"
    )
    if not workspace.count(f"({last})"):
        return True
    if not _has_images(workspace, item):
        return False
    names = ", ".join(map(quoted, _columns(workspace, item)))
    return not workspace.count(
        f"(SELECT {names} FROM {_images(item)} SEMI JOIN ({last}) m ON m.seq = _seq "
        f"WHERE _image = '{_AFTER}' "
        f"EXCEPT SELECT {names} FROM {workspace.relation(item.system, item.table)})"
    )


def as_extracted(workspace: Workspace, system: str, table: str) -> str:
    """Relation of a table's rows as the source gave them, before anything was merged into them."""
    relation = workspace.relation(system, table)
    images = _images_name(system, table)
    if not workspace.has(SCHEMA, images):
        return relation
    first = (
        f"SELECT m.stays, min(m.seq) AS seq FROM {SCHEMA}.merged m JOIN {SCHEMA}.item i "
        f"USING (queue, item) WHERE i.system = {literal(system)} "
        f"AND i.source_table = {literal(table)} GROUP BY m.stays"
    )
    return (
        f"(SELECT * FROM {relation} WHERE {ORDINAL} NOT IN (SELECT stays FROM ({first})) "
        f"UNION ALL BY NAME SELECT * EXCLUDE (_seq, _image) FROM {SCHEMA}.{quoted(images)} "
        f"SEMI JOIN ({first}) f ON f.seq = _seq WHERE _image = '{_BEFORE}')"
    )


def anew(workspace: Workspace, queue: str, there: Mapping[str, Item | None]) -> None:
    """Merge again, in the same order, rows that were extracted anew; `there` has their items now.

    Nothing is put back: the rows are the source's.
    """
    known = items(workspace, queue)
    for one in [one for one in _done(workspace, queue) if one.item in there]:
        before, now = known.get(one.item), there[one.item]
        workspace.db.execute(f"DELETE FROM {SCHEMA}.merged WHERE seq = {one.seq}")
        if before is not None and now is not None:
            stays = now.left_ordinal if one.stays == before.left_ordinal else now.right_ordinal
            assert stays is not None  # only rows are merged
            _merge(workspace, queue, now, stays)


class Done(Noun, frozen=True):
    """A merge that was done: number, item, ordinals of the row that stays and of the other."""

    seq: int
    item: str
    stays: int
    goes: int


def _done(workspace: Workspace, queue: str) -> list[Done]:
    rows = workspace.db.execute(
        f"SELECT seq, item, stays, goes FROM {SCHEMA}.merged WHERE queue = ? ORDER BY seq", [queue]
    ).fetchall()
    return [Done(*row) for row in rows]


def _with_later(done: list[Done], gone: list[Done], items: Mapping[str, Item]) -> list[Done]:
    """`gone` and every later merge that has a row in common with one of them."""
    touched: set[tuple[str, str, int]] = set()
    found = []
    for one in done:
        item = items[one.item]
        rows = {(item.system, item.table, ordinal) for ordinal in (one.stays, one.goes)}
        if one in gone or not touched.isdisjoint(rows):
            found.append(one)
            touched |= rows
    return found


def _stays(workspace: Workspace, queue: str, item: Item) -> int:
    """The row that the first who said so named."""
    row = workspace.db.execute(
        f"SELECT into_ordinal FROM {SCHEMA}.decision WHERE queue = ? AND item = ? "
        "AND act = 'merge' AND NOT undone ORDER BY seq LIMIT 1",
        [queue, item.id],
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else item.left_ordinal


def _merge(workspace: Workspace, queue: str, item: Item, stays: int) -> None:
    """Merge the rows of an item."""
    assert item.right_ordinal is not None
    relation = workspace.relation(item.system, item.table)
    goes = item.left_ordinal if stays == item.right_ordinal else item.right_ordinal
    for ordinal in (stays, goes):
        if not _exists(workspace, item, ordinal):
            raise LuodiError("migration.review_row_gone", {"table": item.table, "ordinal": ordinal})
    row = workspace.db.execute(f"SELECT coalesce(max(seq), 0) + 1 FROM {SCHEMA}.merged").fetchone()
    seq = int(row[0]) if row else 1
    _forget(workspace, item, seq)
    _keep(workspace, item, seq, _BEFORE, stays)
    for column in map(quoted, _lacking(workspace, item, stays, goes)):
        workspace.db.execute(
            f"UPDATE {relation} SET {column} = (SELECT {column} FROM {relation} "
            f"WHERE {ORDINAL} = {goes}) WHERE {ORDINAL} = {stays}"
        )
    _keep(workspace, item, seq, _AFTER, stays)
    workspace.db.execute(
        f"INSERT INTO {SCHEMA}.merged VALUES (?, ?, ?, ?, ?)", [seq, queue, item.id, stays, goes]
    )


def _unmerge(workspace: Workspace, item: Item, one: Done) -> None:
    """Put the row that stayed back to what it was.

    A row that is not as the merge left it was extracted anew since: that is the source's, and is
    left alone.
    """
    workspace.db.execute(f"DELETE FROM {SCHEMA}.merged WHERE seq = {one.seq}")
    if not _has_images(workspace, item):
        return
    relation, images = workspace.relation(item.system, item.table), _images(item)
    columns = _columns(workspace, item)
    names = ", ".join(map(quoted, columns))
    image = f"SELECT {names} FROM {images} WHERE _seq = {one.seq} AND _image ="
    same = workspace.db.execute(
        f"SELECT count(*) FROM (SELECT {names} FROM {relation} WHERE {ORDINAL} = {one.stays} "
        f"INTERSECT {image} '{_AFTER}')"
    ).fetchone()
    if same and same[0]:
        values = ", ".join(f"{quoted(c)} = b.{quoted(c)}" for c in columns if c != ORDINAL)
        workspace.db.execute(
            f"UPDATE {relation} AS t SET {values} FROM ({image} '{_BEFORE}') b "
            f"WHERE t.{ORDINAL} = {one.stays}"
        )
    _forget(workspace, item, one.seq)


def _keep(workspace: Workspace, item: Item, seq: int, image: str, ordinal: int) -> None:
    relation, images = workspace.relation(item.system, item.table), _images(item)
    if not _has_images(workspace, item):
        workspace.db.execute(
            f"CREATE OR REPLACE TABLE {images} AS SELECT 0::BIGINT AS _seq, '' AS _image, * "
            f"FROM {relation} LIMIT 0"
        )
    workspace.db.execute(
        f"INSERT INTO {images} BY NAME SELECT {seq} AS _seq, {literal(image)} AS _image, * "
        f"FROM {relation} WHERE {ORDINAL} = {ordinal}"
    )


def _forget(workspace: Workspace, item: Item, seq: int) -> None:
    """Drop the images of a number that may be given again."""
    if _has_images(workspace, item):
        workspace.db.execute(f"DELETE FROM {_images(item)} WHERE _seq = {seq}")


def _lacking(workspace: Workspace, item: Item, into: int, other: int) -> list[str]:
    """Columns that are blank in the row that stays and not in the other."""
    columns = [column for column in _columns(workspace, item) if column != ORDINAL]
    tests = ", ".join(
        f"coalesce(trim(a.{name}::VARCHAR), '') = '' "
        f"AND coalesce(trim(b.{name}::VARCHAR), '') <> ''"
        for name in map(quoted, columns)
    )
    relation = workspace.relation(item.system, item.table)
    row = workspace.db.execute(
        f"SELECT {tests} FROM {relation} a, {relation} b "
        f"WHERE a.{ORDINAL} = {into} AND b.{ORDINAL} = {other}"
    ).fetchone()
    return [column for column, lacks in zip(columns, row or (), strict=True) if lacks]


def _exists(workspace: Workspace, item: Item, ordinal: int) -> bool:
    relation = workspace.relation(item.system, item.table)
    row = workspace.db.execute(f"SELECT 1 FROM {relation} WHERE {ORDINAL} = {ordinal}").fetchone()
    return row is not None


def _columns(workspace: Workspace, item: Item) -> list[str]:
    relation = workspace.relation(item.system, item.table)
    return [name for name, *_ in workspace.db.execute(f"DESCRIBE {relation}").fetchall()]


def _has_images(workspace: Workspace, item: Item) -> bool:
    """Whether rows of this table were kept, in the shape the table has now."""
    row = workspace.db.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
        "AND database_name = current_database() AND list_contains(?, column_name)",
        [SCHEMA, _images_name(item.system, item.table), _columns(workspace, item)],
    ).fetchone()
    return bool(row) and row[0] == len(_columns(workspace, item)) if row else False


def _images(item: Item) -> str:
    return f"{SCHEMA}.{quoted(_images_name(item.system, item.table))}"


def _images_name(system: str, table: str) -> str:
    return f"before:{system}:{table}"
