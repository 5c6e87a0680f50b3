"""Real servers for tests: from Debian's packages, on a free loopback port, gone with the session.

A server runs as the user its package made when we are root, in a folder of its own under the
system's temporary folder, and is asked who it is before a test meets it.
"""

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql

PATIENCE = 60.0
"""Seconds a server may take to answer."""


@dataclass(frozen=True)
class Server:
    """A running server; ``url`` has no database name, ``folder`` holds its data."""

    product: str
    host: str
    port: int
    user: str
    password: str
    folder: Path

    def url(self, database: str) -> str:
        return f"{self.product}://{self.user}@{self.host}:{self.port}/{database}"


def free_port() -> int:
    """A loopback port nobody listens on, below the range the kernel hands out by itself."""
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def _folder(owner: str | None) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="luodi-server-"))
    try:
        if owner is not None:
            who = pwd.getpwnam(owner)
            os.chown(path, who.pw_uid, who.pw_gid)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _account(name: str) -> str | None:
    """The account to run as: a server that insists is not run by root."""
    return name if os.geteuid() == 0 else None


def _run(words: list[str], user: str | None, **more: object) -> None:
    done = subprocess.run(
        words, user=user, capture_output=True, text=True, cwd="/", timeout=120, check=False, **more
    )
    assert done.returncode == 0, f"{words[0]}: {done.stderr or done.stdout}"


@contextlib.contextmanager
def _running(words: list[str], user: str | None, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as sink:
        server = subprocess.Popen(words, user=user, stdout=sink, stderr=sink, cwd="/")
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def postgresql_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return (found[-1] if found else Path(shutil.which("initdb") or "initdb")).parent


@contextlib.contextmanager
def postgresql(*settings: str) -> Iterator[Server]:
    """A PostgreSQL cluster in UTF-8; `settings` are ``name=value``."""
    user, binaries, port = _account("postgres"), postgresql_bin(), free_port()
    with _folder(user) as folder:
        data = folder / "data"
        secret = folder / "secret"
        secret.write_text("luodi-test")
        secret.chmod(0o644)
        _run(
            [
                *(str(binaries / "initdb"), "--pgdata", str(data), "--username", "luodi"),
                *("--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8"),
                *("--no-locale", "--no-sync"),
            ],
            user,
        )
        server = Server("postgresql", "127.0.0.1", port, "luodi", "luodi-test", folder)
        with risen(server, *settings):
            yield server


@contextlib.contextmanager
def risen(server: Server, *settings: str) -> Iterator[None]:
    """Start a PostgreSQL cluster that lies there, for the first time or after a crash."""
    user, data = _account("postgres"), server.folder / "data"
    options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={server.folder}", *settings]
    words = [str(postgresql_bin() / "postgres"), "-D", str(data), "-p", str(server.port)]
    words += [word for option in options for word in ("-c", option)]
    with _running(words, user, server.folder / "log") as process:
        _await_postgresql(server, process, data)
        yield


def crash(server: Server) -> None:
    """End a PostgreSQL cluster as a power cut does: nothing that is not on disk is kept."""
    stop = ("stop", "-m", "immediate", "-D", str(server.folder / "data"))
    _run([str(postgresql_bin() / "pg_ctl"), *stop], _account("postgres"))


@contextlib.contextmanager
def narrow(server: Server, megabytes: int) -> Iterator[Path]:
    """A folder of the server's own on a disk of so many megabytes; needs the right to mount."""
    folder = server.folder / "narrow"
    folder.mkdir(exist_ok=True)
    user = _account("postgres")
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    size = f"size={megabytes}m,mode=0700,uid={owner}"
    _run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], None)
    try:
        yield folder
    finally:
        _run(["umount", "--lazy", str(folder)], None)


def _await_postgresql(server: Server, process: subprocess.Popen[bytes], data: Path) -> None:
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            with connect_postgresql(server) as connection:
                (found,) = connection.execute("SHOW data_directory").fetchone() or ("",)
            assert Path(found) == data, "another server answers on our port"
            return
        except psycopg.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text(errors="replace")
            assert time.monotonic() < limit, "PostgreSQL does not answer"
            time.sleep(0.05)


def connect_postgresql(server: Server, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=database,
        autocommit=True,
    )


@contextlib.contextmanager
def mariadb(*settings: str) -> Iterator[Server]:
    """A MariaDB in utf8mb4; `settings` are ``name=value``."""
    user, port = _account("mysql"), free_port()
    with _folder(user) as folder:
        data = folder / "data"
        _run(
            [
                *("mariadb-install-db", "--no-defaults", f"--datadir={data}"),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
                *([f"--user={user}"] if user else []),
            ],
            None,
        )
        words = [
            *("mariadbd", "--no-defaults", f"--datadir={data}", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"),
            *(f"--pid-file={folder / 'pid'}", "--character-set-server=utf8mb4"),
            *([f"--user={user}"] if user else []),
            *(f"--{setting}" for setting in settings),
        ]
        server = Server("mysql", "127.0.0.1", port, "luodi", "luodi-test", folder)
        with _running(words, None, folder / "log") as process:
            _await_mariadb(server, process, data)
            yield server


def _await_mariadb(server: Server, process: subprocess.Popen[bytes], data: Path) -> None:
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            with pymysql.connect(host=server.host, port=server.port, user="root") as root:
                cursor = root.cursor()
                cursor.execute("SELECT @@datadir")
                (found,) = cursor.fetchone() or ("",)
                assert Path(found) == data, "another server answers on our port"
                cursor.execute(f"CREATE USER luodi@'127.0.0.1' IDENTIFIED BY '{server.password}'")
                cursor.execute("GRANT ALL ON *.* TO luodi@'127.0.0.1' WITH GRANT OPTION")
            return
        except pymysql.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text(errors="replace")
            assert time.monotonic() < limit, "MariaDB does not answer"
            time.sleep(0.05)


def connect_mariadb(server: Server, database: str | None = None) -> pymysql.Connection:
    return pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        database=database,
        charset="utf8mb4",
        autocommit=True,
    )
