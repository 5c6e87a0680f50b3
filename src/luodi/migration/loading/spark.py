"""Spark as the engine of a load, for a cluster whose many machines share the steps of a mapping.

Rows go from the workspace through this computer's memory to Spark and back, so on one machine this
only adds work, and a table has to fit in memory while it is handed over.  Nothing of
them lies in clear on a disk of Spark's: what it spills and shuffles is encrypted, and the Python
side hands rows over a socket that both ends vouch for.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.migration.loading.values import fill
from luodi.migration.workspace import Workspace, quoted
from luodi.transform.compile import compiled
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.dialect.spark import SETTINGS, SPARK
from luodi.transform.model import Kind
from luodi.transform.program import FAULTS, Column, Pairs, Program, Target

BLOCK = 5000
LOCAL = "local[*]"


@contextmanager
def started(environ: Mapping[str, str]) -> Iterator[SparkEngine]:
    """Start a session; ``LUODI_SPARK_MASTER`` names the cluster, this computer by default.

    Raises
    ------
    WrongUse
        ``migration.engine_absent``: pyspark or Java is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise WrongUse("migration.engine_absent") from None
    master = environ.get("LUODI_SPARK_MASTER") or LOCAL
    settings = {
        **SETTINGS,
        "spark.sql.session.timeZone": "UTC",
        "spark.io.encryption.enabled": "true",
        "spark.authenticate": "true",
        "spark.authenticate.secret": secrets.token_hex(32),
        "spark.ui.enabled": "false",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master).appName("luodi")
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise LuodiError("migration.engine_lost", {"reason": type(error).__name__}) from None
    try:
        yield SparkEngine(session)
    finally:
        session.stop()


class SparkEngine:
    """A Spark session that runs programs."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._numbers = count()
        self._views: list[str] = []

    def rows(self, workspace: Workspace, program: Program) -> str:
        """Ship the relations, run the program, and bring what comes out back as a table."""
        try:
            return self._rows(workspace, program)
        except LuodiError:
            raise
        except Exception as error:  # its own sentences quote values
            raise LuodiError("migration.engine_lost", {"reason": type(error).__name__}) from None

    def _rows(self, workspace: Workspace, program: Program) -> str:
        columns = (
            *program.columns,
            Column(name=program.ordinal, kind=Kind.INTEGER),
        )
        there = replace(
            program,
            relation=self._view(workspace, program.relation, columns),
            dictionaries={n: self._pairs(workspace, p) for n, p in program.dictionaries.items()},
            lookups={n: self._pairs(workspace, p) for n, p in program.lookups.items()},
        )
        sql = compiled(there, SPARK, ask=self._texts)
        try:
            return self._back(workspace, program, sql)
        finally:
            while self._views:
                self._session.catalog.dropTempView(self._views.pop())

    def _texts(self, select: str) -> list[str]:
        return [row[0] for row in self._session.sql(select).collect()]

    def _pairs(self, workspace: Workspace, pairs: Pairs) -> Pairs:
        scale = pairs.target_scale
        columns = (
            Column(name=pairs.source, kind=pairs.source_kind),
            Column(name=pairs.target, kind=pairs.target_kind, scale=scale),
        )
        return replace(pairs, relation=self._view(workspace, pairs.relation, columns))

    def _view(self, workspace: Workspace, relation: str, columns: tuple[Column, ...]) -> str:
        """Hand a relation over under a name of its own; give that name."""
        name = f"luodi_{next(self._numbers)}"
        listed = ", ".join(quoted(column.name) for column in columns)
        shape = ", ".join(
            f"{SPARK.identifier(one.name)} "
            f"{SPARK.type_of(one.kind, one.precision or 38, one.scale or 0)}"
            for one in columns
        )
        found = workspace.db.execute(f"SELECT {listed} FROM {relation} AS r").fetchall()
        self._session.createDataFrame(found, shape).createOrReplaceTempView(name)
        self._views.append(name)
        return name

    def _back(self, workspace: Workspace, program: Program, sql: str) -> str:
        """Texts over the wire, and the types that DuckDB itself would have given."""
        names = [program.ordinal, *(rule.to for rule in program.rules)]
        binary = {rule.to for rule in program.rules if rule.target.kind is Kind.BINARY}
        shown = ", ".join(
            f"hex({SPARK.identifier(name)})"
            if name in binary
            else f"CAST({SPARK.identifier(name)} AS STRING)"
            for name in names
        )
        faults = f"array_join({SPARK.identifier(FAULTS)}, '\\u001f')"
        table = "temp._spark"  # of use until the next program runs
        shape = ", ".join(f"{quoted(name)} VARCHAR" for name in (*names, FAULTS))
        workspace.db.execute(f"CREATE OR REPLACE TEMP TABLE _spark ({shape})")
        block: list[tuple[object, ...]] = []
        for row in self._session.sql(f"SELECT {shown}, {faults} FROM ({sql})").toLocalIterator():
            block.append(tuple(row))
            if len(block) == BLOCK:
                fill(workspace, table, [*names, FAULTS], block)
                block = []
        fill(workspace, table, [*names, FAULTS], block)
        types = {rule.to: _type(rule.target) for rule in program.rules}
        typed = ", ".join(
            f"unhex({quoted(name)}) AS {quoted(name)}"
            if name in binary
            else f"CAST({quoted(name)} AS {types.get(name, 'BIGINT')}) AS {quoted(name)}"
            for name in names
        )
        return (
            f"SELECT {typed}, string_split({quoted(FAULTS)}, chr(31)) AS {quoted(FAULTS)} "
            f"FROM {table}"
        )


def _type(target: Target) -> str:
    """The type of the workspace for what a column takes."""
    return DUCKDB.type_of(target.kind, target.precision or 38, target.scale or 0, target.bits)
