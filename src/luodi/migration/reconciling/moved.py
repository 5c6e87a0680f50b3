"""The source, read again: what changed there since its rows were extracted."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.migration.engine_errors import engine_error
from luodi.migration.model import ORDINAL
from luodi.migration.reconciling.model import NAMED, Moved
from luodi.migration.reviewing.merge import as_extracted
from luodi.migration.workspace import Workspace, quoted


def moved(
    workspace: Workspace, source: str, again: str, tables: Iterable[str]
) -> tuple[Moved, ...]:
    """Compare the rows a batch was made from with those that the source has now.

    Parameters
    ----------
    again : str
        System under which the source was extracted a second time.
    """
    found = []
    for table in tables:
        with engine_error(table):
            one = _moved(workspace, source, again, table)
        if one.gone or one.added:
            found.append(one)
    return tuple(found)


def _moved(workspace: Workspace, source: str, again: str, table: str) -> Moved:
    then, now = as_extracted(workspace, source, table), workspace.relation(again, table)
    described = workspace.db.execute(f"DESCRIBE {workspace.relation(source, table)}").fetchall()
    names = [str(line[0]) for line in described]
    # As text: the second time a column may have been staged as another type.
    listed = ", ".join(f"{quoted(name)}::VARCHAR" for name in names if name != ORDINAL)
    for name, relation in (("then", then), ("now", now)):
        # Equal rows are told apart by their number, so that a second copy is noticed too.
        workspace.db.execute(
            f"CREATE OR REPLACE TEMP TABLE moved_{name} AS SELECT {ORDINAL}, h, "
            f"row_number() OVER (PARTITION BY h ORDER BY {ORDINAL}) AS n "
            f"FROM (SELECT {ORDINAL}, hash({listed}) AS h FROM {relation})"
        )
    gone = workspace.db.execute(
        f"SELECT {ORDINAL} FROM moved_then ANTI JOIN moved_now USING (h, n) ORDER BY 1"
    ).fetchall()
    new = workspace.db.execute(
        f"SELECT {ORDINAL} FROM moved_now ANTI JOIN moved_then USING (h, n) ORDER BY 1"
    ).fetchall()
    workspace.db.execute("DROP TABLE temp.moved_then; DROP TABLE temp.moved_now")
    return Moved(
        table=table,
        gone=len(gone),
        added=max(0, len(new) - len(gone)),
        first=tuple(ordinal for (ordinal,) in (gone or new)[:NAMED]),
    )
