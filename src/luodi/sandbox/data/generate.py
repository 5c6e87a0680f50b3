"""Generate a legacy hospital into DuckDB: clean rows first, then the faults, and what is true.

The SQL beside this file says what rows there are.  Every value is drawn by `draw` from the seed,
so the same size and seed make the same rows, whatever the machine, its threads or the version.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

import duckdb

from luodi.evidence.progress import Progress
from luodi.migration.model import ORDINAL, Table
from luodi.migration.workspace import Workspace, literal, quoted
from luodi.sandbox.data.draw import MACROS, salted
from luodi.sandbox.data.model import (
    CUTOVER,
    DAYS,
    Fault,
    Kind,
    Size,
    faults,
    kinds,
    rows_of,
    text_of,
)
from luodi.sandbox.data.names import given_slots, name_macros, weighted
from luodi.sandbox.data.schema import catalogue, tables

_PATIENT = (
    *("sort", "name", "sex", "birth", "area", "home", "has_id", "id_form"),
    *("document", "phone", "address", "registered", "mother"),
)
_OWN_ID = "CAST('own' AS VARCHAR)"
_FACTS = {
    "departments": "code name wards category pym",
    "services": "code name unit price category pym",
    "categories": "code name",
    "drugs": "code name specification unit manufacturer pym price cost category",
    "diagnoses": "code name pym",
}
_SCRIPTS = ("dictionaries", "people", "kind", "patients", "clinic", "ward")


@dataclass(frozen=True)
class Hospital:
    """A generated hospital in DuckDB: where it is and how many rows each table has.

    ``truth`` names the schema with ``person`` (BRID, person, kind, made_from, also: rows with one
    ``person`` are one person) and ``fault`` (fault, table_name, ordinal, column_name).
    """

    size: Size
    system: str
    truth: str
    rows: dict[str, int]


def generate(
    db: duckdb.DuckDBPyConnection, size: Size, system: str, *, progress: Progress
) -> Hospital:
    """Make the hospital's tables in schema `system`, with their ordinals, and the truth beside it.

    Raises
    ------
    duckdb.Error
        Room ran out.
    """
    truth = f"{system}_truth"
    generator = _Generator(db, size.seed, system, truth, _words(size))
    progress.stage("sandbox.generating", len(_SCRIPTS) + len(tables()), "piece")
    generator.prepare()
    for name in _SCRIPTS:
        generator.script(name)
        progress.advance()
    rows = {}
    for table in tables():
        rows[table.name] = generator.table(table)
        progress.advance()
    generator.clean()
    return Hospital(size, system, truth, rows)


def generate_into(workspace: Workspace, size: Size, system: str, *, progress: Progress) -> Hospital:
    """Generate straight into a workspace, as if it had been extracted from a legacy system."""
    hospital = generate(workspace.db, size, system, progress=progress)
    workspace.keep(catalogue(system, hospital.rows))
    return hospital


@dataclass(frozen=True)
class _Generator:
    db: duckdb.DuckDBPyConnection
    seed: int
    system: str
    truth: str
    words: dict[str, str]

    def prepare(self) -> None:
        """Make macros and facts; a hospital that is there already is replaced."""
        for schema in (self.system, self.truth, "made", "facts"):
            self.db.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
            self.db.execute(f"CREATE SCHEMA {quoted(schema)}")
        for macro in (*MACROS, *name_macros()):
            self.db.execute(macro.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO"))
        for name, columns in _FACTS.items():
            self._insert(f"facts.{name}", columns.split(), rows_of(f"facts/{name}.tsv"))
        self._slots("surname", "surname", weighted("surnames"))
        self._slots("area", "code name", weighted("areas"))
        self._slots("street", "street", rows_of("facts/streets.tsv"))
        self._slots("foreigner", "name", rows_of("facts/foreign.tsv"))
        self._insert("made.given", ["era", "sex", "character", "slot"], given_slots())
        self._insert(
            "made.character",
            ["character", "pinyin", "homophones", "traditional", "look_alike"],
            rows_of("facts/characters.tsv"),
        )
        self.db.execute("ALTER TABLE made.given ALTER slot TYPE BIGINT")
        self._insert("truth.fault", ["fault", "table_name", "ordinal", "column_name"], [])
        self.db.execute(self._sql("ALTER TABLE truth.fault ALTER ordinal TYPE BIGINT"))

    def script(self, name: str) -> None:
        """Run one of the SQL files."""
        if name == "kind":
            self._kinds()
            return
        self._run(text_of(f"sql/{name}.sql"))
        if name == "dictionaries":
            # Only drugs that are in use are prescribed.
            self._run(
                "CREATE TABLE made.drug AS SELECT *, row_number() OVER (ORDER BY YPID) - 1 AS slot "
                "FROM made.YPXX WHERE ZFBZ = '0'; "
                "SET VARIABLE count_drug = (SELECT count(*) FROM made.drug)"
            )

    def table(self, table: Table) -> int:
        """Write one table out with its faults; return its rows."""
        known = faults()
        columns = [
            f"CAST({_faulty(table.name, c.name, known.of(table.name, c.name))} AS "
            f"{_type(c.type)}) AS {quoted(c.name)}"
            for c in table.columns
        ]
        relation = f"{quoted(self.system)}.{quoted(table.name)}"
        self._run(
            f"CREATE TABLE {relation} AS SELECT row_number() OVER (ORDER BY _row) AS {ORDINAL}, "
            f"{', '.join(columns)} FROM made.{table.name} ORDER BY _row"
        )
        made = "SELECT *, row_number() OVER (ORDER BY _row) AS ordinal FROM made." + table.name
        for column in table.columns:
            for low, fault in _bands(known.of(table.name, column.name)):
                self._run(
                    f"INSERT INTO truth.fault SELECT {literal(fault.id)}, {literal(table.name)}, "
                    f"ordinal, {literal(column.name)} FROM ({made}) "
                    f"WHERE {_hit(table.name, column.name, low, fault)} "
                    f"AND ({fault.change}) IS DISTINCT FROM {column.name} ORDER BY ordinal"
                )
        row = self.db.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return int(row[0]) if row else 0

    def clean(self) -> None:
        """Leave the hospital and the truth, nothing else."""
        for schema in ("made", "facts"):
            self.db.execute(f"DROP SCHEMA {schema} CASCADE")

    # --- pieces -------------------------------------------------------------------------------

    def _kinds(self) -> None:
        columns = ", ".join(
            f"{_OWN_ID if name == 'id_form' else 'b.' + name} AS {name}" for name in _PATIENT
        )
        self._run(
            "CREATE TABLE made.patient AS SELECT n, n AS person, 'first' AS kind, "
            "CAST(NULL AS BIGINT) AS made_from, CAST(NULL AS VARCHAR) AS also, "
            f"{columns} FROM made.first AS b ORDER BY n"
        )
        known = kinds()
        for kind in known.kinds:
            self._run(text_of("sql/kind.sql"), **_kind_words(kind, known.also))

    def _run(self, sql: str, **words: str) -> None:
        self.db.execute(salted(self._sql(sql, **words), self.seed))

    def _sql(self, sql: str, **words: str) -> str:
        return (
            Template(sql)
            .substitute(self.words, **words)
            .replace("truth.", f"{quoted(self.truth)}.")
        )

    def _insert(self, table: str, columns: list[str], rows: list[list[str]]) -> None:
        declared = ", ".join(f"{column} VARCHAR" for column in columns)
        self.db.execute(self._sql(f"CREATE TABLE {table} ({declared})"))
        if rows:
            marks = ", ".join(f"({', '.join(literal(cell) for cell in row)})" for row in rows)
            self.db.execute(f"INSERT INTO {table} VALUES {marks}")

    def _slots(self, name: str, columns: str, rows: list[list[str]]) -> None:
        numbered = [[*row, str(i)] for i, row in enumerate(rows)]
        self._insert(f"made.{name}", [*columns.split(), "slot"], numbered)
        self.db.execute(f"ALTER TABLE made.{name} ALTER slot TYPE BIGINT")


def _words(size: Size) -> dict[str, str]:
    """What stands for the dollar words of the SQL."""
    known = kinds()
    return {
        "patients": str(size.patients),
        "visits": str(size.visits),
        "stays": str(size.stays),
        "stay_days": str(size.stay_days),
        "days": str(DAYS),
        "cutover": CUTOVER.isoformat(" "),
        "surnames": str(len(weighted("surnames"))),
        "areas": str(len(weighted("areas"))),
        "streets": str(len(rows_of("facts/streets.tsv"))),
        "foreigners": str(len(rows_of("facts/foreign.tsv"))),
        "sorts": _cases(known.sorts),
        "kinds": _cases({kind.id: kind.per_10k for kind in known.kinds}),
    }


def _cases(rates: dict[str, int]) -> str:
    words, edge = [], 0
    for name, rate in rates.items():
        edge += rate
        words.append(f"WHEN moment < {edge} THEN {literal(name)}")
    return " ".join(words)


def _kind_words(kind: Kind, also: dict[str, int]) -> dict[str, str]:
    """What the SQL of one kind is filled in with."""
    more = "NULL"
    if kind.same and not kind.alone:
        more = f"CASE {_cases(also)} END".replace("moment <", "draw('also', p.n) % 10000 <")
    holds = f"(b.n IS NOT NULL AND ({kind.holds}))"
    columns = [_kind_column(kind, name, more, holds) for name in _PATIENT]
    return {
        "id": kind.id,
        "fit": kind.needs,
        "same": str(kind.same),
        "holds": holds.replace(" n)", " p.n)"),
        "also": more,
        "columns": ",\n  ".join(columns).replace(" n)", " p.n)"),
    }


def _kind_column(kind: Kind, name: str, also: str, holds: str) -> str:
    fresh = _OWN_ID if name == "id_form" else f"f.{name}"
    value = kind.set.get(name) or (f"b.{name}" if kind.same and name != "id_form" else fresh)
    if name == "registered" and name not in kind.set:
        birth = kind.set.get("birth") or ("b.birth" if kind.same else "f.birth")
        more = ", b.registered" if kind.same else ""
        value = f"greatest(f.registered, CAST({birth} AS TIMESTAMP) + INTERVAL 9 HOUR{more})"
    if also != "NULL" and name in ("phone", "address", "home"):
        change = "phone" if name == "phone" else "address"
        value = (
            f"IF(coalesce({also}, '') = '{change}' AND f.{change} IS NOT NULL, f.{name}, {value})"
        )
    return f"IF({holds}, {value}, {fresh}) AS {name}"


def _bands(known: tuple[Fault, ...]) -> list[tuple[int, Fault]]:
    """Each fault of a column with the lower edge of its band of 10,000."""
    edge, found = 0, []
    for fault in known:
        found.append((edge, fault))
        edge += fault.per_10k
    return found


def _hit(table: str, column: str, low: int, fault: Fault) -> str:
    at = f"draw('fault.{table.lower()}.{column.lower()}', _row) % 10000"
    return f"({at} BETWEEN {low} AND {low + fault.per_10k - 1} AND ({fault.where}))"


def _faulty(table: str, column: str, known: tuple[Fault, ...]) -> str:
    if not known:
        return column
    cases = " ".join(
        f"WHEN {_hit(table, column, low, fault)} THEN CAST({fault.change} AS VARCHAR)"
        for low, fault in _bands(known)
    )
    return f"CASE {cases} ELSE CAST({column} AS VARCHAR) END"


def _type(product: str) -> str:
    return "TIMESTAMP" if product == "datetime" else product.upper()
