"""What this machine has, what it lacks, and how to get it.

Looking changes nothing: probes are written into the folder that exists, and removed.
"""

from __future__ import annotations

import errno
import locale
import platform
import re
import secrets
import shutil
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from filelock import FileLock, Timeout

import luodi
from luodi.evidence.catalogue import Lang, Param, remedy_of, say
from luodi.evidence.errors import WrongUse
from luodi.evidence.extras import extras, present
from luodi.evidence.suite import DEFAULT_SUITE, suite_named
from luodi.landing.home import Home
from luodi.landing.settings import Settings

OLDEST_PYTHON = (3, 11)
SCARCE_DISK = 5 * 1024**3
"""Bytes below which a migration's staging will soon fill the disk."""
EMPTY_DISK = 256 * 1024**2
"""Bytes below which not even the ledger is safe."""
LAST_PLAUSIBLE_YEAR = 2100
A_DAY = 86_400


class State(StrEnum):
    """How a check ended; only ``fail`` stands in the way of work."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    ABSENT = "absent"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Said:
    """A sentence by message code."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Write it in a language."""
        return say(self.code, self.params, lang)


@dataclass(frozen=True)
class Check:
    """One thing looked at; ``name`` is the same in every language and version."""

    name: str
    state: State
    what: Said
    found: Said

    def next_step(self, lang: Lang) -> str:
        """Say what to do; empty where nothing is to be done."""
        if self.state is State.PASS:
            return ""
        return remedy_of(self.found.code, self.found.params, lang)


def examine(environ: Mapping[str, str], encoding: str, lang: Lang) -> Iterator[Check]:
    """Look at the machine, most basic things first.

    Parameters
    ----------
    encoding : str
        Encoding of the console that results are written to.
    lang : str
        Language the reader was given.
    """
    yield _python()
    yield from _requirements()
    yield from _optional(lang)
    try:
        settings = Settings.read(environ)
    except WrongUse as wrong:
        found = Said(wrong.code, wrong.params)
        yield Check("settings", State.FAIL, Said("landing.doctor_settings"), found)
        for name in ("home", "disk", "locking"):
            yield _check(name, State.UNTESTED, "doctor_not_before_settings")
    else:
        yield _check("settings", State.PASS, "doctor_settings_valid", {"actor": settings.actor})
        yield from _home(Home.of(settings))
    yield _console(encoding)
    yield _check("locale", State.PASS, "doctor_locale_is", {"name": _locale(), "lang": lang})
    yield _clock(time.time())
    yield from _cryptography()


def _python() -> Check:
    found = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return _check(
            "python", State.FAIL, "doctor_version_old", {"found": found, "wanted": wanted}
        )
    return _check("python", State.PASS, "doctor_version", {"found": found})


def _requirements() -> Iterator[Check]:
    """Compare what the distribution asks for with what is installed."""
    try:
        wanted = metadata.requires("luodi") or []
    except metadata.PackageNotFoundError:
        yield _check("requirements", State.UNTESTED, "doctor_not_installed")
        return
    for line in wanted:
        requirement, _, marker = line.partition(";")
        parts = re.match(r"\s*([\w.-]+)[^>=]*(?:>=\s*([\d.]+))?", requirement)
        if parts and not marker:
            yield _requirement(parts[1], parts[2] or "0")


def _requirement(name: str, wanted: str) -> Check:
    what = Said("landing.doctor_requirement", {"name": name})
    key = f"requirement:{name}"
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return _check(
            key, State.FAIL, "doctor_missing", {"package": f'"{name}>={wanted}"'}, what=what
        )
    if _numbers(found) < _numbers(wanted):
        params = {"found": found, "wanted": wanted, "package": f'"{name}>={wanted}"'}
        return _check(key, State.FAIL, "doctor_package_old", params, what=what)
    return _check(key, State.PASS, "doctor_version", {"found": found}, what=what)


