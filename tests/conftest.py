"""What every test stands on: its own home, no network, and skips that say what is absent.

``@pytest.mark.needs("git", "root", "module:gmssl")`` skips by name where a component is absent.
Under ``LUODI_REQUIRE_ALL=1`` that is a failure, and a run in which anything skipped is red.
"""

import importlib.util
import ipaddress
import itertools
import locale
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import servers

pytest_plugins = ["pytester"]

# Time is measured in benchmarks; a slow machine must not turn a property test red.
settings.register_profile("luodi", deadline=None)
settings.load_profile("luodi")


def require_all() -> bool:
    return os.environ.get("LUODI_REQUIRE_ALL") == "1"


# --- needs ----------------------------------------------------------------------------------------


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def has_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


def is_present(need: str) -> bool:
    """``root``, ``module:NAME``, ``locale:NAME``, a path; else a program on the path."""
    kind, _, name = need.rpartition(":")
    if kind == "module":
        return importlib.util.find_spec(name) is not None
    if kind == "locale":
        return has_locale(name)
    if need.startswith("/"):
        return Path(need).exists()
    return is_root() if need == "root" else shutil.which(need) is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    require(*dict.fromkeys(need for mark in item.iter_markers("needs") for need in mark.args))


def require(*needs: str) -> None:
    """Go on only where all of `needs` are present."""
    absent = [need for need in needs if not is_present(need)]
    if absent:
        reason = f"needs {', '.join(absent)}"
        if require_all():
            pytest.fail(f"{reason} (LUODI_REQUIRE_ALL=1)", pytrace=False)
        pytest.skip(reason)


def skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter and require_all() else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    if skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := skipped(config):
        text = f"LUODI_REQUIRE_ALL=1 allows no skip: {count} skipped"
        terminalreporter.write_line(text, red=True)


# --- real servers and real data -------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgresql() -> Iterator[servers.Server]:
    """A PostgreSQL for the session; every test makes a database of its own."""
    require("/usr/lib/postgresql")
    with servers.postgresql("fsync=off", "max_connections=50") as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[servers.Server]:
    """A MariaDB for the session; every test makes a database of its own."""
    require("mariadbd")
    with servers.mariadb("innodb-flush-log-at-trx-commit=0") as server:
        yield server


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real input beside the checkout."""
    path = Path(__file__).parents[2] / "shared" / "data"
    require(str(path))
    return path


@pytest.fixture(scope="session", autouse=True)
def hears_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background ignores Ctrl-C; these tests speak of a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# --- fixtures every test gets ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def luodi_home(homes: Iterator[Path]) -> Iterator[Path]:
    """``LUODI_HOME`` of this test alone, not yet created; no other setting leaks in."""
    home = next(homes)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("LUODI_") and name != "LUODI_REQUIRE_ALL":
                patch.delenv(name)
        patch.setenv("LUODI_HOME", str(home))
        yield home


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Sockets of the test process reach this machine and nothing else."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def to(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
                # Not an Exception: code that retries on OSError must not swallow it.
                pytest.fail(f"a test may not leave this machine: {address[0]}")
            return connect(self, address)

        return to

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield
