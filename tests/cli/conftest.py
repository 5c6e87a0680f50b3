"""Ways to run the command line: in this process, or as a real program."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).with_name("sample.py")
SOURCES = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def luodi(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run ``luodi WORDS`` in this process."""
    from luodi.cli.main import run

    def ran(*words: str) -> Ran:
        capfd.readouterr()
        code = run(words)
        return Ran(code, *capfd.readouterr())

    return ran


@pytest.fixture
def sample(luodi: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the sample command line in this process."""
    monkeypatch.setattr("luodi.cli.command.root", runpy.run_path(str(SAMPLE))["root"])
    return luodi


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    return {**kept, "PYTHONPATH": str(SOURCES), "LC_ALL": "C.UTF-8", **more}


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run ``python -m luodi WORDS``, or the sample, as a program of its own."""

    def ran(
        *words: Any, sample: bool = False, env: dict[str, str] | None = None, **more: Any
    ) -> subprocess.CompletedProcess[bytes]:
        start = [str(SAMPLE)] if sample else ["-m", "luodi"]
        settings: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.run(
            [sys.executable, *start, *words],
            env=environment(**(env or {})),
            check=False,
            timeout=60,
            **settings,
        )

    return ran


@pytest.fixture
def started() -> Callable[..., subprocess.Popen[bytes]]:
    """Start the sample as a program and leave it running."""

    def start(*words: Any, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, SAMPLE, *words], env=environment(), **more)

    return start
