"""Where an extraction stands, in the workspace: rows and how far they go are written as one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import msgspec

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError
from luodi.migration import garbled
from luodi.migration.garbled import Sign, signs, together
from luodi.migration.model import ORDINAL, Table, schema_of
from luodi.migration.source.batch import AS_READ, Misfit, cast, table_of, unsound, written
from luodi.migration.source.model import Rows, Staged, Wire
from luodi.migration.source.refusals import Refusal
from luodi.migration.source.refusals import together as together_refused
from luodi.migration.workspace import Workspace, quoted

_PREPARE = """
CREATE TABLE IF NOT EXISTS _luodi.extraction (
    system VARCHAR, table_name VARCHAR, state VARCHAR NOT NULL, extracted BIGINT NOT NULL,
    rejected BIGINT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (system, table_name));
CREATE TABLE IF NOT EXISTS _luodi.reject (
    system VARCHAR, table_name VARCHAR, line BIGINT, reason VARCHAR, raw BLOB);
"""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a table's extraction has come; ``identity`` is what it was read from.

    ``marked`` is a watermark column with its greatest value in the source when the reading began:
    whatever was changed while it went on, or while it was cut, is not below that.
    """

    schema: str
    staged: tuple[Staged, ...]
    identity: str = ""
    done: bool = False
    rows: int = 0
    rejected: int = 0
    key: tuple[Any, ...] | None = None
    signs: tuple[Sign, ...] = ()
    refused: tuple[Refusal, ...] = ()
    marked: tuple[str, str] | None = None