def _numbers(version: str) -> tuple[int, ...]:
    """Compare releases only: ``0.10.1rc2`` → (0, 10, 1)."""
    release = re.match(r"[\d.]*\d", version)
    numbers = [int(part) for part in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _optional(lang: Lang) -> Iterator[Check]:
    for module, row in extras().items():
        what = Said("landing.doctor_extra", {"module": module, "purpose": row[lang]})
        if present(module):
            yield _check(f"extra:{module}", State.PASS, "doctor_installed", what=what)
        else:
            package = f'"luodi[{row["extra"]}]"'
            yield _check(
                f"extra:{module}", State.ABSENT, "doctor_missing", {"package": package}, what=what
            )


def _home(home: Home) -> Iterator[Check]:
    folder = next((path for path in (home.path, *home.path.parents) if path.exists()), home.path)
    path = str(home.path)
    if trouble := _unwritable(folder):
        code, params = trouble
        yield _check("home", State.FAIL, code, {"path": path, **params})
        for name in ("disk", "locking"):
            yield _check(name, State.UNTESTED, "doctor_not_before_home")
        return
    code = "doctor_home_writable" if folder == home.path else "doctor_home_to_be_made"
    yield _check("home", State.PASS, code, {"path": path})
    yield _disk(folder, shutil.disk_usage(folder).free)
    yield _locking(folder)


def _unwritable(folder: Path) -> tuple[str, dict[str, Param]] | None:
    if not folder.is_dir():
        return "doctor_home_is_file", {}
    probe = folder / f".luodi-probe.{secrets.token_hex(4)}"
    try:
        try:
            probe.write_bytes(b"\0" * 4096)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        return "doctor_home_closed", {"reason": reason}
    return None


def _disk(folder: Path, free: int) -> Check:
    params: dict[str, Param] = {"free": f"{free / 1024**3:.1f}", "path": str(folder)}
    if free < EMPTY_DISK:
        return _check("disk", State.FAIL, "doctor_disk_empty", params)
    if free < SCARCE_DISK:
        return _check("disk", State.WARN, "doctor_disk_scarce", params)
    return _check("disk", State.PASS, "doctor_disk_free", params)


def _locking(folder: Path) -> Check:
    """Take a lock twice: on some network drives both succeed, and two writers would meet."""
    path = folder / f".luodi-probe.{secrets.token_hex(4)}.lock"
    try:
        with FileLock(path, timeout=0, is_singleton=False):
            try:
                with FileLock(path, timeout=0, is_singleton=False):
                    return _check(
                        "locking", State.FAIL, "doctor_locking_ignored", {"path": str(folder)}
                    )
            except Timeout:
                return _check("locking", State.PASS, "doctor_locking_works", {"path": str(folder)})
    except (OSError, NotImplementedError):
        return _check("locking", State.FAIL, "doctor_locking_refused", {"path": str(folder)})
    finally:
        path.unlink(missing_ok=True)


def _console(encoding: str) -> Check:
    try:
        "落地：通过、警告、未过".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _check("console", State.WARN, "doctor_console_latin", {"encoding": encoding})
    return _check("console", State.PASS, "doctor_console_chinese", {"encoding": encoding})


def _locale() -> str:
    try:
        return locale.setlocale(locale.LC_CTYPE) or "C"
    except locale.Error:
        return "?"


def _clock(now: float) -> Check:
    """Evidence written by a wrong clock is wrong for ever."""
    package = Path(luodi.__file__).parent
    newest = max(path.stat().st_mtime for path in package.rglob("*.py"))
    shown = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    too_late = datetime.fromtimestamp(now, UTC).year > LAST_PLAUSIBLE_YEAR
    if too_late or now < newest - A_DAY:
        return _check("clock", State.FAIL, "doctor_clock_wrong", {"now": shown})
    return _check("clock", State.PASS, "doctor_clock_plausible", {"now": shown})


def _cryptography() -> Iterator[Check]:
    library: dict[str, Param] = {"library": ssl.OPENSSL_VERSION}
    if _signs():
        yield _check("signing", State.PASS, "doctor_signing_works", library)
    else:
        yield _check("signing", State.FAIL, "doctor_signing_broken", library)
    if _has_sm3():
        yield _check("sm3", State.PASS, "doctor_sm3_works")
    else:
        yield _check("sm3", State.WARN, "doctor_sm3_missing")


def _signs() -> bool:
    suite = suite_named(DEFAULT_SUITE)
    try:
        private = suite.generate()
        signature = suite.load(private).sign(b"luodi")
        return suite.verify(suite.public(private), signature, b"luodi")
    except Exception:  # whatever a broken library raises, nothing can be signed here
        return False


def _has_sm3() -> bool:
    """Try the standard's own example, GB/T 32905-2016, appendix A.1."""
    try:
        return suite_named("sm2-sm3").digest(b"abc").startswith("66c7f0f462eeedd9")
    except Exception:  # OpenSSL builds without SM3 refuse it in several ways
        return False


def _check(
    name: str,
    state: State,
    code: str,
    params: Mapping[str, Param] | None = None,
    what: Said | None = None,
) -> Check:
    what = what or Said(f"landing.doctor_{name}")
    return Check(name, state, what, Said(f"landing.{code}", params or {}))
