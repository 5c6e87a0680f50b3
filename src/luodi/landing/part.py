"""A part of the landing folder's content as an input of evidence, by its name.

``mapping/patients.toml#exclude.login_log`` is one table of a file; ``mapping/#exclude`` is what
all files of a folder say under one key, so that a new file is noticed as well.  A signature on the
scope of a migration stands as long as the scope does, whatever else is edited in those files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from luodi.evidence.canonical import digest
from luodi.evidence.model import ContentInput
from luodi.evidence.shape import read_toml

PART = re.compile(
    r"(?P<place>mapping|contracts)/(?P<file>[^./\\:#\x00-\x1f][^/\\:#\x00-\x1f]*\.toml)?"
    r"#(?P<key>[a-z_]+)(?:\.(?P<id>[a-z][a-z0-9_]*))?"
)
"""Names of parts; without a file the part is taken from every file of the folder."""


def part_of(folder: Path, name: str) -> object:
    """Read the part that `name` names; None where there is no such part.

    Raises
    ------
    LuodiError
        A file does not read.
    """
    found = PART.fullmatch(name)
    if found is None:
        return None
    if found["file"] is None:
        files = sorted((folder / found["place"]).glob("*.toml"))
        said = {
            path.name: read_toml(path).get(found["key"])
            for path in files
            if not path.name.startswith(".")
        }
        return {file: value for file, value in said.items() if value}
    path = folder / found["place"] / found["file"]
    value = read_toml(path).get(found["key"]) if path.is_file() else None
    if found["id"] is None or not isinstance(value, list):
        return value
    return next(
        (item for item in value if isinstance(item, Mapping) and item.get("id") == found["id"]),
        None,
    )


def part_input(folder: Path, name: str) -> ContentInput:
    """Name a part as an input of evidence, as it stands now."""
    return ContentInput(name=name, digest=digest(part_of(folder, name)))
