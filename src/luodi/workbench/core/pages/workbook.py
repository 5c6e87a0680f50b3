"""A workbook that somebody hands in: what it claims to be is looked at before it is read."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from openpyxl import load_workbook

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.unpacking import unpacks_beyond

SIZE = 10_000_000
UNPACKED = 150_000_000
PARTS = 2_000
ROWS = 10_000
COLUMNS = 200


@dataclass(frozen=True)
class Sheet:
    """The first sheet as texts: its headings, and its lines with their numbers in Excel."""

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read(upload: UploadedFile[Any]) -> Sheet:
    """Read the first sheet of an ``.xlsx``.

    Raises
    ------
    WrongUse
        ``not_xlsx``, ``too_big``, ``bomb``, ``too_many_rows``, ``no_rows``.
    """
    if (upload.size or 0) > SIZE:
        raise WrongUse("workbench.core.pages.too_big", {"limit": SIZE // 1_000_000})
    if upload.file is None:
        raise WrongUse("workbench.core.pages.not_xlsx")
    _look_inside(upload.file)
    upload.file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of Excel that are not read anyway
            lines = list(_lines(upload.file))
    except WrongUse:
        raise
    except Exception as error:  # whatever a broken workbook makes its reader raise
        raise WrongUse("workbench.core.pages.not_xlsx") from error
    if len(lines) < 2:
        raise WrongUse("workbench.core.pages.no_rows")
    return Sheet(lines[0][1], tuple(lines[1:]))


def _look_inside(file: IO[bytes]) -> None:
    """Refuse what is no workbook, and what unpacks to more than a workbook may hold."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > PARTS or not all(map(_is_plain, names)):
                raise WrongUse("workbench.core.pages.not_xlsx")
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
                raise WrongUse("workbench.core.pages.not_xlsx")
            if unpacks_beyond(archive, UNPACKED):
                raise WrongUse("workbench.core.pages.bomb", {"limit": UNPACKED // 1_000_000})
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,  # encrypted
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise WrongUse("workbench.core.pages.not_xlsx") from error


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lines that say something; bounds are given, since a sheet may claim any size."""
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        found = sheet.iter_rows(max_row=ROWS + 2, max_col=COLUMNS, values_only=True)
        for number, values in enumerate(found, 1):
            texts = _trimmed(tuple(map(written, values)))
            if texts:
                if number > ROWS + 1:
                    raise WrongUse("workbench.core.pages.too_many_rows", {"limit": ROWS})
                yield number, texts
    finally:
        book.close()


def _trimmed(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Without the empty cells behind the last that says something."""
    end = max((place for place, text in enumerate(texts, 1) if text), default=0)
    return texts[:end]


def written(value: object) -> str:
    """A cell as a person reads it: 12.0 is 12, a day is 2027-03-13."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
