"""What a file says, apart from how it was saved.

Re-saving a file, re-ordering its keys, another line ending or a comment changes nothing; a changed
value does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained
from luodi.evidence.shape import parse_toml


def file_digest(path: Path) -> str:
    """Digest a file's canonical form.

    Raises
    ------
    LuodiError
        The file is missing, or as `content_digest`.
    """
    with explained(path):
        if not path.is_file():
            raise LuodiError("evidence.toml_missing", {"path": str(path)})
        data = path.read_bytes()
    return content_digest(data, str(path))


def content_digest(data: bytes, where: str) -> str:
    """Digest what a file's bytes say: TOML by its values, TSV and CSV by their cells.

    Parameters
    ----------
    data : bytes
    where : str
        Name of the file; its ending tells what kind it is.

    Raises
    ------
    LuodiError
        ``landing.no_canonical_form`` for any other kind of file, or the bytes do not read.
    """
    reader = _READERS.get(PurePath(where).suffix.lower())
    if reader is None:
        raise LuodiError("landing.no_canonical_form", {"path": where})
    said = reader(text_of(data, where), where)
    try:
        return digest(said)
    except LuodiError as error:  # such as a NaN: say in which file
        place = f"{where} {error.params['where']}"
        raise LuodiError(error.code, {**error.params, "where": place}) from error


def text_of(data: bytes, where: str) -> str:
    """Read a file's bytes as text; a mark that editors on Windows put in front says nothing.

    Raises
    ------
    LuodiError
        ``evidence.toml_not_text``, with the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LuodiError("evidence.toml_not_text", {"path": where, "line": line}) from error


def _tsv(text: str, where: str) -> object:
    return _cells(text, where, "\t")


def _csv(text: str, where: str) -> object:
    return _cells(text, where, ",")


def _cells(text: str, where: str, delimiter: str) -> list[list[str]]:
    """Read cells; rows without any content say nothing."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [row for row in rows if any(row)]
    except csv.Error as error:
        line = rows.line_num
        raise LuodiError("landing.cells_broken", {"path": where, "line": line}) from error


_READERS: Mapping[str, Callable[[str, str], object]] = {
    ".toml": parse_toml,
    ".tsv": _tsv,
    ".csv": _csv,
}
