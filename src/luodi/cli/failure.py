"""What went wrong becomes a sentence: the system's refusals and our own defects."""

from __future__ import annotations

import errno
import os
import platform
import tempfile
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

from luodi import __version__
from luodi.evidence.errors import LuodiError

# By name: Windows lacks some of the numbers.
_OS_ERRORS = {
    "ENOSPC": "cli.disk_full",
    "EDQUOT": "cli.disk_full",
    "EROFS": "cli.disk_read_only",
    "EACCES": "cli.no_permission",
    "EPERM": "cli.no_permission",
    "ENOENT": "cli.file_absent",
    "ENOTDIR": "cli.not_a_folder",
    "EISDIR": "cli.is_a_folder",
    "EMFILE": "cli.too_many_files",
    "ENAMETOOLONG": "cli.name_too_long",
}


class Interrupted(LuodiError):
    """Somebody pressed Ctrl-C while nothing was watching for it."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("cli.interrupted")


def refused(error: OSError) -> LuodiError:
    """Say what the operating system refused."""
    name = errno.errorcode.get(error.errno or 0, str(error.errno))
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    code = _OS_ERRORS.get(name, "cli.os_error")
    if not path and code != "cli.disk_full":
        code = "cli.os_error_somewhere"
    return LuodiError(code, {"path": path, "name": name})


def defect(error: BaseException, command: str, environ: Mapping[str, str]) -> LuodiError:
    """Say that the program itself is wrong, and where the report for its makers lies.

    The report holds types and places, never a value: neither message, argument nor variable.
    """
    if environ.get("LUODI_DEBUG") == "1":
        traceback.print_exception(error)
    kind = type(error).__name__
    try:
        return LuodiError("cli.defect", {"type": kind, "report": _report(error, command)})
    except OSError:
        return LuodiError("cli.defect_unwritten", {"type": kind})


def _report(error: BaseException, command: str) -> str:
    now = datetime.now(UTC)
    lines = [
        f"luodi {__version__} · Python {platform.python_version()} · {platform.platform()}",
        f"{now.isoformat(timespec='seconds')} · luodi {command}",
        "",
        *_chain(error),
    ]
    handle, path = tempfile.mkstemp(f"-{now:%Y%m%d-%H%M%S}.txt", "luodi-defect-")
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as report:
        report.write("\n".join(lines) + "\n")
    return path


def _chain(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
        error = error.__cause__ or error.__context__
        if error is not None:
            lines.append("caused by")
    return lines
