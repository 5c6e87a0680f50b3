"""The file store: bytes under ``LUODI_HOME/files``, named by their digest, never by their sender.

What a file is, its content says: a name and a browser's word for it may lie.  Office files are
archives; one that would unpack to a multiple of what it claims is refused before it is opened.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Protocol

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.workbench.core.models import Audience, Project, StoredFile, User
from luodi.workbench.core.unpacking import unpacks_beyond

LARGEST = 50 * 1024 * 1024
"""Bytes; a scan of twenty pages has five million."""

UNPACKED = 200 * 1024 * 1024
RATIO = 100
"""An office file that unpacks to more than this, in bytes or as a multiple, is a bomb."""

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')


class Upload(Protocol):
    """What a browser sent: Django's ``UploadedFile``, or anything that can be read in pieces."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterator[bytes]:
        """Read it piece by piece."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its ending, its media type, and how its content shows it."""

    ending: str
    media: str
    fits: Callable[[BinaryIO], bool]


def _begins(*marks: bytes) -> Callable[[BinaryIO], bool]:
    return lambda file: file.read(16).startswith(marks)


def _office(part: str) -> Callable[[BinaryIO], bool]:
    def fits(file: BinaryIO) -> bool:
        try:
            with zipfile.ZipFile(file) as archive:
                return part in archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError):
            return False

    return fits


def _text(file: BinaryIO) -> bool:
    data = file.read(65_536)
    if b"\0" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data[:-4].decode(encoding) if len(data) == 65_536 else data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


KINDS = (
    Kind("pdf", "application/pdf", _begins(b"%PDF-")),
    Kind("png", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    Kind("jpg", "image/jpeg", _begins(b"\xff\xd8\xff")),
    Kind("tif", "image/tiff", _begins(b"II*\0", b"MM\0*")),
    Kind(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _office("word/document.xml"),
    ),
    Kind(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _office("xl/workbook.xml"),
    ),
    Kind("txt", "text/plain; charset=utf-8", _text),
    Kind("csv", "text/csv; charset=utf-8", _text),
)
SAME = {"jpeg": "jpg", "tiff": "tif"}
MEDIA = {kind.ending: kind.media for kind in KINDS}


def keep(
    project: Project, upload: Upload, by: User, audience: Audience = Audience.SHARED
) -> StoredFile:
    """Take a file in.

    Raises
    ------
    WrongUse
        ``workbench.core.file_empty``, ``file_too_large``, ``file_unknown`` (not a kind that is
        taken), ``file_lies`` (its content is not what its name says), ``file_bomb``.
    LuodiError
        The disk says no.
    """
    name = safe_name(upload.name or "")
    kind = _kind_of(name)
    data = read_upload(upload, name, LARGEST)
    _examine(io.BytesIO(data), kind, name)
    digest = hashlib.sha256(data).hexdigest()
    write_atomic(_folder(project) / digest, data, private=True)
    kept: StoredFile = StoredFile.objects.create(
        project=project,
        audience=audience,
        created_by=by,
        changed_by=by,
        name=name,
        kind=kind.ending,
        size=len(data),
        digest=digest,
    )
    return kept


def path_of(file: StoredFile) -> Path:
    """Where the bytes are.

    Raises
    ------
    LuodiError
        ``workbench.core.file_gone``: they are not, or are others.
    """
    path = _folder(file.project) / file.digest
    with explained(path):
        if not path.is_file() or path.stat().st_size != file.size:
            raise LuodiError("workbench.core.file_gone", {"name": file.name})
    return path


def safe_name(name: str) -> str:
    """Make of a sender's name one that can be shown and saved under anywhere.

    Folders are dropped, and what cannot be seen: a right-to-left mark hides an ending.
    """
    last = PureWindowsPath(PurePosixPath(name.replace("\0", "")).name).name
    normal = unicodedata.normalize("NFC", last)
    seen = "".join(sign for sign in normal if unicodedata.category(sign) not in _INVISIBLE)
    plain = _FORBIDDEN.sub("_", seen).strip(" .")
    path = PurePosixPath(plain)
    return (path.stem[:90] + path.suffix[:20]) or "_"


def _kind_of(name: str) -> Kind:
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    for kind in KINDS:
        if kind.ending == SAME.get(ending, ending):
            return kind
    known = tuple(kind.ending for kind in KINDS)
    raise WrongUse("workbench.core.file_unknown", {"name": name, "known": known})


def read_upload(upload: Upload, name: str, largest: int) -> bytes:
    """Read it whole, and stop once it is too large: the size it claims may lie.

    Raises
    ------
    WrongUse
        ``workbench.core.file_empty``, ``file_too_large``.
    """
    pieces, size = [], 0
    for piece in upload.chunks():
        size += len(piece)
        if size > largest:
            limit = f"{largest // 1024 // 1024} MB"
            raise WrongUse("workbench.core.file_too_large", {"name": name, "limit": limit})
        pieces.append(piece)
    if not size:
        raise WrongUse("workbench.core.file_empty", {"name": name})
    return b"".join(pieces)


def _examine(file: io.BytesIO, kind: Kind, name: str) -> None:
    if not kind.fits(file):
        raise WrongUse("workbench.core.file_lies", {"name": name, "kind": kind.ending})
    if kind.ending in ("docx", "xlsx") and _is_bomb(file):
        raise WrongUse("workbench.core.file_bomb", {"name": name})


def _is_bomb(file: io.BytesIO) -> bool:
    """Tell whether an office file holds far more than it weighs, or cannot be unpacked."""
    weight = max(file.getbuffer().nbytes, 10_000)
    try:
        with zipfile.ZipFile(file) as archive:
            return unpacks_beyond(archive, min(UNPACKED, RATIO * weight))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        return True


def _folder(project: Project) -> Path:
    return Home.of(read_settings()).path / "files" / project.code
