"""Format versions of the files in a landing folder, and how an older one is read.

Every file names its version in ``format``.  A newer one is refused by name; an older one is
brought up one step at a time while it is read, and written in the new form when it is next saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

from luodi.evidence.errors import LuodiError
from luodi.evidence.shape import read_toml

Table: TypeAlias = dict[str, object]
Step: TypeAlias = Callable[[Table], Table]


@dataclass(frozen=True)
class Format:
    """One kind of file: its place in the folder, its present version, its upgrade steps.

    ``steps[n]`` turns a table of version n into one of version n + 1.
    """

    pattern: str
    version: int
    steps: Mapping[int, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.steps) != set(range(1, self.version)):
            raise ValueError(f"{self.pattern}: a step is missing between two versions")


FORMATS = (
    Format("landing.toml", 1),
    Format("plan.toml", 1),
    Format("gates.toml", 1),
    Format("systems.toml", 1),
    Format("quality.toml", 1),
    Format("totals.toml", 1),
    Format("review.toml", 1),
    Format("mapping/*.toml", 1),
    Format("contracts/*.toml", 1),
)


def read_file(folder: Path, name: str, formats: tuple[Format, ...] = FORMATS) -> Table:
    """Read a file of a landing folder in its present format.

    Parameters
    ----------
    folder : Path
    name : str
        Place in the folder with forward slashes: ``mapping/patients.toml``.

    Raises
    ------
    LuodiError
        The file is missing or broken, names no version, or one this version does not know.
    """
    path = folder / name
    return upgrade(read_toml(path), format_of(name, formats), str(path))


def format_of(name: str, formats: tuple[Format, ...] = FORMATS) -> Format:
    """Find the format of a place in the folder.

    Raises
    ------
    LuodiError
        ``landing.not_a_landing_file``.
    """
    for kind in formats:
        if fnmatchcase(name, kind.pattern):
            return kind
    raise LuodiError("landing.not_a_landing_file", {"name": name})


def upgrade(table: Table, kind: Format, where: str) -> Table:
    """Bring a table up to the present version, step by step."""
    version = table.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise LuodiError("landing.format_missing", {"path": where, "known": kind.version})
    if version > kind.version:
        raise LuodiError(
            "evidence.format_newer", {"path": where, "found": version, "known": kind.version}
        )
    for step in range(version, kind.version):
        table = {**kind.steps[step](table), "format": step + 1}
    return table
