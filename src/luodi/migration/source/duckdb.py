"""DuckDB files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Finding
from luodi.evidence.progress import Progress
from luodi.landing.systems import System
from luodi.migration.model import Column, ForeignKey, Table
from luodi.migration.source import arrow
from luodi.migration.source.files import identity
from luodi.migration.source.location import Location
from luodi.migration.source.model import Order, Rows, Snapshot, Staged, Start
from luodi.migration.workspace import quoted

_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
ORDER BY schema_name, table_name, column_index
"""
_TABLES = """
SELECT schema_name, table_name, comment, false FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal
UNION ALL SELECT schema_name, view_name, comment, true FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal ORDER BY 1, 2
"""
_KEYS = """
SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table,
       referenced_column_names
FROM duckdb_constraints() WHERE database_name = current_database()
"""


class DuckDb:
    """A DuckDB file, opened read-only: while it is, nobody else may write it."""

    snapshot = Snapshot.WHOLE

    def __init__(self, system: System, location: Location) -> None:
        self.system = system
        self._path = location.file
        if not self._path.is_file():
            raise LuodiError("migration.file_absent", {"path": str(self._path)})
        with arrow.explained(self._path):
            self._db = arrow.connected(self._path)
            (version,) = self._db.execute("SELECT version()").fetchone() or ("",)
        self.product = f"DuckDB {str(version).removeprefix('v')}"

    def tables(self, progress: Progress) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        with arrow.explained(self._path):
            columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
            for schema, table, name, type_, nullable, comment in self._all(_COLUMNS):
                columns[schema, table].append(
                    arrow.column(name, type_, nullable=nullable, comment=comment or "")
                )
            primary: dict[tuple[str, str], tuple[str, ...]] = {}
            unique: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
            foreign: dict[tuple[str, str], list[ForeignKey]] = defaultdict(list)
            for schema, table, sort, names, other, references in self._all(_KEYS):
                if sort == "PRIMARY KEY":
                    primary[schema, table] = tuple(names)
                elif sort == "UNIQUE":
                    unique[schema, table].append(tuple(names))
                elif sort == "FOREIGN KEY":
                    foreign[schema, table].append(
                        ForeignKey(columns=tuple(names), table=other, references=tuple(references))
                    )
            found = []
            listed = self._all(_TABLES)
            progress.stage("migration.counting", len(listed), "table")
            for schema, name, comment, view in listed:
                place = (schema, name)
                relation = f"{quoted(schema)}.{quoted(name)}"
                ((rows,),) = self._all(f"SELECT count(*) FROM {relation}")
                found.append(
                    Table(
                        name=name,
                        schema="" if schema == "main" else schema,
                        columns=tuple(columns[place]),
                        comment=comment or "",
                        primary_key=primary.get(place, ()),
                        unique=tuple(unique[place]),
                        foreign_keys=tuple(foreign[place]),
                        rows=rows,
                        view=view,
                    )
                )
                progress.advance()
        return tuple(found), ()

    def order(self, table: Table) -> tuple[Order, tuple[str, ...]]:
        return (Order.RESTART if table.view else Order.COUNT), ()

    def limit(self, seconds: float) -> None:
        """See `Source.limit`: nobody else waits for a file."""

    def newest(self, table: Table, column: str, most: str | None = None) -> str | None:
        """See `Source.newest`: a file is read again as a whole."""
        return None

    def identity(self, table: Table) -> str:
        return identity(self._path)

    def staged(self, table: Table) -> tuple[Staged, ...]:
        return tuple(map(arrow.staged, table.columns))

    def scan(self, table: Table, start: Start) -> Iterator[Rows]:
        relation = f"{quoted(table.schema or 'main')}.{quoted(table.name)}"
        columns = self.staged(table)
        with arrow.explained(self._path, table.full_name):
            if table.view:
                yield from self._view(relation, columns)
                return
            begin = int(start.key[0] or 0) if start.key else 0
            for number, rows in enumerate(
                arrow.pieces(self._db, relation, "rowid", columns), start=1
            ):
                if number > begin:
                    yield Rows(rows.columns, rows.count, (number,))

    def _view(self, relation: str, columns: tuple[Staged, ...]) -> Iterator[Rows]:
        selected = ", ".join(map(arrow.expression, columns))
        found = self._db.execute(f"SELECT {selected} FROM {relation}")
        while rows := found.fetchmany(arrow.BATCH):
            yield Rows(tuple(zip(*rows, strict=True)), len(rows))

    def reopen(self) -> bool:
        return True

    def close(self) -> None:
        self._db.close()

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        return self._db.execute(statement).fetchall()
