"""Sources for the tests of migration, and a way to open them."""

import contextlib
import itertools
import os

import pytest

from legacy_his import LegacyHis
from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.connect import connect
from luodi.migration.extract import extract
from luodi.migration.source import opened
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL
from servers import connect_mariadb, connect_postgresql

_numbers = itertools.count()


@pytest.fixture(scope="session")
def legacy_his(shared_data):
    return LegacyHis.read(shared_data)


@pytest.fixture
def mariadb_database(mariadb):
    """A database of this test alone: its name and a connection that may write."""
    name = f"m{os.getpid()}_{next(_numbers)}"
    with connect_mariadb(mariadb) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        yield name, connection
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def postgresql_database(postgresql):
    name = f"p{os.getpid()}_{next(_numbers)}"
    with connect_postgresql(postgresql) as server:
        server.execute(f"CREATE DATABASE {name}")
        with connect_postgresql(postgresql, name) as connection:
            yield name, connection
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Desk:
    """Opens sources and extracts from them, in memory."""

    def __init__(self, base):
        self.base = base

    def system(self, url, **options):
        return System(id="old", url=str(url), **options)

    @contextlib.contextmanager
    def source(self, url, password="luodi-test", **options):
        with opened(self.system(url, **options), self.base, lambda _: password) as source:
            yield source

    @contextlib.contextmanager
    def extracted(self, url, password="luodi-test", tables=(), **options):
        """Connect and extract; gives the workspace and both outcomes."""
        with Workspace.in_memory() as workspace, self.source(url, password, **options) as source:
            connected = connect(source, progress=Silent())
            workspace.keep(connected.result)
            outcome = extract(workspace, source, tables=tables, progress=Silent())
            yield workspace, connected, outcome

    def rows(self, url, table, **options):
        """Rows of a table as they are staged, by ordinal."""
        with self.extracted(url, tables=[table], **options) as (workspace, _, _):
            relation = workspace.relation("old", table)
            return workspace.db.execute(f"SELECT * FROM {relation} ORDER BY _ordinal").fetchall()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class NewHis:
    """A new HIS on PostgreSQL: a connection of its own beside the target's."""

    def __init__(self, server, database):
        self.connection = connect_postgresql(server, database)
        self.parameters = {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "password": server.password,
            "dbname": database,
        }
        self.target = PostgreSQL("new_his", self.parameters)

    def execute(self, sql):
        self.connection.execute(sql)

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def new_his_database(postgresql):
    name = f"new_his{os.getpid()}"
    with connect_postgresql(postgresql) as server:
        server.execute(f"CREATE DATABASE {name}")
    return name


@pytest.fixture
def new_his(postgresql, new_his_database):
    """An empty new HIS; one database for all tests, as making one takes a second."""
    his = NewHis(postgresql, new_his_database)
    his.execute("DROP SCHEMA public CASCADE")
    his.execute("CREATE SCHEMA public")
    his.execute(DDL)
    yield his
    his.target.close()
    his.connection.close()
