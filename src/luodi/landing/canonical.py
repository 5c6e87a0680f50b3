"""What a file says, apart from how it was saved.

Re-saving a file, re-ordering its keys, another line ending or a comment changes nothing; a changed
value does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.shape import read_toml


def file_digest(path: Path) -> str:
    """Digest a file's canonical form: TOML by its values, TSV and CSV by their cells.

    Raises
    ------
    LuodiError
        ``landing.no_canonical_form`` for any other kind of file, or the file does not read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise LuodiError("landing.no_canonical_form", {"path": str(path)})
    return digest(reader(path))


def _toml(path: Path) -> object:
    return read_toml(path)


def _tsv(path: Path) -> object:
    return _cells(path, "\t")


def _csv(path: Path) -> object:
    return _cells(path, ",")


def _cells(path: Path, delimiter: str) -> list[list[str]]:
    """Read cells; rows without any content say nothing."""
    with explained(path):
        data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LuodiError("evidence.toml_not_text", {"path": str(path), "line": line}) from error
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [row for row in rows if any(row)]


_READERS: Mapping[str, Callable[[Path], object]] = {".toml": _toml, ".tsv": _tsv, ".csv": _csv}
