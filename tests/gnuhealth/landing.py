"""The legacy HIS on its way into GNU Health: every verb, domain by domain."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import servers
from gnuhealth.environment import GnuHealth
from gnuhealth.mapped import in_force, in_order
from legacy_his import LegacyHis
from luodi.evidence.outcome import Outcome
from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.batch import State
from luodi.migration.connect import connect
from luodi.migration.extract import extract
from luodi.migration.load import load
from luodi.migration.loading.account import Account, Loaded, Order
from luodi.migration.mapping.model import Book
from luodi.migration.rollback import RolledBack, rollback
from luodi.migration.source import opened
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.workspace import Workspace

CONTROL = "luodi_batch"
"""Table by which the target itself says what of a batch it holds; no part of GNU Health."""


def brought_to_life(legacy: LegacyHis, server: servers.Server, database: str) -> System:
    """The legacy HIS in a MariaDB of its own name."""
    with servers.connect_mariadb(server) as connection:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {database}")
        connection.cursor().execute(f"CREATE DATABASE {database}")
        connection.select_db(database)
        legacy.into_mariadb(connection)
    return System(id="old_his", url=server.url(database))


@dataclass
class Landing:
    """A workspace that holds the old system, and the new one it goes to."""

    workspace: Workspace
    new: GnuHealth
    target: PostgreSQL
    book: Book
    loads: dict[str, Outcome[Loaded]] = field(default_factory=dict)
    before: dict[str, tuple[int, int]] = field(default_factory=dict)

    def load(self, domain: str, **changes: object) -> Outcome[Loaded]:
        """Load one domain with all its exclusions signed."""
        rules = in_order(self.book)[domain]
        signed = frozenset(exclusion.id for exclusion in rules.exclusions)
        order = Order(**{"signed": signed, **changes})
        found = load(
            self.workspace,
            rules,
            self.target,
            in_force(self.book),
            order,
            progress=Silent(),
        )
        self.loads[domain] = found
        return found

    def refused(self, domain: str) -> dict[tuple[str, str], set[int]]:
        """Ordinals of the rows that were rejected, by source table and reason."""
        found: dict[tuple[str, str], set[int]] = {}
        rows = self.workspace.db.execute(
            f'SELECT source_table, reason, ordinal FROM "batch_{self.loads[domain].result.batch}"'
            "._fate WHERE fate = 'rejected'"
        ).fetchall()
        for table, reason, ordinal in rows:
            found.setdefault((table, reason), set()).add(ordinal)
        return found

    def load_all(self) -> None:
        for domain in in_order(self.book):
            self.load(domain)

    def accounts(self) -> list[Account]:
        """What became of the rows of every source table."""
        return [each for found in self.loads.values() for each in found.result.tables]

    def roll_back(self, domain: str) -> Outcome[RolledBack]:
        batch = self.loads[domain].result.batch
        return rollback(self.workspace, batch, self.target, confirm=batch, progress=Silent())

    def present(self) -> list[str]:
        """Domains whose rows are in the target, the latest first."""
        loaded = [name for name, each in self.loads.items() if each.result.state is State.LOADED]
        return loaded[::-1]

    def checksums(self) -> dict[str, tuple[int, int]]:
        return checksums(self.new)


def checksums(new: GnuHealth) -> dict[str, tuple[int, int]]:
    """Rows and sum of hashes of every table of GNU Health, read without Luodi."""
    with servers.connect_postgresql(new.server, new.database) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        return {
            table: connection.execute(
                f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) "
                f"FROM {table} t"
            ).fetchone()
            for (table,) in tables
            if table != CONTROL
        }


@contextlib.contextmanager
def begun(
    source: System, password: str, base: Path, new: GnuHealth, book: Book
) -> Iterator[Landing]:
    """Connect and extract; nothing is loaded yet."""
    parameters = {
        "host": new.server.host,
        "port": new.server.port,
        "user": new.server.user,
        "password": new.server.password,
        "dbname": new.database,
    }
    with Workspace.in_memory() as workspace:
        with opened(source, base, lambda _: password) as old:
            workspace.keep(connect(old, progress=Silent()).result)
            extract(workspace, old, progress=Silent())
        target = PostgreSQL("gnuhealth", parameters)
        try:
            yield Landing(workspace, new, target, book)
        finally:
            target.close()
