"""Optional parts: asked for where they are used, and missing by name."""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from functools import cache
from importlib import resources
from types import ModuleType

from luodi.evidence.errors import LuodiError


@cache
def extras() -> dict[str, dict[str, str]]:
    """Read the table of optional parts: module → extra, and what it is for in both languages."""
    text = (resources.files("luodi") / "evidence" / "extras.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)["module"]
    return table


def require(module: str) -> ModuleType:
    """Import an optional module.

    Raises
    ------
    LuodiError
        ``evidence.extra_missing`` with the name of the extra to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        package = module.partition(".")[0]
        extra = extras()[package]["extra"]
        raise LuodiError("evidence.extra_missing", {"module": package, "extra": extra}) from missing


def present(module: str) -> bool:
    """Tell whether an optional module is installed, without importing it."""
    return importlib.util.find_spec(module.partition(".")[0]) is not None
