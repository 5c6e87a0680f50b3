"""What a vendor's importer made of the rows that were handed over to it.

Its messages may name patients: they stay in the workspace, in ``_handed_<feed>`` beside the batch,
and go from there into the vault's reject store.  A finding tells how many, which rows, and the
codes of a column that was named as holding nothing but codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from luodi.evidence.model import Artefact
from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.rejects import kept
from luodi.migration.loading.values import fill
from luodi.migration.reconciling.model import NAMED, HandedOver
from luodi.migration.target.model import Handed, TargetTable
from luodi.migration.target.protocol import Target
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace, quoted

if TYPE_CHECKING:
    from luodi.landing.vault import Vault

_BLOCK = 5000
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,16}")


def relation(batch: Batch, feed: str) -> str:
    """Table of the workspace with what the importer said of each row."""
    return batch.relation(f"_handed_{feed}")


def handed_over(
    workspace: Workspace, batch: Batch, feed: BatchFeed, target: Target, table: TargetTable
) -> HandedOver:
    """Ask for every row of a feed, keep the answers, and count them."""
    db, name, key = workspace.db, relation(batch, feed.id), quoted(feed.key)
    staged = batch.relation(feed.id)
    columns = ("key", "state", "code", "message")
    with engine_error(feed.to):
        db.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{c} VARCHAR' for c in columns)})")
        keys = [key for (key,) in db.execute(f"SELECT {key} FROM {staged}").fetchall()]
        for start in range(0, len(keys), _BLOCK):
            for block in target.handed_over(table.table, feed.key, keys[start : start + _BLOCK]):
                fill(workspace, name, columns, block)
        counts = dict(db.execute(f"SELECT state, count(*) FROM {name} GROUP BY 1").fetchall())
        said = db.execute(
            f"SELECT coalesce(code, ''), count(*) FROM {name} "
            f"WHERE state = '{Handed.REFUSED}' GROUP BY 1"
        ).fetchall()
        codes: dict[str, int] = {}
        for code, rows in said:
            shown = code if _CODE.fullmatch(code) else ""
            codes[shown] = codes.get(shown, 0) + rows
        first = {
            state.value: tuple(
                ordinal
                for (ordinal,) in db.execute(
                    f"SELECT f._ordinal FROM {staged} f JOIN {name} h "
                    f"ON h.key = CAST(f.{key} AS VARCHAR) WHERE h.state = '{state}' "
                    f"ORDER BY 1 LIMIT {NAMED}"
                ).fetchall()
            )
            for state in (Handed.REFUSED, Handed.WAITING)
        }
    return HandedOver(
        feed=feed.id,
        source_table=feed.source_table,
        to=feed.to,
        taken=counts.get(Handed.TAKEN, 0),
        refused=counts.get(Handed.REFUSED, 0),
        waiting=counts.get(Handed.WAITING, 0),
        codes=codes,
        first=first,
    )


def export_refused(
    workspace: Workspace, batch: Batch, feed: BatchFeed, vault: Vault
) -> Artefact | None:
    """Put rows that the importer refused into the vault's reject store, with what it said.

    Returns
    -------
    Artefact or None
        Private; the object ``rejects/<batch>/<feed>.importer.csv``.  None where it refused none.
    """
    staged, key = batch.relation(feed.id), quoted(feed.key)
    listed = "".join(f", f.{quoted(column)}" for column in feed.columns)
    select = (
        f"SELECT f._ordinal, h.code, h.message{listed} FROM {staged} f "
        f"JOIN {relation(batch, feed.id)} h ON h.key = CAST(f.{key} AS VARCHAR) "
        f"WHERE h.state = '{Handed.REFUSED}' ORDER BY 1"
    )
    rows = Rows(workspace, select, ("_ordinal", "_code", "_message", *feed.columns))
    if not rows.count():
        return None
    return kept(vault, f"rejects/{batch.id}/{feed.id}.importer.csv", f"refused:{feed.id}", rows)
