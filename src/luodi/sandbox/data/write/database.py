"""A legacy system in a database: SQLite, PostgreSQL, MySQL or MariaDB."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Progress
from luodi.migration.model import ORDINAL, Table
from luodi.migration.source.location import Location, Product
from luodi.migration.workspace import literal, quoted
from luodi.sandbox.data.generate import Hospital
from luodi.sandbox.data.schema import tables
from luodi.sandbox.data.write.folder import write_csv
from luodi.sandbox.database import Database, opened

_CHUNK = 5_000
_BLOCK = 1 << 20


def write_database(
    db: duckdb.DuckDBPyConnection,
    hospital: Hospital,
    location: Location,
    password: str,
    *,
    progress: Progress,
) -> None:
    """Create the legacy tables, with comments where the product has them, and fill them.

    Raises
    ------
    WrongUse
        ``sandbox.tables_exist``.
    LuodiError
        ``sandbox.database_refused``.
    """
    fill = {
        Product.SQLITE: _fill_sqlite,
        Product.POSTGRESQL: _fill_postgresql,
        Product.MYSQL: _fill_mysql,
    }[location.product]
    progress.stage("sandbox.writing", len(tables()), "piece")
    with opened(location, password) as target:
        cursor = target.cursor()
        taken = sorted({table.name.lower() for table in tables()} & _there(cursor, location))
        if taken:
            raise WrongUse("sandbox.tables_exist", {"tables": tuple(taken[:5])})
        for table in tables():
            for statement in _created(table, location.product):
                cursor.execute(statement)
            fill(db, cursor, table, _select(hospital, table))
            progress.advance()


def _select(hospital: Hospital, table: Table) -> str:
    relation = f"{quoted(hospital.system)}.{quoted(table.name)}"
    return f"SELECT * EXCLUDE ({ORDINAL}) FROM {relation} ORDER BY {ORDINAL}"


def _there(cursor: Database, location: Location) -> set[str]:
    queries = {
        Product.SQLITE: "SELECT name FROM sqlite_master",
        Product.POSTGRESQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
        Product.MYSQL: "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = database()",
    }
    cursor.execute(queries[location.product])
    return {str(name).lower() for (name,) in cursor.fetchall()}


def _created(table: Table, product: Product) -> list[str]:
    # PostgreSQL folds names that are not quoted, and old systems never quoted theirs.
    mysql, folded = product is Product.MYSQL, product is Product.POSTGRESQL
    columns = []
    for column in table.columns:
        type_ = "timestamp(0)" if folded and column.type == "datetime" else column.type
        comment = f" COMMENT {literal(column.comment)}" if mysql else ""
        columns.append(f"{column.name} {type_}{'' if column.nullable else ' NOT NULL'}{comment}")
    if table.primary_key:
        columns.append(f"PRIMARY KEY ({', '.join(table.primary_key)})")
    end = f" DEFAULT CHARSET utf8mb4 COMMENT {literal(table.comment)}" if mysql else ""
    statements = [f"CREATE TABLE {table.name} ({', '.join(columns)}){end}"]
    if folded:
        statements.append(f"COMMENT ON TABLE {table.name} IS {literal(table.comment)}")
        statements += [
            f"COMMENT ON COLUMN {table.name}.{c.name} IS {literal(c.comment)}"
            for c in table.columns
        ]
    return statements


def _fill_sqlite(
    db: duckdb.DuckDBPyConnection, cursor: Database, table: Table, select: str
) -> None:
    marks = ", ".join("?" for _ in table.columns)
    db.execute(select)
    while block := db.fetchmany(_CHUNK):
        rows = [[_plain(value) for value in row] for row in block]
        cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)


def _plain(value: object) -> object:
    if value is None or isinstance(value, (int, str)):
        return value
    return str(value)  # a decimal or a moment, as SQLite's own programs would write it


def _fill_postgresql(
    db: duckdb.DuckDBPyConnection, cursor: Database, table: Table, select: str
) -> None:
    with tempfile.TemporaryDirectory(prefix="luodi-sandbox-") as folder:
        path = Path(folder) / "rows.csv"
        write_csv(db, select, path)
        with (
            path.open("rb") as rows,
            cursor.copy(f"COPY {table.name} FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while data := rows.read(_BLOCK):
                copy.write(data)


def _fill_mysql(db: duckdb.DuckDBPyConnection, cursor: Database, table: Table, select: str) -> None:
    with tempfile.TemporaryDirectory(prefix="luodi-sandbox-") as folder:
        path = Path(folder) / "rows.csv"
        # Without an escape character an unquoted NULL is NULL, and a quoted one a text.
        write_csv(db, select, path, null="NULL")
        name = str(path).replace("\\", "/").replace("'", "''")
        cursor.execute(
            f"LOAD DATA LOCAL INFILE '{name}' INTO TABLE {table.name} CHARACTER SET utf8mb4 "
            "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' "
            "LINES TERMINATED BY '\\n' IGNORE 1 LINES"
        )