@dataclass
class Staging:
    """One table of one system, being staged."""

    workspace: Workspace
    system: str
    table: Table
    standing: Standing

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        system: str,
        table: Table,
        staged: Sequence[Staged],
        identity: str,
    ) -> Staging:
        """Find a table's staging as it stands, or what it will be when it begins."""
        workspace.db.execute(_PREPARE)
        row = workspace.db.execute(
            "SELECT content FROM _luodi.extraction WHERE system = ? AND table_name = ?",
            [system, table.full_name],
        ).fetchone()
        standing = msgspec.msgpack.decode(row[0], type=Standing) if row else None
        if standing is None:
            standing = Standing(schema="", staged=tuple(staged), identity=identity)
        return cls(workspace, system, table, standing)

    @property
    def relation(self) -> str:
        """How SQL names the staged table."""
        return self.workspace.relation(self.system, self.table.full_name)

    def fits(self, identity: str) -> bool:
        """Tell whether what is staged was read from what is there now, column for column."""
        return self.standing.schema == schema_digest(self.table) and (
            self.standing.identity == identity
        )

    def begin(
        self, staged: Sequence[Staged], identity: str, marked: tuple[str, str] | None = None
    ) -> None:
        """Begin anew, with nothing."""
        standing = Standing(
            schema=schema_digest(self.table),
            staged=tuple(staged),
            identity=identity,
            marked=marked,
        )
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in staged)
        with self._transaction() as db:
            db.execute(f"CREATE OR REPLACE TABLE {self.relation} ({ORDINAL} BIGINT, {columns})")
            db.execute(
                "DELETE FROM _luodi.reject WHERE system = ? AND table_name = ?",
                [self.system, self.table.full_name],
            )
            self._keep(db, standing)
        self.standing = standing

    def add(self, rows: Rows) -> None:
        """Stage rows, and with them how far the table has come, or neither."""
        while True:
            try:
                self._add(rows)
                return
            except Misfit as misfit:
                self._widen(misfit.places)

    def _add(self, rows: Rows) -> None:
        before = self.standing
        standing = _with(
            before,
            rows=before.rows + rows.count,
            rejected=before.rejected + len(rows.rejects),
            refused=together_refused(before.refused, rows.rejects),
            key=rows.key,
            signs=together(before.signs, signs(rows, before.staged, before.rows + 1)),
        )
        with self._transaction() as db:
            if rows.count:
                self._insert(db, rows)
            for reject in rows.rejects:
                db.execute(
                    "INSERT INTO _luodi.reject VALUES (?, ?, ?, ?, ?)",
                    [self.system, self.table.full_name, reject.line, reject.reason, reject.raw],
                )
            self._keep(db, standing)
        self.standing = standing

    def _insert(self, db: duckdb.DuckDBPyConnection, rows: Rows) -> None:
        staged = self.standing.staged
        db.register("luodi_batch", table_of(rows, staged, self.standing.rows + 1))
        try:
            checks = {
                place: check
                for place, column in enumerate(staged)
                if (check := unsound(place, column)) is not None
            }
            if checks:
                found = db.execute(f"SELECT {', '.join(checks.values())} FROM luodi_batch")
                counts = found.fetchone() or ()
                wrong = [place for place, count in zip(checks, counts, strict=True) if count]
                if wrong:
                    raise Misfit(wrong)
            values = ", ".join(cast(place, column) for place, column in enumerate(staged))
            db.execute(f"INSERT INTO {self.relation} SELECT {ORDINAL}, {values} FROM luodi_batch")
        finally:
            db.unregister("luodi_batch")

    def _widen(self, places: Sequence[int]) -> None:
        """Stage some columns as the texts that were read, the rows that are there as well."""
        if not places:
            return
        staged = list(self.standing.staged)
        with self._transaction() as db:
            for place in places:
                column = staged[place]
                name = quoted(column.name)
                db.execute(
                    f"ALTER TABLE {self.relation} ALTER COLUMN {name} "
                    f"TYPE {AS_READ} USING {written(column, name)}"
                )
                staged[place] = msgspec.structs.replace(column, type=AS_READ, wire=Wire.TEXT)
            standing = _with(self.standing, staged=tuple(staged))
            self._keep(db, standing)
        self.standing = standing

    def merge(self, beside: Staging, key: Sequence[str], *, goes_on: bool) -> Merged:
        """Take in rows of the same table that were staged beside it, all of them or none.

        Parameters
        ----------
        key : sequence of str
            Columns by which a row is known again; it keeps its ordinal then.
        goes_on : bool
            Whether nothing was left out between what is here and what comes: then the table has
            come as far as the rows beside it.
        """
        self._widen(
            [
                place
                for place, (one, other) in enumerate(
                    zip(self.standing.staged, beside.standing.staged, strict=True)
                )
                if other.type == AS_READ != one.type
            ]
        )
        moved = merged(self.workspace.db, self, beside, key)
        with self._transaction() as db:
            moved.write(db, self.relation)
            db.execute(f"DROP TABLE {beside.relation}")
            db.execute(
                "DELETE FROM _luodi.extraction WHERE system = ? AND table_name = ?",
                [beside.system, self.table.full_name],
            )
            signs = [garbled.moved(sign, moved.ordinals) for sign in beside.standing.signs]
            standing = _with(
                self.standing,
                rows=self.standing.rows + moved.added,
                marked=beside.standing.marked if goes_on else self.standing.marked,
                signs=together(self.standing.signs, signs),
            )
            self._keep(db, standing)
        self.standing = standing
        return moved

    def finish(self) -> None:
        """Note that the table is whole."""
        standing = _with(self.standing, done=True)
        with self._transaction() as db:
            self._keep(db, standing)
        self.standing = standing

    def _keep(self, db: duckdb.DuckDBPyConnection, standing: Standing) -> None:
        db.execute(
            "INSERT OR REPLACE INTO _luodi.extraction VALUES (?, ?, ?, ?, ?, ?)",
            [
                self.system,
                self.table.full_name,
                "done" if standing.done else "running",
                standing.rows,
                standing.rejected,
                msgspec.msgpack.encode(standing),
            ],
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        db = self.workspace.db
        db.execute("BEGIN")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(duckdb.Error):
                db.execute("ROLLBACK")
            if isinstance(error, duckdb.Error):
                raise trouble(error, self.table.full_name, self.standing.rows) from None
            raise


@dataclass(frozen=True)
class Merged:
    """What merging does: rows that are new and changed, and ordinals beside to those here."""

    added: int
    changed: int
    ordinals: dict[int, int]

    def write(self, db: duckdb.DuckDBPyConnection, relation: str) -> None:
        """Write the rows."""
        db.execute(f"DELETE FROM {relation} WHERE {ORDINAL} IN (FROM temp.luodi_changed)")
        db.execute(f"INSERT INTO {relation} FROM temp.luodi_merged")
        db.execute("DROP TABLE temp.luodi_changed; DROP TABLE temp.luodi_merged")


def merged(
    db: duckdb.DuckDBPyConnection, here: Staging, beside: Staging, key: Sequence[str]
) -> Merged:
    """Find out which rows beside are new or differ from the one here, and their ordinals here."""
    pairs = " AND ".join(f"b.{quoted(name)} IS NOT DISTINCT FROM h.{quoted(name)}" for name in key)
    columns = [quoted(column.name) for column in here.standing.staged]
    same = " AND ".join(f"b.{name} IS NOT DISTINCT FROM h.{name}" for name in columns)
    selected = ", ".join(
        f"{written(other, quoted(other.name))} AS {quoted(one.name)}"
        if one.type == AS_READ != other.type
        else quoted(one.name)
        for one, other in zip(here.standing.staged, beside.standing.staged, strict=True)
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE luodi_merged AS "
        f"WITH b AS (SELECT {ORDINAL}, {selected} FROM {beside.relation}) "
        f"SELECT coalesce(h.{ORDINAL}, (SELECT coalesce(max({ORDINAL}), 0) FROM {here.relation}) + "
        f"row_number() OVER (PARTITION BY h.{ORDINAL} IS NULL ORDER BY b.{ORDINAL})) AS {ORDINAL}, "
        f"{', '.join(f'b.{name}' for name in columns)}, b.{ORDINAL} AS luodi_beside, "
        f"h.{ORDINAL} IS NOT NULL AS luodi_known, h.{ORDINAL} IS NOT NULL AND {same} AS luodi_same "
        f"FROM b LEFT JOIN {here.relation} h ON {pairs}"
    )
    ordinals = dict(
        db.execute(
            f"SELECT luodi_beside, {ORDINAL} FROM temp.luodi_merged WHERE luodi_beside IN "
            f"(SELECT unnest(?::BIGINT[]))",
            [[place for sign in beside.standing.signs for place in sign.first]],
        ).fetchall()
    )
    db.execute("DELETE FROM temp.luodi_merged WHERE luodi_same")
    row = db.execute(
        "SELECT count(*) FILTER (NOT luodi_known), count(*) FILTER (luodi_known) "
        "FROM temp.luodi_merged"
    ).fetchone()
    added, changed = row or (0, 0)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE luodi_changed AS SELECT {ORDINAL} FROM temp.luodi_merged "
        "WHERE luodi_known"
    )
    for column in ("luodi_beside", "luodi_known", "luodi_same"):
        db.execute(f"ALTER TABLE temp.luodi_merged DROP COLUMN {column}")
    return Merged(added, changed, ordinals)


def _with(standing: Standing, **changes: Any) -> Standing:
    return msgspec.structs.replace(standing, **changes)


def schema_digest(table: Table) -> str:
    """Digest of a table's structure."""
    return digest(schema_of(table))


def trouble(error: duckdb.Error, table: str, rows: int) -> LuodiError:
    """Say what DuckDB could not do; its own words may quote a value."""
    text = str(error)
    full = any(sign in text for sign in ("No space left", "File too large", "disk quota", "ENOSPC"))
    code = "migration.workspace_full" if full else "migration.workspace_trouble"
    return LuodiError(code, {"table": table, "ordinal": rows, "reason": type(error).__name__})
