"""A home, its settings, and disks that are too small or cannot be written."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from luodi.landing.home import Home
from luodi.landing.settings import Settings

SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "落地 home"
    environ = {"LUODI_HOME": str(home), "LUODI_ACTOR": "王工", "LUODI_LOCK_TIMEOUT": "20"}
    return Settings.read(environ)


@pytest.fixture
def home(settings: Settings) -> Home:
    return Home.of(settings)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount a small disk of its own; ``remount`` it read-only by calling again with its path."""
    points = []

    def mount(options: str, point: Path | None = None) -> Path:
        again = ["-o", f"remount,{options}"] if point else ["-o", options]
        if point is None:
            point = tmp_path / f"盘 {len(points)}"
            point.mkdir()
            points.append(point)
        subprocess.run(["mount", "-t", "tmpfs", *again, "tmpfs", str(point)], check=True)
        return point

    yield mount
    for point in points:
        subprocess.run(["umount", str(point)], check=True)


@pytest.fixture
def at_once(tmp_path: Path) -> Callable[..., list[str]]:
    """Run one program several times at once; returns what each printed."""

    def run(code: str, *words: object, times: int = 4) -> list[str]:
        program = tmp_path / "program.py"
        program.write_text(code, encoding="utf-8")
        command = [sys.executable, str(program), *map(str, words)]
        env = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1"}
        running = [
            subprocess.Popen([*command, str(number)], env=env, text=True, stdout=subprocess.PIPE)
            for number in range(times)
        ]
        said = [process.communicate(timeout=60)[0] for process in running]
        assert [process.returncode for process in running] == [0] * times
        return said

    return run
