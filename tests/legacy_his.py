"""Brings the shared legacy HIS back to life: as a database, or as the files people hand over.

38 tables with the types, keys and comments they have in MySQL, 33,296 rows; see
``../shared/data/README.md``.  A value that is ``\\N`` in the files is NULL.
"""

import csv
import datetime
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import psycopg
import pymysql

from dbf import Field, write_dbf

TABLES, ROWS = 38, 33_296

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class LegacyColumn:
    """A column; ``type`` is MySQL's."""

    name: str
    type: str
    nullable: bool
    key: bool
    comment: str


@dataclass(frozen=True)
class LegacyTable:
    """A table; its rows are texts as the files hold them."""

    name: str
    comment: str
    columns: tuple[LegacyColumn, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class LegacyHis:
    """The whole database."""

    tables: tuple[LegacyTable, ...]

    @classmethod
    def read(cls, shared_data: Path) -> "LegacyHis":
        """Read it from the folder of the shared data."""
        folder = shared_data / "legacy_his"
        columns: dict[str, list[LegacyColumn]] = {}
        for line in _dicts(folder / "_columns.csv"):
            columns.setdefault(line["table"], []).append(
                LegacyColumn(
                    name=line["column"],
                    type=line["type"],
                    nullable=line["nullable"] == "YES",
                    key=line["key"] == "PRI",
                    comment=line["comment"],
                )
            )
        found = cls(
            tuple(
                LegacyTable(
                    name=line["table"],
                    comment=line["comment"],
                    columns=tuple(columns[line["table"]]),
                    rows=tuple(_rows(folder / f"{line['table']}.csv", columns[line["table"]])),
                )
                for line in _dicts(folder / "_tables.csv")
            )
        )
        assert (len(found.tables), sum(len(table.rows) for table in found.tables)) == (TABLES, ROWS)
        return found

    def table(self, name: str) -> LegacyTable:
        return next(table for table in self.tables if table.name == name)

    # --- databases --------------------------------------------------------------------------------

    def into_mariadb(self, connection: pymysql.Connection, engine: str = "InnoDB") -> None:
        """Make the tables in the connection's database, exactly as they are there."""
        cursor = connection.cursor()
        for table in self.tables:
            cursor.execute(_mysql(table, engine))
            if table.rows:
                marks = ", ".join(["%s"] * len(table.columns))
                cursor.executemany(f"INSERT INTO `{table.name}` VALUES ({marks})", table.rows)
        connection.commit()

    def into_postgresql(self, connection: psycopg.Connection) -> None:
        """Make the tables in the connection's database, comments included."""
        for table in self.tables:
            connection.execute(_create(table, "postgresql"))
            connection.execute(f'COMMENT ON TABLE "{table.name}" IS {_text(table.comment)}')
            for column in table.columns:
                if column.comment:
                    connection.execute(
                        f'COMMENT ON COLUMN "{table.name}"."{column.name}" '
                        f"IS {_text(column.comment)}"
                    )
            with connection.cursor().copy(f'COPY "{table.name}" FROM STDIN') as copy:
                for row in table.rows:
                    copy.write_row(row)
        if not connection.autocommit:
            connection.commit()

    def into_sqlite(self, path: Path) -> None:
        """Make a database file."""
        connection = sqlite3.connect(path)
        for table in self.tables:
            connection.execute(_create(table, "sqlite"))
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', table.rows)
        connection.commit()
        connection.close()

    # --- files ------------------------------------------------------------------------------------

    def into_csv(self, folder: Path, encoding: str = "gb18030", null: str = r"\N") -> list[Path]:
        """Write one file per table, with a header."""
        written = []
        for table in self.tables:
            path = folder / f"{table.name}.csv"
            with path.open("w", encoding=encoding, newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow([column.name for column in table.columns])
                writer.writerows([null if v is None else v for v in row] for row in table.rows)
            written.append(path)
        return written

    def into_dbf(self, folder: Path) -> list[Path]:
        """Write one dBASE file per table, in GB18030: some names are beyond GBK. NULL is blanks."""
        written = []
        for table in self.tables:
            path = folder / f"{table.name}.dbf"
            fields = _fields(table)
            rows = (_cells(table, row) for row in table.rows)
            write_dbf(path, fields, rows, encoding="gb18030")
            written.append(path)
        return written

    def into_xlsx(self, path: Path) -> None:
        """Write one workbook with a sheet per table; a sheet's name has at most 31 characters."""
        book = openpyxl.Workbook(write_only=True)
        for table in self.tables:
            sheet = book.create_sheet(table.name[:31])
            sheet.append([column.name for column in table.columns])
            for row in table.rows:
                sheet.append(_cells(table, row))
        book.save(path)


# --- reading --------------------------------------------------------------------------------------


def _dicts(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _rows(path: Path, columns: Sequence[LegacyColumn]) -> Iterator[Row]:
    if not path.exists():  # fourteen tables are empty and have no file
        return
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        assert next(lines) == [column.name for column in columns]
        for line in lines:
            yield tuple(None if value == r"\N" else value for value in line)


# --- statements -----------------------------------------------------------------------------------


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _mysql(table: LegacyTable, engine: str) -> str:
    lines = [
        f"`{column.name}` {column.type}{'' if column.nullable else ' NOT NULL'}"
        f" COMMENT {_text(column.comment)}"
        for column in table.columns
    ]
    lines.append(f"PRIMARY KEY ({', '.join(f'`{c.name}`' for c in table.columns if c.key)})")
    return (
        f"CREATE TABLE `{table.name}` ({', '.join(lines)}) ENGINE={engine} "
        f"DEFAULT CHARSET=utf8mb4 COMMENT={_text(table.comment)}"
    )


_INTEGER = re.compile(r"(?:big)?int\(\d+\)")
_TYPES = {
    "postgresql": {"bigint": "bigint", "int": "integer", "datetime": "timestamp(0)"},
    "sqlite": {"bigint": "INTEGER", "int": "INTEGER", "datetime": "DATETIME"},
}


def _create(table: LegacyTable, dialect: str) -> str:
    def typed(column: LegacyColumn) -> str:
        name = column.type.partition("(")[0]
        return _TYPES[dialect].get(name, column.type)

    lines = [
        f'"{column.name}" {typed(column)}{"" if column.nullable else " NOT NULL"}'
        for column in table.columns
    ]
    keys = ", ".join(f'"{column.name}"' for column in table.columns if column.key)
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)}, PRIMARY KEY ({keys}))'


