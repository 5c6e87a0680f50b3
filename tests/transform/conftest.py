"""Engines that a program runs through, side by side."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

import servers
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.dialect.postgresql import POSTGRESQL
from transform.engines import Engine

DATABASE = "transform_conformance"


@pytest.fixture
def duck() -> Iterator[Engine]:
    with duckdb.connect() as db:
        yield Engine(DUCKDB, lambda sql, values=None: db.execute(sql, values).fetchall())


@pytest.fixture(scope="session")
def pg_connection(postgresql: servers.Server) -> Iterator[Any]:
    with servers.connect_postgresql(postgresql) as server:
        server.execute(f"CREATE DATABASE {DATABASE}")
    with servers.connect_postgresql(postgresql, DATABASE) as connection:
        yield connection


@pytest.fixture
def postgres(pg_connection: Any) -> Engine:
    def execute(sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        cursor = pg_connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    return Engine(POSTGRESQL, execute)
