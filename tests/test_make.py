"""The targets and the set-up, tried on a copy with stand-ins: no network, nothing installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.needs("make", "sh")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose path has a space and Chinese in it."""
    copy = tmp_path / "落地 checkout"
    for name in ("Makefile", "pyproject.toml", "tools", "requirements", "src/luodi/__init__.py"):
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return copy


def run(
    *command: str, cwd: Path, path: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    search = f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"]
    # What an enclosing `make` says to its children is not meant for this one.
    outer = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
    environment = outer | {"PATH": search} | variables
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def plan(target: str, checkout: Path) -> str:
    """Return what ``make`` would run."""
    return run("make", "--dry-run", target, cwd=checkout).stdout


def touch(checkout: Path, *names: str) -> None:
    """Make each a second newer than everything there was before it."""
    for name in names:
        newest = max(path.stat().st_mtime for path in checkout.rglob("*"))
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (newest + 1, newest + 1))


# --- targets --------------------------------------------------------------------------------------


def test_make_alone_lists_every_target_in_both_languages(checkout: Path) -> None:
    shown = run("make", cwd=checkout).stdout
    targets = ["help", "demo", "check", "test", "lint", "bench", "soak", "lock", "clean"]
    lines = shown.splitlines()
    assert [line.split()[1] for line in lines] == targets
    assert all(re.search(r"[\u4e00-\u9fff].* · .*[a-z]", line) for line in lines)


def test_the_demo_needs_the_run_time_lock_only(checkout: Path) -> None:
    planned = plan("demo", checkout)
    assert "requirements/run.txt" in planned
    assert "requirements/dev.txt" not in planned


def test_what_is_set_up_is_not_set_up_again(checkout: Path) -> None:
    touch(checkout, ".venv/bin/uv", ".venv/.ready-run")
    assert plan("demo", checkout).splitlines() == [".venv/bin/luodi demo --serve"]


def test_the_demo_uses_the_development_environment_where_there_is_one(checkout: Path) -> None:
    touch(checkout, ".venv/bin/uv", ".venv/.ready-dev")
    assert plan("demo", checkout).splitlines() == [".venv/bin/luodi demo --serve"]
    assert "pip sync" not in plan("lint", checkout)


@pytest.mark.parametrize("name", ["requirements/dev.txt", "pyproject.toml"])
def test_a_changed_lock_is_installed(checkout: Path, name: str) -> None:
    touch(checkout, ".venv/bin/uv", ".venv/.ready-dev", name)
    for target in ("demo", "lint"):
        assert "requirements/dev.txt" in plan(target, checkout)


# --- tools/venv -----------------------------------------------------------------------------------


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """A Debian of our own: its packages are the lines of ``installed``; nobody is root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    state = tmp_path / "installed"
    state.write_text("git\n", encoding="utf-8")
    write(folder / "dpkg-query", f'grep -qx "$3" "{state}" && printf "install ok installed"')
    write(folder / "id", 'echo "${STAND_IN_UID:-1000}"')
    write(folder / "sudo", '[ -n "${STAND_IN_SUDO:-}" ] && shift && exec "$@"')
    write(
        folder / "apt-get",
        f'echo "apt-get $*"; [ -z "${{STAND_IN_OFFLINE:-}}" ] || exit 100\n'
        f'case "$*" in *install*) for last; do :; done; echo "$last" >>"{state}";; esac',
    )
    return folder


def write(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_python_that_is_too_old_is_refused(checkout: Path, stand_ins: Path) -> None:
    write(stand_ins / "python-old", "exit 1")
    done = run("tools/venv", ".venv", cwd=checkout, path=stand_ins, PYTHON="python-old")
    assert done.returncode == 1
    assert "PYTHON=python-old" in done.stderr
    assert "3.11" in done.stderr


def test_a_python_without_venv_names_the_package(checkout: Path, stand_ins: Path) -> None:
    write(stand_ins / "python-bare", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = run("tools/venv", ".venv", cwd=checkout, path=stand_ins, PYTHON="python-bare")
    assert done.returncode == 1
    assert "sudo apt-get install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


# --- tools/system-packages ------------------------------------------------------------------------


@pytest.fixture
def listed(checkout: Path) -> Path:
    path = checkout / "packages.txt"
    path.write_text("# why\ngit   # present\nfaketime # absent\n", encoding="utf-8")
    return path


def packages(listed: Path, stand_ins: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    variables = {"LUODI_REQUIRE_ALL": "0"} | variables
    tool = ("tools/system-packages", "-r", listed.name)
    return run(*tool, cwd=listed.parent, path=stand_ins, **variables)


def test_nothing_is_asked_where_nothing_is_missing(listed: Path, stand_ins: Path) -> None:
    listed.write_text("git\n", encoding="utf-8")
    done = packages(listed, stand_ins, STAND_IN_UID="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("allowed", [{"STAND_IN_UID": "0"}, {"STAND_IN_SUDO": "1"}])
def test_what_is_missing_is_installed_where_allowed(
    listed: Path, stand_ins: Path, allowed: dict[str, str]
) -> None:
    done = packages(listed, stand_ins, **allowed, LUODI_REQUIRE_ALL="1")
    assert done.returncode == 0
    asked = [line for line in done.stderr.splitlines() if line.startswith("apt-get")]
    assert [line.split()[-1] for line in asked] == ["update", "faketime"]
    assert packages(listed, stand_ins, **allowed).stderr == ""


@pytest.mark.parametrize("why", [{}, {"STAND_IN_UID": "0", "STAND_IN_OFFLINE": "1"}])
def test_what_stays_missing_is_named_and_only_then_an_error(
    listed: Path, stand_ins: Path, why: dict[str, str]
) -> None:
    done = packages(listed, stand_ins, **why)
    assert done.returncode == 0
    assert "sudo apt-get install faketime" in done.stderr
    assert packages(listed, stand_ins, **why, LUODI_REQUIRE_ALL="1").returncode == 1