# --- cells ----------------------------------------------------------------------------------------

Cell = str | int | Decimal | datetime.datetime | None


def _cells(table: LegacyTable, row: Row) -> list[Cell]:
    return [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _cell(column: LegacyColumn, value: str | None) -> Cell:
    if value is None:
        return None
    if _INTEGER.fullmatch(column.type):
        # A bigint of more than 15 digits would be rounded in a workbook.
        return int(value) if len(value) <= 15 else value
    if column.type.startswith("decimal"):
        return Decimal(value)
    if column.type == "datetime":
        return datetime.datetime.fromisoformat(value)
    return value


def _fields(table: LegacyTable) -> list[Field]:
    """Name each field in ten bytes and give it the room that its values need."""
    taken: set[str] = set()
    fields = []
    for place, column in enumerate(table.columns):
        name = column.name.upper()[:10]
        while name in taken:
            name = f"{name[:8]}{len(taken):02}"
        taken.add(name)
        values = [row[place] for row in table.rows if row[place] is not None]
        widest = max((len(value.encode("gb18030")) for value in values if value), default=1)
        if column.type.startswith("decimal"):
            fields.append(Field(name, "N", 15, 2))
        elif _INTEGER.fullmatch(column.type) and widest <= 15:
            fields.append(Field(name, "N", 15))
        elif column.type == "datetime":
            fields.append(Field(name, "C", 19))
        elif widest > 254:
            fields.append(Field(name, "M", 10))
        else:
            fields.append(Field(name, "C", max(widest, 1)))
    return fields
