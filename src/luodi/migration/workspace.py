"""The workspace: an encrypted DuckDB in the vault, with extracted rows and what is made of them.

One schema per system holds its extracted tables, each with the column `ORDINAL`; one schema per
batch holds what a load made of them.  The file, its write-ahead log and everything that spills to
disk are encrypted (AES-256-GCM) with a key derived from the vault's.  A source looked at without
a landing folder is worked on in memory, and only encrypted pages ever spill.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import duckdb_extension_httpfs
import msgspec
from filelock import FileLock, Timeout

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.migration.model import Catalogue

if TYPE_CHECKING:
    from luodi.landing.vault import Vault

PURPOSE = "migration"
"""Name of the vault's folder and key for this engine."""
MEMORY = "400MB"
"""Memory of DuckDB's buffers; beyond it work spills, encrypted."""
_LUODI = "_luodi"
"""Schema of the workspace's own tables."""


def quoted(name: str) -> str:
    """An SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Workspace:
    """The workspace, opened.  ``db`` is DuckDB's connection; its default schema is of no use."""

    db: duckdb.DuckDBPyConnection

    @classmethod
    @contextlib.contextmanager
    def in_vault(cls, vault: Vault, *, memory: str = MEMORY) -> Iterator[Workspace]:
        """Open the project's workspace for this process alone.

        Raises
        ------
        LuodiError
            ``migration.workspace_busy`` while another run works in it;
            ``migration.workspace_damaged``.
        """
        folder = vault.workspace(PURPOSE)
        lock = FileLock(folder / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LuodiError("migration.workspace_busy", {"project": vault.project}) from None
        try:
            with _engine(folder / "spill", memory) as db:
                _attach(db, folder / "workspace.duckdb", vault.subkey(PURPOSE))
                yield cls._prepared(db)
        finally:
            lock.release()

    @classmethod
    @contextlib.contextmanager
    def in_memory(cls, *, memory: str = MEMORY) -> Iterator[Workspace]:
        """Open a workspace that leaves nothing behind."""
        with (
            tempfile.TemporaryDirectory(prefix="luodi-") as folder,
            _engine(Path(folder), memory) as db,
        ):
            _attach(db, Path(folder) / "workspace.duckdb", secrets.token_bytes(32))
            yield cls._prepared(db)

    @classmethod
    def _prepared(cls, db: duckdb.DuckDBPyConnection) -> Workspace:
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {_LUODI}")
        db.execute(
            f"CREATE TABLE IF NOT EXISTS {_LUODI}.catalogue "
            "(system VARCHAR PRIMARY KEY, content BLOB NOT NULL)"
        )
        return cls(db)

    # --- systems ------------------------------------------------------------------------------

    def keep(self, catalogue: Catalogue) -> None:
        """Remember a system's catalogue, instead of the one before."""
        self.db.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(catalogue.system)}")
        self.db.execute(
            f"INSERT OR REPLACE INTO {_LUODI}.catalogue VALUES (?, ?)",
            [catalogue.system, msgspec.msgpack.encode(catalogue)],
        )

    def catalogue(self, system: str) -> Catalogue:
        """Recall a system's catalogue.

        Raises
        ------
        WrongUse
            ``migration.not_connected``: nothing is known of that system yet.
        """
        row = self.db.execute(
            f"SELECT content FROM {_LUODI}.catalogue WHERE system = ?", [system]
        ).fetchone()
        if row is None:
            raise WrongUse("migration.not_connected", {"system": system})
        return msgspec.msgpack.decode(row[0], type=Catalogue)

    def catalogues(self) -> tuple[Catalogue, ...]:
        """Every system that was connected, by name."""
        rows = self.db.execute(f"SELECT system FROM {_LUODI}.catalogue ORDER BY system").fetchall()
        return tuple(self.catalogue(system) for (system,) in rows)

    def extracted(self, system: str) -> tuple[str, ...]:
        """Full names of the tables of `system` whose rows are here."""
        rows = self.db.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = ? AND database_name = "
            "current_database() ORDER BY table_name",
            [system],
        ).fetchall()
        return tuple(name for (name,) in rows)

    def another(self) -> duckdb.DuckDBPyConnection:
        """Open one more connection to the same workspace, for another thread or another cursor."""
        db = self.db.cursor()
        db.execute("USE work")
        return db

    @contextlib.contextmanager
    def threads(self, number: int) -> Iterator[None]:
        """Work with so many threads, and as before afterwards."""
        row = self.db.execute("SELECT current_setting('threads')").fetchone()
        self.db.execute(f"SET threads = {number}")
        try:
            yield
        finally:
            self.db.execute(f"SET threads = {row[0] if row else number}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything that is done inside, or nothing of it."""
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def forget(self, system: str) -> None:
        """Drop a system's rows and what is known of it."""
        self.db.execute(f"DROP SCHEMA IF EXISTS {quoted(system)} CASCADE")
        self.db.execute(f"DELETE FROM {_LUODI}.catalogue WHERE system = ?", [system])

    def relation(self, system: str, table: str) -> str:
        """How SQL names an extracted table; `table` is its full name."""
        return f"{quoted(system)}.{quoted(table)}"

    def has(self, schema: str, table: str) -> bool:
        """Tell whether a schema holds a table."""
        found = self.db.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ? "
            "AND database_name = current_database()",
            [schema, table],
        ).fetchone()
        return found is not None

    def count(self, relation: str) -> int:
        """Rows of a relation."""
        row = self.db.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return int(row[0]) if row else 0


@contextlib.contextmanager
def _engine(spill: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with sound encryption, without the network, without a place for plain text."""
    settings: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    db = duckdb.connect(":memory:", config=settings)
    try:
        db.execute(f"LOAD {literal(str(_cryptography()))}")
        db.execute("SET temp_file_encryption = true")
        # It would be written between what programs read; cursors of this one inherit it.
        db.execute("SET enable_progress_bar = false")
        yield db
    finally:
        db.close()


def _cryptography() -> Path:
    """Find the extension whose OpenSSL encrypts; DuckDB's own may only decrypt, and says so."""
    folder = Path(duckdb_extension_httpfs.__file__).parent
    found = folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
    if not found.is_file():
        raise LuodiError("migration.extension_missing", {"version": duckdb.__version__})
    return found


def _attach(db: duckdb.DuckDBPyConnection, path: Path, key: bytes) -> None:
    secret = base64.b64encode(key).decode()
    before = os.umask(0o077)
    try:
        with explained(path):
            db.execute(f"ATTACH {literal(str(path))} AS work (ENCRYPTION_KEY {literal(secret)})")
    except duckdb.Error as error:
        # Not chained: the statement, and with it the key, stands in the engine's own message.
        raise LuodiError("migration.workspace_damaged", {"reason": type(error).__name__}) from None
    finally:
        os.umask(before)
    db.execute("USE work")
