"""What leaves the house: locks, tracked files, the sdist and the wheel."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from uv import find_uv_bin

from luodi import __version__

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ("uv.txt", "run.txt", "build.txt", "dev.txt")
MEGABYTE = 1_000_000

# The shape of a package index's or mirror's address, whatever its name.
REGISTRIES = re.compile(
    r"https?://[\w.-]*(?:p[y]pi|n[p]m|mirrors?|registry|index)[\w.-]*\.(?:org|com|cn|net|io)", re.I
)


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# --- locks and tracked files ----------------------------------------------------------------------


def pins(lock: str) -> set[str]:
    text = (REQUIREMENTS / lock).read_text("utf-8")
    return set(re.findall(r"^[a-z0-9][a-z0-9-]*==[^ ]+", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    text = (REQUIREMENTS / lock).read_text("utf-8")
    line = re.compile(
        r"""
        \#.*                                              # how to make it
        | [a-z0-9][a-z0-9-]*==[0-9][\w.+]*(\ ;\ .+)?\ \\  # a pin, always followed by a hash
        | \ {4}--hash=sha256:[0-9a-f]{64}(\ \\)?
        """,
        re.VERBOSE,
    )
    assert [each for each in text.splitlines() if not line.fullmatch(each)] == []
    assert not re.search(r"://|file:|[A-Za-z]:\\|(^|\s)/", text, re.MULTILINE)


def test_the_development_lock_contains_the_run_time_lock() -> None:
    assert pins("run.txt") <= pins("dev.txt")


@pytest.mark.needs("git")
def test_no_tracked_file_names_a_registry() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    # The checkout may belong to another user, as it does in a container.
    listed = run("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--", ".")
    paths = [ROOT / name for name in listed.split("\0") if name]
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in paths if path.is_file()}
    assert [path.name for path, text in texts.items() if REGISTRIES.search(text)] == []


# --- sdist and wheel ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel built from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out)
    return out


@pytest.fixture(scope="module")
def environment(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own, with a space and Chinese in its path, and the wheel in it."""
    venv = tmp_path_factory.mktemp("installed") / "落地 venv"
    uv = find_uv_bin()
    run(uv, "venv", "--no-config", "--python", sys.executable, venv)
    install = (uv, "pip", "install", "--python", venv)
    run(*install, "--require-hashes", "-r", REQUIREMENTS / "run.txt")
    run(*install, "--no-deps", *dist.glob("*.whl"))
    run(uv, "pip", "check", "--python", venv)
    return venv


def program(environment: Path) -> Path:
    folder = "Scripts" if sys.platform == "win32" else "bin"
    return environment / folder / "luodi"


@pytest.mark.slow
def test_the_wheel_contains_every_file_of_the_package(dist: Path) -> None:
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    handbook = {f"luodi/workbench/handbook/{path.name}" for path in (ROOT / "docs").iterdir()}
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if "/licenses/" in name]
    assert packed == expected | handbook
    assert any(name.endswith(".toml") for name in packed)
    assert sorted(Path(name).name for name in licences) == ["LICENSE", "NOTICE"]


@pytest.mark.slow
def test_the_sdist_contains_what_is_needed_and_no_junk(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    top = {name.partition("/")[0] for name in names}
    assert {"Makefile", "LICENSE", "README.md", "pyproject.toml", "PKG-INFO"} <= top
    assert {"src", "tests", "tools", "requirements"} <= top
    junk = re.compile(r"__pycache__|\.pyc$|^\.(venv|git|ci)/|_cache/|^\.hypothesis/")
    assert [name for name in names if junk.search(name)] == []


@pytest.mark.slow
def test_the_wheel_stays_small(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    assert wheel.stat().st_size < 5 * MEGABYTE


@pytest.mark.slow
def test_the_wheel_alone_runs_elsewhere(environment: Path, tmp_path: Path) -> None:
    assert __version__ in run(program(environment), "version", cwd=tmp_path)


@pytest.mark.slow
def test_the_wheel_alone_runs_the_demo(environment: Path, tmp_path: Path) -> None:
    assert run(program(environment), "demo", cwd=tmp_path)


@pytest.mark.slow
def test_the_default_install_stays_small(environment: Path) -> None:
    size = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file())
    assert size < 400 * MEGABYTE
