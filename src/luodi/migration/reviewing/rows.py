"""What a load asks the desk: which rows wait for a person, and which were merged into which."""

from __future__ import annotations

from luodi.migration.linkage.cluster import components
from luodi.migration.linkage.into import into
from luodi.migration.linkage.model import Noun
from luodi.migration.model import ORDINAL
from luodi.migration.reviewing.codes import of_terms
from luodi.migration.reviewing.decide import look, settle
from luodi.migration.reviewing.model import Item, Standing
from luodi.migration.reviewing.queue import SCHEMA, items, queues
from luodi.migration.reviewing.standing import TOGETHER
from luodi.migration.workspace import Workspace, quoted


class Reviewed(Noun, frozen=True, kw_only=True):
    """What a queue says of the rows of one system: three SELECTs over the workspace.

    ``held`` yields ``source_table`` and ``ordinal`` of rows that wait for a person; ``merged``
    those and ``merged_into``, the row that is loaded in the end and holds what it took over;
    ``linked`` those and ``person``, the smallest ordinal among rows of one person.
    """

    held: str
    merged: str
    linked: str


def reviewed(
    workspace: Workspace, queue: str, system: str, *, two_person: bool = False
) -> Reviewed:
    """Ask a queue, for `luodi.migration.loading.account.Order`, of rows as they are now.

    A queue that does not exist says nothing, as nobody looked for duplicates.  The answers are
    tables of the workspace, as the desk stands at this moment.
    """
    settle(workspace, queue, two_person=two_person)
    found = look(workspace, queue, two_person=two_person) if queue in queues(workspace) else None
    return Reviewed(
        held=held(workspace, queue, system, found),
        merged=merges(workspace, queue, system),
        linked=links(workspace, queue, system, found),
    )


def held(workspace: Workspace, queue: str, system: str, found: Standing | None) -> str:
    """SQL that yields ``source_table`` and ``ordinal`` of the rows that wait for a person.

    The rows are those of every item that is not settled, of a term all that hold it; `found` is
    where the queue stands.
    """
    waiting = [item for item in (found.unsettled if found else ()) if item.system == system]
    rows = {
        (item.table, ordinal)
        for item in waiting
        for ordinal in (item.left_ordinal, item.right_ordinal)
        if ordinal is not None
    }
    rows.update(of_terms(workspace, [item for item in waiting if item.term is not None]))
    name = _table(workspace, "held", queue, system)
    into(workspace.db, name, sorted(rows))
    return f"SELECT source_table, ordinal FROM {name}"


def merges(workspace: Workspace, queue: str, system: str) -> str:
    """SQL that yields ``source_table``, ``ordinal`` and ``merged_into`` of rows merged away.

    ``merged_into`` is the ordinal of the row that is loaded in the end, however long the chain;
    that row already holds what it took over.  A load gives the merged rows the fate ``merged``.
    """
    name = _table(workspace, "merges", queue, system, "merged_into BIGINT")
    into(workspace.db, name, sorted(_merged(workspace, queue, system)))
    return f"SELECT source_table, ordinal, merged_into FROM {name}"


def links(workspace: Workspace, queue: str, system: str, found: Standing | None) -> str:
    """SQL that yields ``source_table``, ``ordinal`` and ``person`` of rows that are one person.

    ``person`` is the smallest ordinal among the rows linked or merged, decided or by default; a
    row that is nobody else's is not among them.
    """
    name = _table(workspace, "links", queue, system, "person BIGINT")
    into(workspace.db, name, sorted(_people(found, system)) if found else [])
    return f"SELECT source_table, ordinal, person FROM {name}"


def _table(workspace: Workspace, what: str, queue: str, system: str, *more: str) -> str:
    """Make an empty table for an answer; not a temporary one, which only one connection sees."""
    queues(workspace)
    name = f"{SCHEMA}.{quoted(f'{what}:{queue}:{system}')}"
    columns = ", ".join(("source_table VARCHAR", "ordinal BIGINT", *more))
    workspace.db.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    return name


def shown(workspace: Workspace, item: Item) -> tuple[dict[str, str], dict[str, str]]:
    """Both rows of a pair by column, as text, for a person to look at."""
    right = item.right_ordinal
    return _row(workspace, item, item.left_ordinal), (
        {} if right is None else _row(workspace, item, right)
    )


def _row(workspace: Workspace, item: Item, ordinal: int) -> dict[str, str]:
    found = workspace.db.execute(
        f"SELECT * FROM {workspace.relation(item.system, item.table)} WHERE {ORDINAL} = {ordinal}"
    )
    names = [name for name, *_ in found.description or ()]
    values = found.fetchone() or ()
    return {
        name: "" if value is None else str(value)
        for name, value in zip(names, values, strict=False)
        if name != ORDINAL
    }


def _merged(workspace: Workspace, queue: str, system: str) -> list[tuple[str, int, int]]:
    """Rows merged away and the row each ends in; a chain is followed to its end."""
    if queue not in queues(workspace):
        return []
    found = items(workspace, queue)
    rows = workspace.db.execute(
        f"SELECT item, goes, stays FROM {SCHEMA}.merged WHERE queue = ? ORDER BY seq", [queue]
    ).fetchall()
    ends: dict[tuple[str, int], int] = {}
    for name, goes, stays in rows:
        if found[name].system != system:
            continue
        table = found[name].table
        start, end = _end(ends, table, goes), _end(ends, table, stays)
        if start != end:  # A into B and B into A: the first one counts
            ends[table, start] = end
    return [(table, row, _end(ends, table, row)) for table, row in ends]


def _end(ends: dict[tuple[str, int], int], table: str, row: int) -> int:
    while (table, row) in ends:
        row = ends[table, row]
    return row


def _people(found: Standing, system: str) -> list[tuple[str, int, int]]:
    joined: dict[str, list[tuple[int, int]]] = {}
    for name, act in found.act.items():
        item = found.items[name]
        if act in TOGETHER and item.right_ordinal is not None and item.system == system:
            joined.setdefault(item.table, []).append((item.left_ordinal, item.right_ordinal))
    return [
        (table, member, members[0])
        for table, pairs in joined.items()
        for members in components(pairs)
        for member in members
    ]
