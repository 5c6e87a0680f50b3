"""The rejected rows as somebody can mend them: every column, and why; encrypted in the vault."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from luodi.evidence.model import Artefact
from luodi.migration.batch import Batch
from luodi.migration.loading.fates import Fates
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace, literal, quoted

if TYPE_CHECKING:
    from luodi.landing.vault import Vault


def export_rejects(workspace: Workspace, batch: Batch, vault: Vault) -> tuple[Artefact, ...]:
    """Put one CSV per source table that has rejected rows into the vault.

    Returns
    -------
    tuple of Artefact
        Private; the object ``rejects/<batch>/<table>.csv`` has the ordinal, the column that was
        meant, the reason, and then the row as it was extracted.
    """
    fates = Fates(workspace, batch)
    found = []
    for table in sorted({line[0] for line in fates.reasons()}):
        source = workspace.relation(batch.source, table)
        columns = [
            str(line[0])
            for line in workspace.db.execute(f"DESCRIBE {source}").fetchall()
            if line[0] != "_ordinal"
        ]
        listed = "".join(f", s.{quoted(column)}" for column in columns)
        select = (
            f"SELECT e.ordinal, e.feed, e.column_name, e.reason{listed} "
            f"FROM {fates.exceptions} e JOIN {source} s ON s._ordinal = e.ordinal "
            f"WHERE e.fate = 'rejected' AND e.source_table = {literal(table)} ORDER BY e.ordinal"
        )
        names = ("_ordinal", "_feed", "_column", "_reason", *columns)
        name = f"rejects/{batch.id}/{table}.csv"
        found.append(kept(vault, name, f"rejects:{table}", Rows(workspace, select, names)))
    return tuple(found)


def kept(vault: Vault, name: str, label: str, rows: Rows) -> Artefact:
    """Put rows into the vault as CSV with a header."""
    with closing(_Reader(rows)) as reader:
        entry = vault.put(name, reader, replace=True)
    return Artefact(name=label, digest=entry.sha256, private=True)


class _Reader:
    """Rows as a file: a header, then what the engine gives."""

    def __init__(self, rows: Rows) -> None:
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(rows.columns)
        self._ready = b"\xef\xbb\xbf" + header.getvalue().encode()
        self._blocks: Iterator[bytes] = rows.csv()

    def read(self, size: int, /) -> bytes:
        if not self._ready:
            self._ready = next(self._blocks, b"")
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece

    def close(self) -> None:
        for _ in self._blocks:
            break
