"""Logs: one line of JSON per event, to standard error and a file under ``LUODI_HOME/log``.

No patient data and no query string reaches a line.  Of an exception only types and places are kept,
and of what foreign code logs only the pattern it was written with, because messages and arguments
may quote a value.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

CORRELATION: ContextVar[str] = ContextVar("correlation", default="")
"""What the lines at hand belong to: a request or a job."""

LARGEST = 10_000_000
"""Bytes of one log file."""

KEPT = 10
"""Files kept beside the present one; together they are what half a year of a small site writes."""

OWN = "luodi"


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg) if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        if correlation := CORRELATION.get():
            line["correlation"] = correlation
        if record.name.partition(".")[0] == OWN:
            line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(error: BaseException | None) -> list[str]:
    said: list[str] = []
    while error is not None:
        said.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        said += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        error = error.__cause__ or error.__context__
    return said


class LogFile(logging.Handler):
    """Appends lines to a file that several processes share, and turns it over when it is full.

    Nothing is made before the first line.  Each line is one write to a file opened for appending;
    turning over happens under a lock, and whoever finds the file gone opens the new one.
    """

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        super().__init__()
        self.path, self.largest, self.kept = path, largest, kept
        self._file = -1
        self._inode = -1

    def emit(self, record: logging.LogRecord) -> None:
        try:
            data = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            os.write(self._opened(), data)
            if os.fstat(self._file).st_size > self.largest:
                self._turn_over()
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        super().close()

    def _opened(self) -> int:
        if self._file >= 0 and self._is_present():
            return self._file
        if self._file >= 0:
            os.close(self._file)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._inode = os.fstat(self._file).st_ino
        return self._file

    def _is_present(self) -> bool:
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _turn_over(self) -> None:
        with FileLock(self.path.with_suffix(".lock"), mode=0o600):
            if not self._is_present():
                return  # another process was first
            for number in reversed(range(1, self.kept)):
                older = self._numbered(number)
                if older.exists():
                    older.replace(self._numbered(number + 1))
            os.close(self._file)
            self._file = -1
            self.path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.stem}.{number}{self.path.suffix}")


def logging_to(folder: Path) -> dict[str, object]:
    """Django's ``LOGGING``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "level": "WARNING",
            },
            "file": {
                "()": LogFile,
                "path": folder / "workbench.jsonl",
                "formatter": "json",
                "level": "INFO",
            },
        },
        "loggers": {
            "luodi": {"level": "INFO", "handlers": ["stderr", "file"], "propagate": False},
            "django": {"level": "WARNING", "handlers": ["stderr", "file"], "propagate": False},
            "axes": {"level": "WARNING", "handlers": ["stderr", "file"], "propagate": False},
        },
    }
